/**
 * How far somebody is on the way to their first place, or to an account alone. It outlives the page: on a phone, looking
 * into the mail for the code may take the page out of memory. The password is not kept.
 */
export type JoinStep = "new" | "known" | "code";

interface Joining {
  step: JoinStep;
  name: string;
  email: string;
}

const NAME = "guestlist.joining";

/** In place of an event: the sign-up page. */
export const NO_EVENT = "sign-up";

/** What was typed on the way to a place at this event, in this tab. */
export function recallJoining(event: string): Joining | null {
  try {
    const kept = JSON.parse(sessionStorage.getItem(NAME) ?? "null") as (Joining & { event: string }) | null;
    return kept?.event === event ? kept : null;
  } catch {
    return null;
  }
}

export function rememberJoining(event: string, joining: Joining): void {
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ event, ...joining }));
  } catch {
    // Then it doesn't outlive the page.
  }
}

export function forgetJoining(): void {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Then it wasn't kept.
  }
}
