/** What the form holds, and how that maps to what the API takes and gives. */
import type { components, paths } from "@guestlist/shared/api";
import { minorUnits, typedAmount } from "./money";
import { pointOf } from "./point";
import { moved, wallAt } from "./wall";

export type EventView = components["schemas"]["EventView"];
/** The body of create_event. */
export type NewEvent = paths["/api/events"]["post"]["requestBody"]["content"]["application/json"];
/** The body of update_event. */
export type Change = NonNullable<
  paths["/api/events/{event}"]["patch"]["requestBody"]
>["content"]["application/json"];

/** The form's fields, as typed. What isn't in force (a price that is switched off) stays as it is. */
export interface Values {
  name: string;
  kind: EventView["kind"];
  description: string;
  starts: string;
  ends: string;
  zone: string;
  where: "place" | "online" | "both";
  place: string;
  address: string;
  point: string;
  link: string;
  limited: boolean;
  capacity: string;
  paid: boolean;
  amount: string;
  currency: string;
  language: EventView["language"];
  visibility: EventView["visibility"];
}

/** A part of an event that is sent, compared and chosen as one. */
export type Part = Exclude<keyof Change, "allow_overlap">;

/** Which of the form's fields make a part; the first is the one to go to. */
export const FIELDS: Record<Part, [keyof Values, ...(keyof Values)[]]> = {
  name: ["name"],
  kind: ["kind"],
  description: ["description"],
  starts: ["starts"],
  ends: ["ends"],
  zone: ["zone"],
  place: ["place", "address", "point"],
  online_link: ["link"],
  capacity: ["capacity", "limited"],
  price: ["amount", "paid", "currency"],
  language: ["language"],
  visibility: ["visibility"],
};

export const PARTS = Object.keys(FIELDS) as Part[];

/** An empty form: an evening a week ahead in one's own zone. */
export function emptyValues(zone: string, language: EventView["language"], now: number): Values {
  const starts = `${wallAt(now + 7 * 86_400_000, zone).slice(0, 10)}T19:00`;
  return {
    name: "",
    kind: "gathering",
    description: "",
    starts,
    ends: moved(starts, 3 * 3_600_000),
    zone,
    where: "place",
    place: "",
    address: "",
    point: "",
    link: "",
    limited: true,
    capacity: "",
    paid: false,
    amount: "",
    currency: language === "ru" ? "RUB" : "EUR",
    language,
    visibility: "public",
  };
}

/** The form for an event. */
export function valuesOf(event: EventView): Values {
  const { place, price } = event;
  const mapped = typeof place?.latitude === "number" && typeof place.longitude === "number";
  return {
    name: event.name,
    kind: event.kind,
    description: event.description ?? "",
    starts: event.starts,
    ends: event.ends,
    zone: event.zone,
    where: place ? (event.online_link ? "both" : "place") : "online",
    place: place?.name ?? "",
    address: place?.address ?? "",
    point: mapped ? `${place.latitude}, ${place.longitude}` : "",
    link: event.online_link ?? "",
    limited: event.capacity !== undefined,
    capacity: event.capacity === undefined ? "" : String(event.capacity),
    paid: price !== undefined,
    amount: price ? typedAmount(price.amount, price.currency) : "",
    currency: price?.currency ?? (event.language === "ru" ? "RUB" : "EUR"),
    language: event.language,
    visibility: event.visibility,
  };
}

/** The text as the server keeps it: without space around it. */
function tidy(line: string): string {
  return line.trim().replace(/\s+/g, " ");
}

/** What the form says, as the API takes it. Every part is there; what an event doesn't have is null. */
export function requestOf(values: Values): Required<Omit<Change, "allow_overlap">> {
  const point = pointOf(values.point);
  return {
    name: tidy(values.name),
    kind: values.kind,
    description: values.description.replaceAll("\r\n", "\n").trim(),
    starts: values.starts,
    ends: values.ends,
    zone: values.zone,
    place:
      values.where === "online"
        ? null
        : {
            name: tidy(values.place),
            address: tidy(values.address) || null,
            latitude: point?.latitude ?? null,
            longitude: point?.longitude ?? null,
          },
    online_link: values.where === "place" ? null : values.link.trim(),
    capacity: values.limited ? Number(values.capacity.replace(/\s/g, "")) : null,
    price: values.paid
      ? { amount: minorUnits(values.amount, values.currency) ?? 0, currency: values.currency }
      : null,
    language: values.language,
    visibility: values.visibility,
  };
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The parts in which two forms differ. */
export function changedParts(from: Values, to: Values): Part[] {
  const [before, after] = [requestOf(from), requestOf(to)];
  return PARTS.filter((part) => !same(before[part], after[part]));
}

/** The body that makes `from` into `to`, without the parts that had better not be sent yet. */
export function changeOf(from: Values, to: Values, without: ReadonlySet<Part> = new Set()): Change {
  const after = requestOf(to);
  const parts = changedParts(from, to).filter((part) => !without.has(part));
  return Object.fromEntries(parts.map((part) => [part, after[part]]));
}

/** A form with one part of another. */
export function withPart(values: Values, part: Part, from: Values): Values {
  const at = (part === "place" ? from : values).where !== "online";
  const online = (part === "online_link" ? from : values).where !== "place";
  return {
    ...values,
    ...Object.fromEntries(FIELDS[part].map((field) => [field, from[field]])),
    where: at && online ? "both" : online ? "online" : "place",
  };
}
