/**
 * Who is signed in. The refresh token is in a cookie that no script can read; the access token lives in this module
 * only, for a quarter of an hour. Tabs share it over a channel, and take turns at whatever changes the cookie: a refresh
 * token works once.
 */
import { recall, remember } from "../storage";
import { problemIn, Unreachable } from "./problem";
import type { components } from "./schema";

type Tokens = components["schemas"]["Session"];

/** Who is signed in. */
export interface Session {
  user: string;
  emailVerified: boolean;
}

interface Held extends Session {
  token: string;
  /** When to stop using it, in milliseconds since the epoch: a little before it runs out. */
  until: number;
}

/** Says that there is a log-in to resume, so that nobody else's visit asks the server for one; and whose it is. */
const MARK = "guestlist.signed-in";
/** How long before its end an access token is replaced, in milliseconds. */
const MARGIN = 30_000;

let held: Held | null = null;
let view: Session | null = null;
const listeners = new Set<() => void>();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("guestlist.session");
channel?.addEventListener("message", (message: MessageEvent<Held | null>) => put(message.data));

function put(next: Held | null): void {
  held = next;
  // The same object until something changes in it: a refresh alone is nothing to draw anew for.
  if (view?.user !== next?.user || view?.emailVerified !== next?.emailVerified) {
    view = next && { user: next.user, emailVerified: next.emailVerified };
  }
  for (const listener of [...listeners]) listener();
}

function share(next: Held | null): void {
  remember(MARK, next ? next.user : null);
  put(next);
  channel?.postMessage(next);
}

/** The session as it is now; the same object until it changes. */
export function currentSession(): Session | null {
  return view;
}

/** Calls back on each change; gives what ends that. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Whether somebody was signed in on this browser when last seen. */
export function wasSignedIn(): boolean {
  return recall(MARK) !== null;
}

/** Who is signed in, or was when last seen: without a connection nobody can say more. */
export function lastUser(): string | null {
  return held?.user ?? recall(MARK);
}

/** Takes in what the server answered to a log-in or refresh. */
export function signedIn(tokens: Tokens): void {
  share({
    user: tokens.user,
    emailVerified: tokens.email_verified,
    token: tokens.access_token,
    until: Date.now() + tokens.expires_in * 1000 - MARGIN,
  });
}

/** Forgets the session in every tab. */
export function forgotten(): void {
  share(null);
}

/**
 * Does what changes the cookie when no tab is at it. Else a log-out could overtake a refresh that then signs in again, or
 * a late refresh of the old log-in end the new one.
 */
export async function inTurn<T>(act: () => Promise<T>): Promise<T> {
  return navigator.locks.request("guestlist.session", act);
}

async function refresh(stale: string | null): Promise<string | null> {
  return inTurn(async () => {
    // Another tab may have been first while this one waited.
    if (held && held.token !== stale && held.until > Date.now()) return held.token;
    if (!wasSignedIn()) {
      if (held) put(null);
      return null;
    }
    let answer: Response;
    try {
      answer = await fetch("/api/tokens/refresh", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
    } catch {
      throw new Unreachable();
    }
    if (answer.status === 401) {
      share(null);
      return null;
    }
    // The log-in may still hold: a server that is busy hasn't ended it.
    if (!answer.ok) throw await problemIn(answer);
    let tokens: Tokens;
    try {
      tokens = await answer.json();
    } catch {
      // Cut off on the way, or the page of a hotel's network.
      throw new Unreachable();
    }
    signedIn(tokens);
    return tokens.access_token;
  });
}

let pending: Promise<string | null> | null = null;

/**
 * A token that still holds, or null for nobody. `refused` is one that the server wouldn't take.
 * @throws Unreachable or the server's problem, when there is a session to resume and that failed.
 */
export async function accessToken(refused: string | null = null): Promise<string | null> {
  if (held && held.until > Date.now() && held.token !== refused) return held.token;
  if (!held && !wasSignedIn()) return null;
  pending ??= refresh(refused ?? held?.token ?? null).finally(() => {
    pending = null;
  });
  return pending;
}
