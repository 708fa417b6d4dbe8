import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Answer, gate, newBrowser } from "../testing/browser";

/** A tab: an instance of its own of everything that a page holds in memory. */
async function newTab() {
  vi.resetModules();
  return { ...(await import("./session")), account: await import("./account") };
}

let tokens = 0;
function tokensFor(user: string, verified = true): Response {
  tokens += 1;
  return Response.json({
    access_token: `token-${tokens}`,
    token_type: "Bearer",
    expires_in: 900,
    user,
    email_verified: verified,
  });
}

const refused = () => Response.json({ code: "refresh_token_invalid", detail: "ended" }, { status: 401 });
const path = (request: Request) => new URL(request.url).pathname;
/** Lets everything happen that can happen now. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

function browser(answer: Answer, { signedIn = true } = {}) {
  const made = newBrowser(answer);
  if (signedIn) made.kept.set("guestlist.signed-in", "1");
  return made;
}

beforeEach(() => {
  tokens = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe("resuming a log-in", () => {
  test("nobody who never signed in asks the server", async () => {
    const { asked } = browser(() => tokensFor("ada"), { signedIn: false });
    const tab = await newTab();
    expect(await tab.accessToken()).toBeNull();
    expect(asked).toHaveLength(0);
  });

  test("many requests at once refresh once", async () => {
    const { asked } = browser(() => tokensFor("ada"));
    const tab = await newTab();
    const all = await Promise.all([tab.accessToken(), tab.accessToken(), tab.accessToken()]);
    expect(new Set(all)).toEqual(new Set(["token-1"]));
    expect(asked).toHaveLength(1);
    expect(tab.currentSession()).toEqual({ user: "ada", emailVerified: true });
  });

  test("a token is replaced a little before it runs out", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    browser(() => tokensFor("ada"));
    const tab = await newTab();
    expect(await tab.accessToken()).toBe("token-1");
    vi.setSystemTime(Date.now() + 869_000);
    expect(await tab.accessToken()).toBe("token-1");
    vi.setSystemTime(Date.now() + 2_000);
    expect(await tab.accessToken()).toBe("token-2");
  });

  test("a log-in that has ended is forgotten", async () => {
    const { kept } = browser(refused);
    const tab = await newTab();
    const heard = vi.fn();
    tab.onSession(heard);
    expect(await tab.accessToken()).toBeNull();
    expect(kept.size).toBe(0);
    expect(heard).toHaveBeenCalled();
  });

  test("without an answer it isn't forgotten", async () => {
    const { kept } = browser(() => {
      throw new TypeError("Failed to fetch");
    });
    const tab = await newTab();
    const { Unreachable } = await import("./problem");
    await expect(tab.accessToken()).rejects.toBeInstanceOf(Unreachable);
    expect(kept.size).toBe(1);
  });

  test("nor when the server is busy, and that is said", async () => {
    const busy = { code: "busy", status: 503, detail: "Many people", retry_after: 1 };
    const { kept } = browser(() => Response.json(busy, { status: 503 }));
    const tab = await newTab();
    await expect(tab.accessToken()).rejects.toMatchObject({ code: "busy" });
    expect(kept.size).toBe(1);
  });

  test("nor by a page that a hotel's network puts in its place", async () => {
    const { kept } = browser(() => new Response("<html>Room number?</html>", { status: 200 }));
    const tab = await newTab();
    const { Unreachable } = await import("./problem");
    await expect(tab.accessToken()).rejects.toBeInstanceOf(Unreachable);
    expect(kept.size).toBe(1);
  });

  test("after a failure the next request tries again", async () => {
    let down = true;
    browser(() => {
      if (down) throw new TypeError("Failed to fetch");
      return tokensFor("ada");
    });
    const tab = await newTab();
    await expect(tab.accessToken()).rejects.toThrow();
    down = false;
    expect(await tab.accessToken()).toBe("token-1");
  });
});

describe("two tabs", () => {
  test("share what one of them was given", async () => {
    const { asked } = browser(() => tokensFor("ada"));
    const [one, two] = [await newTab(), await newTab()];
    await one.accessToken();
    await vi.waitFor(() => expect(two.currentSession()).toEqual({ user: "ada", emailVerified: true }));
    expect(await two.accessToken()).toBe("token-1");
    expect(asked).toHaveLength(1);
  });

  test("never refresh at the same time: a refresh token works once", async () => {
    let atOnce = 0;
    browser(async () => {
      atOnce += 1;
      expect(atOnce).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 10));
      atOnce -= 1;
      return tokensFor("ada");
    });
    const [one, two] = [await newTab(), await newTab()];
    expect(await Promise.all([one.accessToken(), two.accessToken()])).not.toContain(null);
  });

  test("a log-out in one is one in all", async () => {
    browser((request) =>
      path(request).endsWith("/revoke") ? new Response(null, { status: 204 }) : tokensFor("ada"),
    );
    const [one, two] = [await newTab(), await newTab()];
    await one.accessToken();
    await vi.waitFor(() => expect(two.currentSession()).not.toBeNull());
    await two.account.logOut();
    await vi.waitFor(() => expect(one.currentSession()).toBeNull());
    expect(await one.accessToken()).toBeNull();
  });

  test("at a log-out the tickets are gone before anybody hears of it", async () => {
    browser((request) =>
      path(request).endsWith("/revoke") ? new Response(null, { status: 204 }) : tokensFor("ada"),
    );
    const tab = await newTab();
    await tab.accessToken();
    expect(tab.lastUser()).toBe("ada");
    const order: string[] = [];
    const gone: { onsuccess?: () => void } = {};
    vi.stubGlobal("indexedDB", {
      deleteDatabase(name: string) {
        order.push(name);
        setTimeout(() => gone.onsuccess?.());
        return gone;
      },
    });
    tab.onSession(() => order.push("heard"));
    await tab.account.logOut();
    expect(order).toEqual(["guestlist.tickets", "heard"]);
    expect(tab.lastUser()).toBeNull();
  });

  test("a refresh under way doesn't undo a log-out", async () => {
    const { open, opened } = gate();
    const order: string[] = [];
    browser(async (request) => {
      order.push(path(request));
      if (path(request).endsWith("/revoke")) return new Response(null, { status: 204 });
      await opened;
      return tokensFor("ada");
    });
    const [one, two] = [await newTab(), await newTab()];
    const refreshing = one.accessToken();
    await vi.waitFor(() => expect(order).toHaveLength(1));
    const leaving = two.account.logOut();
    await settled();
    open();
    await refreshing;
    await leaving;
    await settled();
    expect(order).toEqual(["/api/tokens/refresh", "/api/tokens/revoke"]);
    expect(one.currentSession()).toBeNull();
    expect(one.wasSignedIn()).toBe(false);
  });

  test("a late no to the old log-in doesn't end a new one", async () => {
    const { open, opened } = gate();
    browser(async (request) => {
      if (!path(request).endsWith("/refresh")) return tokensFor("grace");
      await opened;
      return refused();
    });
    const [one, two] = [await newTab(), await newTab()];
    const refreshing = one.accessToken();
    const coming = two.account.logIn("grace@example.org", "correct horse");
    await settled();
    open();
    await refreshing;
    await coming;
    await vi.waitFor(() => expect(one.currentSession()?.user).toBe("grace"));
    expect(one.wasSignedIn()).toBe(true);
  });
});

test("a session stays the same object while nothing in it changes", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  browser(() => tokensFor("ada"));
  const tab = await newTab();
  await tab.accessToken();
  const before = tab.currentSession();
  vi.setSystemTime(Date.now() + 900_000);
  await tab.accessToken();
  expect(tab.currentSession()).toBe(before);
});

test("where nothing can be kept, one is signed in until the page closes", async () => {
  browser(() => tokensFor("ada"), { signedIn: false });
  vi.stubGlobal("localStorage", {
    getItem() {
      throw new DOMException("denied", "SecurityError");
    },
    setItem() {
      throw new DOMException("denied", "SecurityError");
    },
    removeItem() {
      throw new DOMException("denied", "SecurityError");
    },
  });
  const tab = await newTab();
  expect(await tab.accessToken()).toBeNull();
  await tab.account.logIn("ada@example.org", "correct horse");
  expect(await tab.accessToken()).toBe("token-1");
});
