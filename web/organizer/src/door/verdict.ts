/**
 * What the door says to a ticket. One rule for online and offline: it follows shared/domain/src/checkins.rs step by step,
 * on what this device has of the event.
 *
 * Who is right when both are there: the server, because it knows every door and what was cancelled a second ago. So when
 * the network is quick its answer is waited for (see desk.ts) and shown; when it isn't, this decision is shown at once,
 * and an answer that turns out to differ becomes a report. What happened at the door is a fact, and is never rewritten.
 */
import type { components } from "@guestlist/shared/api";
import type { Claims, Reading } from "./token";

type Schemas = components["schemas"];
export type Outcome = Schemas["Outcome"];
export type Admission = Schemas["Admission"];
/** Why it is red: as the server says it, or what only the door itself can tell. */
export type Reason = Schemas["RedReason"] | "forged" | "unknown_key" | "unchecked";

export interface Verdict {
  outcome: Outcome;
  reason?: Reason;
  ticket?: string;
  name?: string;
  /** The ticket's place in its party, from 1, and how many the party is. */
  index?: number;
  of?: number;
  /** The admission that stands; for amber, when and where the first was. */
  admission?: Admission;
}

/** A ticket of the downloaded list. */
export interface ListedTicket {
  id: string;
  issue: number;
  admission?: Admission;
}

/** A booking of the downloaded list. */
export interface ListedBooking {
  event: string;
  id: string;
  name: string;
  folded: string;
  state: Schemas["State"];
  tickets: ListedTicket[];
  /** When it was asked for, in milliseconds since the epoch. */
  asOf: number;
}

/** What is to be decided: a code that was read, or a ticket that was picked from the list. */
export type Shown = Reading | { kind: "listed"; ticket: string };

/** What this device knows. */
export interface Known {
  event: string;
  eventCancelled: boolean;
  /** The ticket's booking, where the list has it. */
  booking: ListedBooking | undefined;
  /** Where this ticket was let in, as far as this device knows: the list, other doors and its own scans together. */
  admission: Admission | undefined;
}

/** How a verdict looks: as its outcome, or as none where nothing could be decided. */
export function lookOf({ outcome, reason }: Verdict): Outcome | "unchecked" {
  return reason === "unchecked" ? reason : outcome;
}

/** The booking that a ticket belongs to. */
export function bookingOf(ticket: string): string {
  return `bkg_${ticket.slice("tkt_".length, ticket.lastIndexOf("-"))}`;
}

/** A ticket's place in its party. */
export function indexOf(ticket: string): number {
  return Number(ticket.slice(ticket.lastIndexOf("-") + 1));
}

/** Decides. The scan itself and its time are added by who stores it. */
export function decide(shown: Shown, known: Known): Verdict {
  if (shown.kind === "foreign") return { outcome: "refused", reason: "not_a_ticket" };
  const ticket = shown.kind === "listed" ? shown.ticket : shown.claims.ticket;
  const red = (reason: Reason): Verdict => ({ outcome: "refused", reason, ticket, ...whose(ticket, known) });
  if (shown.kind === "forged") return red("forged");
  if (shown.kind === "unknown_key") return red("unknown_key");
  if (shown.kind === "genuine" && shown.claims.event !== known.event) return red("other_event");
  const held = known.booking?.tickets.find((candidate) => candidate.id === ticket);
  // The list is never without a ticket that is older than it. What we signed and isn't on it was booked since: genuine.
  const isNews = shown.kind === "genuine" && !known.booking;
  if (!held && !isNews) return red("unknown");
  if (known.eventCancelled) return red("event_cancelled");
  if (known.booking && !isComing(known.booking)) return red("cancelled");
  if (shown.kind === "genuine" && held && isOld(shown.claims, held)) return red("superseded");
  const outcome = known.admission ? "already_in" : "admitted";
  return {
    outcome,
    ticket,
    ...whose(ticket, known),
    ...(known.admission ? { admission: known.admission } : {}),
  };
}

/** A booking whose tickets admit. After the event's end the server calls it a no-show, and would still let it in. */
export function isComing(booking: ListedBooking): boolean {
  return booking.state === "confirmed" || booking.state === "attended" || booking.state === "no_show";
}

// An issue above the list's was made after the list, by us: it is the newest that there is.
function isOld(claims: Claims, held: ListedTicket): boolean {
  return claims.issue < held.issue;
}

function whose(ticket: string, known: Known): Pick<Verdict, "name" | "index" | "of"> {
  if (!known.booking) return { index: indexOf(ticket) };
  return { name: known.booking.name, index: indexOf(ticket), of: known.booking.tickets.length };
}
