/** Signing in and out: what changes the cookie, and therefore takes its turn among the tabs. */
import { forgetTickets } from "../tickets";
import { api } from "./client";
import { accessToken, forgotten, inTurn, signedIn } from "./session";

/**
 * Signs in.
 * @throws The server's problem.
 */
export async function logIn(email: string, password: string): Promise<void> {
  await inTurn(async () => {
    const { data, error } = await api.POST("/api/tokens", { body: { email, password, cookie: true } });
    if (error) throw error;
    signedIn(data);
  });
}

/**
 * Signs out in this browser; the tickets that it keeps go too, whichever app that is done in.
 * @throws The server's problem: then one is still signed in.
 */
export async function logOut(): Promise<void> {
  await inTurn(async () => {
    const { error } = await api.POST("/api/tokens/revoke", { body: {} });
    if (error) throw error;
    // First: every tab that hears of it looks at once for what is still kept.
    await forgetTickets();
    forgotten();
  });
}

/**
 * Changes the password: every other log-in ends, this one goes on.
 * @throws The server's problem.
 */
export async function changePassword(current: string, next: string): Promise<void> {
  // Before the turn: it may need one itself.
  const token = await accessToken();
  await inTurn(async () => {
    const { data, error } = await api.POST("/api/me/password", {
      headers: { authorization: `Bearer ${token}` },
      body: { current_password: current, new_password: next, cookie: true },
    });
    if (error) throw error;
    signedIn(data);
  });
}

/**
 * Takes a new token that knows of an address that was verified just now.
 * @throws Unreachable or the server's problem.
 */
export async function verifiedNow(): Promise<void> {
  await accessToken(await accessToken());
}
