/** What the door downloads: the event's bookings, what other doors did, the numbers, and the keys of tickets. */
import type { components } from "@guestlist/shared/api";
import { type Came, type DoorApi, outcomeOf, type ScanView } from "./api";
import { type Database, type ListState, ofEvent } from "./database";
import { fold } from "./fold";
import { decodeBase64Url, type Keys } from "./token";
import { bookingOf, type ListedBooking } from "./verdict";

type BookingView = components["schemas"]["BookingView"];

/** How many bookings are asked for at once, and how many scans. */
const BOOKINGS = 500;
const SCANS = 100;
/** How many pages of scans are read at most when catching up; the list itself brings the rest. */
const MOST_PAGES = 5;

function listed(view: BookingView, asOf: number): ListedBooking {
  return {
    event: view.event,
    id: view.id,
    name: view.name,
    folded: fold(view.name),
    state: view.state,
    tickets: view.tickets.map(({ id, issue, admission }) => ({
      id,
      issue,
      ...(admission ? { admission } : {}),
    })),
    asOf,
  };
}

/**
 * Walks through the whole list and keeps it. Nothing is taken out that the walk doesn't meet: bookings are never deleted,
 * but one that changes its state meanwhile moves in the order of the list, and may be passed over.
 */
export async function downloadList(database: Database, api: DoorApi, event: string): Promise<Came<void>> {
  const began = Date.now();
  let cursor: string | undefined;
  do {
    const asOf = Date.now();
    const came = await outcomeOf(
      api.GET("/api/events/{event}/bookings", {
        params: { path: { event }, query: { limit: BOOKINGS, ...(cursor ? { cursor } : {}) } },
      }),
    );
    if (came.kind !== "done") return came;
    const stored = database.transaction("bookings", "readwrite");
    await Promise.all([...came.data.items.map((view) => stored.store.put(listed(view, asOf))), stored.done]);
    cursor = came.data.cursor ?? undefined;
  } while (cursor);
  await change(database, event, (list) => ({ ...list, asOf: began }));
  return { kind: "done", data: undefined };
}

/** Brings in what was scanned and undone at all doors since `since` (milliseconds since the epoch). */
export async function downloadCheckIns(
  database: Database,
  api: DoorApi,
  event: string,
  since: number,
): Promise<Came<void>> {
  let cursor: string | undefined;
  const scans: ScanView[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const came = await outcomeOf(
      api.GET("/api/events/{event}/check-ins", {
        params: { path: { event }, query: { limit: SCANS, ...(cursor ? { cursor } : {}) } },
      }),
    );
    if (came.kind !== "done") return came;
    scans.push(...came.data.items);
    const oldest = came.data.items.at(-1);
    cursor = came.data.cursor ?? undefined;
    if (!cursor || !oldest || Date.parse(oldest.at) < since) break;
  }
  const stored = database.transaction("bookings", "readwrite");
  for (const scan of scans.reverse()) {
    if (scan.outcome !== "admitted" || !scan.ticket) continue;
    const booking = await stored.store.get([event, bookingOf(scan.ticket)]);
    const ticket = booking?.tickets.find((candidate) => candidate.id === scan.ticket);
    if (!booking || !ticket) continue;
    if (!scan.undone_at && scan.admission && !ticket.admission) ticket.admission = scan.admission;
    else if (scan.undone_at && ticket.admission?.scan === scan.scan) delete ticket.admission;
    else continue;
    await stored.store.put(booking);
  }
  await stored.done;
  return { kind: "done", data: undefined };
}

/** Brings the event's numbers. */
export async function downloadAttendance(
  database: Database,
  api: DoorApi,
  event: string,
): Promise<Came<void>> {
  const asOf = Date.now();
  const came = await outcomeOf(api.GET("/api/events/{event}/attendance", { params: { path: { event } } }));
  if (came.kind !== "done") return came;
  const { admitted, booked } = came.data;
  await change(database, event, (list) => ({ ...list, attendance: { asOf, admitted, booked } }));
  return { kind: "done", data: undefined };
}

/** Brings the public keys of tickets in the place of those of before: one that is published no longer was revoked. */
export async function downloadKeys(database: Database, api: DoorApi): Promise<Came<void>> {
  const came = await outcomeOf(api.GET("/.well-known/guestlist-ticket-keys.json"));
  if (came.kind !== "done") return came;
  const stored = database.transaction("keys", "readwrite");
  const puts = [stored.store.clear(), ...came.data.keys.map(({ kid, x }) => stored.store.put({ kid, x }))];
  await Promise.all([...puts, stored.done]);
  return { kind: "done", data: undefined };
}

/** The keys that this device has. */
export async function keptKeys(database: Database): Promise<Keys> {
  const keys = await database.getAll("keys");
  return new Map(keys.map(({ kid, x }) => [kid, decodeBase64Url(x)]));
}

/** An event's list as this device has it. */
export function keptList(database: Database, event: string): Promise<ListedBooking[]> {
  return database.getAll("bookings", ofEvent(event));
}

async function change(database: Database, event: string, how: (list: ListState) => ListState): Promise<void> {
  const stored = database.transaction("lists", "readwrite");
  await stored.store.put(how((await stored.store.get(event)) ?? { event }));
  await stored.done;
}
