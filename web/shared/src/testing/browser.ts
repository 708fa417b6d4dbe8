/** What tests stand on in place of a browser: its storage, its locks, its address. Each test gets a fresh one. */
import { vi } from "vitest";

/** One answer of the server. */
export type Answer = (request: Request) => Response | Promise<Response>;

/** Web Locks as far as they are used here: one holder at a time, in the order of asking. */
function newLocks() {
  const last = new Map<string, Promise<unknown>>();
  return {
    request(name: string, act: () => Promise<unknown>): Promise<unknown> {
      const turn = (last.get(name) ?? Promise.resolve()).then(act);
      last.set(
        name,
        turn.catch(() => {}),
      );
      return turn;
    },
  };
}

/** A browser with a server behind it. What it was asked is kept in `asked`. */
export function newBrowser(answer: Answer) {
  const kept = new Map<string, string>();
  const asked: Request[] = [];
  vi.stubGlobal("localStorage", {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.stubGlobal("location", new URL("http://guestlist.test/"));
  vi.stubGlobal("document", { documentElement: { lang: "ru" } });
  vi.stubGlobal("navigator", { locks: newLocks(), languages: ["en-GB"] });
  vi.stubGlobal("fetch", async (input: Request | string, init?: RequestInit) => {
    const request =
      typeof input === "string" ? new Request(new URL(input, "http://guestlist.test"), init) : input;
    asked.push(request.clone());
    const arrived = request.clone();
    // What is sent is used up, as by the network.
    await request.arrayBuffer();
    return answer(arrived);
  });
  return { asked, kept };
}

/** A promise, and what settles it. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}
