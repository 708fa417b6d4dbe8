/** What was typed and isn't on the server: kept in this browser, so that no failure and no closed tab loses it. */
import { recall, remember } from "@guestlist/shared/storage";
import type { EventView, NewEvent, Values } from "./values";

/** A form on its way. */
export interface Kept {
  values: Values;
  /** The event as it was when this was typed; null where there is none yet. */
  base: EventView | null;
  /** A request for a new event that had no answer yet: it is repeated as it was, so that it makes one event. */
  pending: { key: string; body: NewEvent } | null;
}

function nameOf(user: string, event: string | null): string {
  return `guestlist.form.${user}.${event ?? "new"}`;
}

/** What was kept of an event's form, or of a new one's. */
export function readKept(user: string, event: string | null): Kept | null {
  const text = recall(nameOf(user, event));
  if (text === null) return null;
  try {
    const kept: Kept = JSON.parse(text);
    return typeof kept.values?.name === "string" ? kept : null;
  } catch {
    return null;
  }
}

/** Keeps a form, or forgets it. */
export function keep(user: string, event: string | null, kept: Kept | null): void {
  remember(nameOf(user, event), kept && JSON.stringify(kept));
}
