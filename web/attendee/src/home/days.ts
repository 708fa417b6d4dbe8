import { dayIn } from "@guestlist/shared/i18n";

/** Events of one day, on the reader's own clock. */
export interface Day<Event> {
  /** "2026-11-28" */
  day: string;
  events: Event[];
}

/** Groups events, which come by their start, by day. */
export function byDay<Event extends { starts_at: string }>(events: Event[], zone: string): Day<Event>[] {
  const days: Day<Event>[] = [];
  for (const event of events) {
    const day = dayIn(zone, new Date(event.starts_at));
    const last = days.at(-1);
    if (last?.day === day) last.events.push(event);
    else days.push({ day, events: [event] });
  }
  return days;
}

/** How many days a day lies ahead: 0 is today. */
export function daysAhead(day: string, today: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
}
