import type { components } from "@guestlist/shared/api";
import { Ban, CalendarCheck2, History, type LucideIcon, PencilLine, Radio } from "lucide-react";

export type EventView = components["schemas"]["EventView"];

/** Where an event stands, for its organizer: its status, and for a published one the clock. */
export type Phase = "draft" | "upcoming" | "now" | "past" | "cancelled";

export function phaseOf(event: Pick<EventView, "status" | "starts_at" | "ends_at">, now: number): Phase {
  if (event.status !== "published") return event.status;
  if (now >= Date.parse(event.ends_at)) return "past";
  return now >= Date.parse(event.starts_at) ? "now" : "upcoming";
}

export const ICONS: Record<Phase, LucideIcon> = {
  draft: PencilLine,
  upcoming: CalendarCheck2,
  now: Radio,
  past: History,
  cancelled: Ban,
};

export const TONES: Record<Phase, string> = {
  draft: "text-warn",
  upcoming: "text-good",
  now: "text-good",
  past: "text-soft",
  cancelled: "text-bad",
};
