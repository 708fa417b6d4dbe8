import { type components, queries, wasSignedIn } from "@guestlist/shared/api";
import type { QueryClient } from "@tanstack/react-query";

export type EventView = components["schemas"]["EventView"];

/** What the server put into an event's page for the app to go on with. */
interface PageData {
  /** Absent where the server had none to show: a draft is there for its organizer only. */
  event?: EventView;
  language: string;
}

/** Reads it, on a page that has it. */
export function pageData(): PageData | null {
  const text = document.getElementById("page-data")?.textContent;
  return text ? (JSON.parse(text) as PageData) : null;
}

/** How an event is read by its slug. */
export function eventBy(slug: string) {
  return queries.queryOptions("get", "/api/events/{event}", { params: { path: { event: slug } } });
}

/** Shows the event of a page without asking for it. Who is signed in asks all the same: their booking isn't in it. */
export function seedEvent(cache: QueryClient, event: EventView): void {
  cache.setQueryData(eventBy(event.slug).queryKey, event, wasSignedIn() ? { updatedAt: 0 } : {});
}
