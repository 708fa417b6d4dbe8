import type { TicketView } from "./store";

/** What a ticket is good for now. */
export type TicketState = "valid" | "admitted" | "over" | "event_cancelled" | "cancelled" | "void";

export function stateOf(ticket: TicketView, now: number): TicketState {
  if (ticket.event.status === "cancelled") return "event_cancelled";
  if (ticket.state === "cancelled") return "cancelled";
  if (!["confirmed", "attended", "no_show"].includes(ticket.state)) return "void";
  // The event's end ends it, whoever was in.
  if (Date.parse(ticket.event.ends_at) <= now) return "over";
  if (ticket.admission) return "admitted";
  return ticket.token === undefined ? "void" : "valid";
}
