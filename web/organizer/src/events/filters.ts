import { phaseOf } from "../event/phase";
import type { OwnEvent } from "./Fill";

/** Which of one's events are shown. */
export const FILTERS = ["current", "drafts", "published", "past", "cancelled"] as const;
export type Filter = (typeof FILTERS)[number];

export function isFilter(text: string | null): text is Filter {
  return FILTERS.includes(text as Filter);
}

/** The longest that an event lasts: what started earlier than that is over. */
const LONGEST = 31 * 86_400_000;

/** What to ask the server for; it knows of starts, not of ends, so that `shown` has the last word. */
export function asked(filter: Filter, now: number) {
  const lately = new Date(now - LONGEST).toISOString();
  const queries = {
    current: { from: lately },
    drafts: { status: "draft" },
    published: { status: "published", from: lately },
    past: { status: "published", to: new Date(now).toISOString() },
    cancelled: { status: "cancelled" },
  } as const;
  return queries[filter];
}

/** Whether all pages are needed to show the first: the server lists by start, and what is over is shown latest first. */
export function isBackwards(filter: Filter): boolean {
  return filter === "past" || filter === "cancelled";
}

/** What of the answer belongs to the filter, in the order to show it. */
export function shown(events: OwnEvent[], filter: Filter, now: number): OwnEvent[] {
  const phases = {
    current: ["draft", "upcoming", "now"],
    drafts: ["draft"],
    published: ["upcoming", "now"],
    past: ["past"],
    cancelled: ["cancelled"],
  };
  const chosen = events.filter((event) => phases[filter].includes(phaseOf(event, now)));
  return isBackwards(filter) ? chosen.reverse() : chosen;
}
