import type { EventView } from "./pageData";

/** Where an event stands, for who thinks of going. */
export type Standing = "draft" | "ahead" | "running" | "ended" | "cancelled";

export function standingOf(
  event: Pick<EventView, "status" | "starts_at" | "ends_at">,
  now: number,
): Standing {
  if (event.status === "draft") return "draft";
  if (event.status === "cancelled") return "cancelled";
  if (Date.parse(event.ends_at) <= now) return "ended";
  return Date.parse(event.starts_at) <= now ? "running" : "ahead";
}
