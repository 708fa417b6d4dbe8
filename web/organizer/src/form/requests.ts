/** The form's requests. */
import { api } from "@guestlist/shared/api";
import type { Requests } from "./saver";
import type { Change, EventView } from "./values";

/** The version that a change is made on; the server refuses it when the event has another by now. */
export function ifMatch(event: Pick<EventView, "version">) {
  return { "If-Match": `"${event.version}"` };
}

/** Changes an event. @throws the server's problem. */
export async function changeEvent(event: EventView, body: Change): Promise<EventView> {
  const { data, error } = await api.PATCH("/api/events/{event}", {
    params: { path: { event: event.id }, header: ifMatch(event) },
    body,
  });
  if (error) throw error;
  return data;
}

/** Reads an event as it is now. @throws the server's problem. */
export async function readEvent(event: EventView): Promise<EventView> {
  const { data, error } = await api.GET("/api/events/{event}", { params: { path: { event: event.id } } });
  if (error) throw error;
  return data;
}

export const REQUESTS: Requests = {
  async create(body, key) {
    const { data, error } = await api.POST("/api/events", {
      params: { header: { "Idempotency-Key": key } },
      body,
    });
    if (error) throw error;
    return data;
  },
  change: changeEvent,
  read: readEvent,
};
