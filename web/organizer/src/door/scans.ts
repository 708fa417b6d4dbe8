/** This device's scans: decided and stored in one transaction, so that two windows of one device can't both let one in. */
import type { Database, Door, StoredScan } from "./database";
import { admissionOf } from "./presence";
import { bookingOf, decide, type Shown } from "./verdict";

/** A new scan's own id. */
export function newScanId(): string {
  return `scn_${crypto.randomUUID()}`;
}

/** How a scan is to be decided. */
interface At {
  event: string;
  door: Door;
  now: Date;
  /** The verdict will be shown whatever the server says. */
  alone: boolean;
}

/** What was put before this door. */
export interface Presented {
  shown: Shown;
  /** What the code said, where one was read. */
  token?: string;
}

/** The ticket that was shown, where it was one. */
export function ticketOf(shown: Shown): string | undefined {
  if (shown.kind === "listed") return shown.ticket;
  return shown.kind === "foreign" ? undefined : shown.claims.ticket;
}

/** Decides one scan on what this device knows, and stores it together with its place in the queue to the server. */
export async function recordScan(
  database: Database,
  { shown, token }: Presented,
  { event, door, now, alone }: At,
): Promise<StoredScan> {
  // Strict: it is on the disk when this is done, and not only on its way there.
  const stored = database.transaction(["bookings", "scans", "outbox"], "readwrite", { durability: "strict" });
  const ticket = ticketOf(shown);
  const [booking, own] = ticket
    ? await Promise.all([
        stored.objectStore("bookings").get([event, bookingOf(ticket)]),
        stored.objectStore("scans").index("by-ticket").getAll([event, ticket]),
      ])
    : [undefined, []];
  const listed = booking?.tickets.find((candidate) => candidate.id === ticket);
  const admission = admissionOf(listed, own, booking?.asOf ?? 0);
  const verdict = decide(shown, { event, eventCancelled: door.eventCancelled, booking, admission });
  const scan: StoredScan = {
    id: newScanId(),
    event,
    door: door.name,
    at: now.toISOString(),
    ...(token === undefined ? {} : { token }),
    ...(ticket === undefined ? {} : { ticket }),
    verdict,
    ...(alone ? { alone } : {}),
  };
  await Promise.all([
    stored.objectStore("scans").add(scan),
    stored.objectStore("outbox").add({ kind: "scan", scan: scan.id, event }),
    stored.done,
  ]);
  return scan;
}

/** Stores a scan that the server has decided, before it is shown. */
export async function storeAnswered(database: Database, scan: StoredScan): Promise<void> {
  const stored = database.transaction("scans", "readwrite", { durability: "strict" });
  await Promise.all([stored.store.put(scan), stored.done]);
}

/** Writes down that the server's answer didn't come in time, so that the next attempt to send it says so. */
export function showAlone(database: Database, id: string): Promise<StoredScan> {
  return change(database, id, (scan) => ({ ...scan, alone: true }));
}

/** Marks the report about a scan as read. */
export function noteReport(database: Database, id: string): Promise<StoredScan> {
  return change(database, id, (scan) => ({ ...scan, noted: true }));
}

async function change(
  database: Database,
  id: string,
  how: (scan: StoredScan) => StoredScan,
): Promise<StoredScan> {
  const stored = database.transaction("scans", "readwrite", { durability: "strict" });
  const scan = await stored.store.get(id);
  if (!scan) throw new Error("the scan is no longer kept");
  const changed = how(scan);
  await Promise.all([stored.store.put(changed), stored.done]);
  return changed;
}

/** Takes an admission back, here at once and at the server as soon as it can be reached. Doing so twice is no error. */
export async function undoScan(database: Database, id: string, now: Date): Promise<void> {
  const stored = database.transaction(["scans", "outbox"], "readwrite", { durability: "strict" });
  const scan = await stored.objectStore("scans").get(id);
  if (!scan || scan.undo) return;
  await Promise.all([
    stored.objectStore("scans").put({ ...scan, undo: { at: now.toISOString() } }),
    // Behind its scan, wherever that is: the queue is sent in order.
    stored.objectStore("outbox").add({ kind: "undo", scan: id, event: scan.event }),
    stored.done,
  ]);
}

/** Whether a scan let somebody in, here or by the server's count, and can be taken back. */
export function canUndo({ verdict, answer, undo }: StoredScan): boolean {
  return !undo && (verdict.outcome === "admitted" || answer?.outcome === "admitted");
}

/** An event's scans on this device, newest first. */
export async function scansOf(database: Database, event: string): Promise<StoredScan[]> {
  const scans = await database.getAllFromIndex("scans", "by-time", IDBKeyRange.bound([event], [event, []]));
  return scans.reverse();
}
