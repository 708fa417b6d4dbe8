/**
 * What is wrong with a form. The rules are the server's (shared/domain/src/events/details.rs and text.rs), said here while
 * one types; the server's own word is taken in by `saidByServer`.
 */
import type { Problem } from "@guestlist/shared/api";
import { minorUnits } from "./money";
import { pointOf } from "./point";
import type { EventView, Part, Values } from "./values";
import { instantOf } from "./wall";

/** Why something can't stay as it is: names a sentence in the messages. */
export type Why =
  | "missing_name"
  | "missing_starts"
  | "missing_ends"
  | "missing_place"
  | "missing_link"
  | "missing_capacity"
  | "missing_amount"
  | "too_long"
  | "skipped"
  | "past"
  | "far"
  | "before_start"
  | "lasts_long"
  | "bad_point"
  | "bad_link"
  | "bad_capacity"
  | "bad_amount"
  | "bad_zone"
  | "below_confirmed"
  | "duplicate"
  | "said";

export interface Fault {
  field: keyof Values;
  part: Part;
  why: Why;
  /** What the sentence speaks of. */
  about: Record<string, string | number>;
}

const DAY = 86_400_000;
const LONGEST_DAYS = 31;
const FARTHEST_DAYS = 3_653;
const LARGEST_CAPACITY = 1_000_000;
const LARGEST_AMOUNT = 100_000_000_000;
const LENGTHS = { name: 120, description: 20_000, place: 120, address: 240, link: 1_000 } as const;

/** Everything that keeps the form from being an event. `event` is what it was: a start that stays may have passed. */
export function check(values: Values, event: EventView | null, now: number): Fault[] {
  const faults: Fault[] = [];
  const fault = (part: Part, field: keyof Values, why: Why, about: Fault["about"] = {}) =>
    faults.push({ field, part, why, about });
  const long = (part: Part, field: keyof typeof LENGTHS) => {
    if (Array.from(values[field].trim()).length > LENGTHS[field])
      fault(part, field, "too_long", { max: LENGTHS[field] });
  };

  if (values.name.trim() === "") fault("name", "name", "missing_name");
  long("name", "name");
  long("description", "description");

  const starts = instantOf(values.starts, values.zone);
  const ends = instantOf(values.ends, values.zone);
  if (values.starts === "") fault("starts", "starts", "missing_starts");
  else if (starts === null) fault("starts", "starts", "skipped", { wall: values.starts, zone: values.zone });
  if (values.ends === "") fault("ends", "ends", "missing_ends");
  else if (ends === null) fault("ends", "ends", "skipped", { wall: values.ends, zone: values.zone });
  if (starts !== null) {
    const stays = event !== null && Date.parse(event.starts_at) === starts;
    if (starts <= now && !stays) fault("starts", "starts", "past");
    if (starts > now + FARTHEST_DAYS * DAY) fault("starts", "starts", "far");
  }
  if (starts !== null && ends !== null) {
    if (ends <= starts) fault("ends", "ends", "before_start");
    else if (ends - starts > LONGEST_DAYS * DAY) fault("ends", "ends", "lasts_long", { days: LONGEST_DAYS });
  }

  if (values.where !== "online") {
    if (values.place.trim() === "") fault("place", "place", "missing_place");
    long("place", "place");
    long("place", "address");
    if (values.point.trim() !== "" && pointOf(values.point) === null) fault("place", "point", "bad_point");
  }
  if (values.where !== "place") {
    const link = values.link.trim();
    if (link === "") fault("online_link", "link", "missing_link");
    else if (link.length < 10 || !/^https?:\/\/[^/?#:"<>\\\s][^"<>\\\s]*$/.test(link))
      fault("online_link", "link", "bad_link");
    else long("online_link", "link");
  }

  if (values.limited) {
    const capacity = values.capacity.replace(/\s/g, "");
    if (capacity === "") fault("capacity", "capacity", "missing_capacity");
    else if (!/^\d{1,9}$/.test(capacity) || Number(capacity) < 1 || Number(capacity) > LARGEST_CAPACITY)
      fault("capacity", "capacity", "bad_capacity", { max: LARGEST_CAPACITY });
  }
  if (values.paid) {
    const amount = minorUnits(values.amount, values.currency);
    if (values.amount.trim() === "") fault("price", "amount", "missing_amount");
    else if (amount === null || amount < 1 || amount > LARGEST_AMOUNT)
      fault("price", "amount", "bad_amount", { currency: values.currency });
  }
  return faults;
}

/** Whether somebody simply hasn't come to it yet: said only once they want to go on. */
export function isMissing(fault: Fault): boolean {
  return fault.why.startsWith("missing_");
}

/** The parts that can't be sent because of these faults. Start, end and zone hang together. */
export function unsendable(faults: Fault[]): Set<Part> {
  const parts = new Set(faults.map((fault) => fault.part));
  if (parts.has("starts") || parts.has("ends") || parts.has("zone")) {
    for (const part of ["starts", "ends", "zone"] as const) parts.add(part);
  }
  return parts;
}

const POINTERS: [RegExp, Part, keyof Values][] = [
  [/^\/name/, "name", "name"],
  [/^\/kind/, "kind", "kind"],
  [/^\/description/, "description", "description"],
  [/^\/starts/, "starts", "starts"],
  [/^\/ends/, "ends", "ends"],
  [/^\/zone/, "zone", "zone"],
  [/^\/place\/address/, "place", "address"],
  [/^\/place\/(?:latitude|longitude)/, "place", "point"],
  [/^\/place/, "place", "place"],
  [/^\/online_link/, "online_link", "link"],
  [/^\/capacity/, "capacity", "capacity"],
  [/^\/price\/currency/, "price", "currency"],
  [/^\/price/, "price", "amount"],
  [/^\/language/, "language", "language"],
  [/^\/visibility/, "visibility", "visibility"],
];

/** What the server says of a field, in our own words where we know them. */
function meant(part: Part, detail: string): Why {
  if (detail.includes("doesn't exist in")) return "skipped";
  if (detail.includes("lies in the past")) return "past";
  if (detail.includes("ten years ahead")) return "far";
  if (detail.includes("must be after the start")) return "before_start";
  if (detail.includes("days of the start")) return "lasts_long";
  if (part === "zone") return "bad_zone";
  if (part === "online_link" && detail.includes("is not a link")) return "bad_link";
  return "said";
}

/** The fields that a problem names; empty where it is about none. */
export function saidByServer(problem: Problem, values: Values): Fault[] {
  if (problem.code === "capacity_below_confirmed") {
    const confirmed = Number(problem.confirmed);
    return [{ field: "capacity", part: "capacity", why: "below_confirmed", about: { confirmed } }];
  }
  if (problem.code === "duplicate_event") {
    return [{ field: "name", part: "name", why: "duplicate", about: {} }];
  }
  return (problem.errors ?? []).flatMap(({ pointer, detail }) => {
    const known = POINTERS.find(([form]) => form.test(pointer));
    if (!known) return [];
    const [, part, field] = known;
    const wall = part === "ends" ? values.ends : values.starts;
    const about = { detail, wall, zone: values.zone, days: LONGEST_DAYS };
    return [{ field, part, why: meant(part, detail), about }];
  });
}
