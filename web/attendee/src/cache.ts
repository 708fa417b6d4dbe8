import { currentSession, mayPass, onSession, problemOf, wasSignedIn } from "@guestlist/shared/api";
import { QueryClient } from "@tanstack/react-query";

/** What was read from the API, kept for as long as the page is open; each person's for themselves. */
export function newCache(): QueryClient {
  const cache = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        // What the server refused won't be granted for asking again; a lost connection or a busy server may.
        retry: (count, error) => count < 2 && mayPass(problemOf(error)),
        retryDelay: (count) => 500 * 2 ** count,
        // We ask, and say so if nothing answers: whether there is a connection, browsers only guess.
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
  let user = currentSession()?.user;
  // While a log-in is being resumed, requests wait for it: what they bring is its user's already.
  let known = !wasSignedIn();
  onSession(() => {
    const next = currentSession()?.user;
    if (next === user) return;
    if (user !== undefined) {
      // Nothing of theirs is for the next one. What is on the screen stays until it was read anew, as whoever it is now.
      cache.removeQueries({ queryKey: ["me"] });
      cache.removeQueries({ type: "inactive" });
    }
    if (user !== undefined || known) void cache.invalidateQueries();
    user = next;
    known = true;
  });
  return cache;
}
