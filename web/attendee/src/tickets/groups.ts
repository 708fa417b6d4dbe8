import type { TicketView } from "./store";

/** The tickets of one booking. */
export interface Group {
  booking: string;
  event: TicketView["event"];
  tickets: TicketView[];
}

/** Tickets by booking, the next event first; without what is over. */
export function upcoming(tickets: TicketView[], now: number): Group[] {
  const groups = new Map<string, Group>();
  for (const ticket of tickets) {
    if (Date.parse(ticket.event.ends_at) <= now || ticket.event.status === "cancelled") continue;
    const group = groups.get(ticket.booking);
    if (group) group.tickets.push(ticket);
    else groups.set(ticket.booking, { booking: ticket.booking, event: ticket.event, tickets: [ticket] });
  }
  for (const group of groups.values()) group.tickets.sort((a, b) => a.number - b.number);
  return [...groups.values()].sort((a, b) => Date.parse(a.event.starts_at) - Date.parse(b.event.starts_at));
}
