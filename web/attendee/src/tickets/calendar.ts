import type { TicketView } from "./store";

/** The address of a ticket's calendar entry. What the code says is the proof, so it opens without signing in. */
export function calendarLink(ticket: TicketView): string | null {
  if (!ticket.token) return null;
  return `/api/tickets/${ticket.id}/calendar.ics?key=${encodeURIComponent(ticket.token)}`;
}
