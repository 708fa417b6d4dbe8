/** Which events are wanted: in the address of the page, and as the API is asked for them. */
import type { paths } from "@guestlist/shared/api";

export type Span = "today" | "weekend" | "week";

export interface Filters {
  /** A span that is reckoned from today. */
  when?: Span;
  /** Days as `2026-11-28`, in place of `when`. */
  from?: string;
  to?: string;
  price?: "free" | "paid";
  online?: true;
}

export type EventsQuery = NonNullable<paths["/api/events"]["get"]["parameters"]["query"]>;

const SPANS: readonly string[] = ["today", "weekend", "week"] satisfies Span[];

/** The start of a day on the reader's own clock; null where it isn't a day. */
function dayStart(day: string): Date | null {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!found) return null;
  const [year, month, date] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const start = new Date(year, month - 1, date);
  // The 31st of February is none.
  return start.getFullYear() === year && start.getMonth() === month - 1 && start.getDate() === date
    ? start
    : null;
}

/** The midnight that so many days after a day begin with: days on the wall, some of which have 23 or 25 hours. */
function midnight(from: Date, days: number): Date {
  return new Date(from.getFullYear(), from.getMonth(), from.getDate() + days);
}

/** Reads the filters from an address's query. What makes no sense there is let be. */
export function filtersOf(query: URLSearchParams): Filters {
  const filters: Filters = {};
  const when = query.get("when");
  const day = (name: string) => {
    const value = query.get(name);
    return value !== null && dayStart(value) ? value : undefined;
  };
  const [from, to] = [day("from"), day("to")];
  if (from !== undefined) filters.from = from;
  if (to !== undefined && (from === undefined || to >= from)) filters.to = to;
  if (when !== null && SPANS.includes(when) && !filters.from && !filters.to) filters.when = when as Span;
  const price = query.get("price");
  if (price === "free" || price === "paid") filters.price = price;
  if (query.get("online") === "1") filters.online = true;
  return filters;
}

/** Writes the filters as an address's query. */
export function queryOf(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ["when", "from", "to", "price"] as const) {
    const value = filters[name];
    if (value) query.set(name, value);
  }
  if (filters.online) query.set("online", "1");
  return query;
}

/** What to ask the API for. The same all day long, so that what was read can be kept. */
export function askedOf(filters: Filters, now: Date): EventsQuery {
  const query: EventsQuery = {};
  let from: Date | null = null;
  let until: Date | null = null;
  if (filters.when === "today") {
    until = midnight(now, 1);
  } else if (filters.when) {
    // Sunday is the last day of its week here, whatever a calendar begins with: it belongs to its weekend.
    const toMonday = (8 - now.getDay()) % 7 || 7;
    until = midnight(now, toMonday);
    if (filters.when === "weekend" && toMonday > 2) from = midnight(now, toMonday - 2);
  } else {
    if (filters.from) from = dayStart(filters.from);
    const last = filters.to ? dayStart(filters.to) : null;
    if (last) until = midnight(last, 1);
  }
  // Both ends belong to it, so it ends just before the next day.
  if (from) query.from = from.toISOString();
  if (until) query.to = new Date(until.getTime() - 1).toISOString();
  if (filters.price) query.price = filters.price;
  if (filters.online) query.online = true;
  return query;
}

/** Whether anything is filtered. */
export function isFiltered(filters: Filters): boolean {
  return Object.keys(filters).length > 0;
}
