/**
 * What is wrong with a form. The rules are the server's (shared/domain/src/events/details.rs and text.rs), said here while
 * one types; the server's own word is taken in by `saidByServer`.
 */
import type { FieldFault, Problem } from "@guestlist/shared/api";
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
  | "below_confirmed"
  | "duplicate";

interface Where {
  field: keyof Values;
  part: Part;
}

/** A fault that has a sentence of the form's own. */
interface Known extends Where {
  why: Why;
  /** What the sentence speaks of. */
  about: Record<string, string | number>;
}

/** A fault that the server has found, and all apps say alike. */
interface Said extends Where {
  said: FieldFault;
}

export type Fault = Known | Said;

const DAY = 86_400_000;
const LONGEST_DAYS = 31;
const FARTHEST_DAYS = 3_653;
const LARGEST_CAPACITY = 1_000_000;
const LARGEST_AMOUNT = 100_000_000_000;
const LENGTHS = { name: 120, description: 20_000, place: 120, address: 240, link: 1_000 } as const;

/** Everything that keeps the form from being an event. `event` is what it was: a start that stays may have passed. */
export function check(values: Values, event: EventView | null, now: number): Known[] {
  const faults: Known[] = [];
  const fault = (part: Part, field: keyof Values, why: Why, about: Known["about"] = {}) =>
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
  return "why" in fault && fault.why.startsWith("missing_");
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

/** What the form says in words of its own: it knows what was typed, and what to do about it. */
const OWN: Partial<Record<FieldFault["code"], Why>> = {
  time_skipped: "skipped",
  in_the_past: "past",
  too_far_ahead: "far",
  end_before_start: "before_start",
  lasts_too_long: "lasts_long",
};

/** The fields that a problem names; empty where it is about none. */
export function saidByServer(problem: Problem, values: Values): Fault[] {
  if (problem.code === "capacity_below_confirmed") {
    const confirmed = Number(problem.confirmed);
    return [{ field: "capacity", part: "capacity", why: "below_confirmed", about: { confirmed } }];
  }
  if (problem.code === "duplicate_event") {
    return [{ field: "name", part: "name", why: "duplicate", about: {} }];
  }
  return (problem.errors ?? []).flatMap((said): Fault[] => {
    const known = POINTERS.find(([form]) => form.test(said.pointer));
    if (!known) return [];
    const [, part, field] = known;
    const why = OWN[said.code];
    if (!why) return [{ field, part, said }];
    const wall = part === "ends" ? values.ends : values.starts;
    return [{ field, part, why, about: { wall, zone: values.zone, days: said.limit ?? LONGEST_DAYS } }];
  });
}
