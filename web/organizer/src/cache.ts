import { mayPass, problemOf } from "@guestlist/shared/api";
import { QueryClient } from "@tanstack/react-query";

/** What was read from the API, kept for as long as the page is open. */
export function newCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What the server refused won't be granted for asking again; a lost connection or a busy server may.
        retry: (count, error) => count < 2 && mayPass(problemOf(error)),
        // We ask, and say so if nothing answers: whether there is a connection, browsers only guess.
        networkMode: "always",
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}
