import { expect, test } from "vitest";
import { openDatabase } from "./database";
import { keptList } from "./list";
import { forgetPass, openPass, unsentOf } from "./passes";
import { newScanId, recordScan, scansOf, undoScan } from "./scans";
import { booking, DOOR, EVENT, newDatabase, PASS, TICKET } from "./testing/world";
import type { Shown } from "./verdict";

const shown: Shown = { kind: "listed", ticket: TICKET.ticket };
const at = (minute: number, alone = true) => ({
  event: EVENT,
  door: DOOR,
  now: new Date(Date.UTC(2026, 10, 21, 19, minute)),
  alone,
});

async function world() {
  const database = await newDatabase();
  await database.put("bookings", booking());
  return database;
}

test("ids are as the server takes them, and each is new", () => {
  expect(newScanId()).toMatch(/^[A-Za-z0-9_-]{8,64}$/);
  expect(newScanId()).not.toBe(newScanId());
});

test("a scan is stored with its place in the queue before anybody learns of it", async () => {
  const database = await world();
  const scan = await recordScan(database, { shown }, at(2));
  // Another connection, as after a reload.
  const later = await openDatabase(database.name);
  expect(await later.get("scans", scan.id)).toEqual(scan);
  expect(await later.getAll("outbox")).toEqual([{ kind: "scan", scan: scan.id, event: EVENT }]);
  expect(scan).toMatchObject({ verdict: { outcome: "admitted" }, door: "North", alone: true });
});

test("a ticket admits once on this device, and the second says when the first was", async () => {
  const database = await world();
  const first = await recordScan(database, { shown }, at(2));
  const second = await recordScan(database, { shown }, at(5));
  expect(second.verdict).toMatchObject({
    outcome: "already_in",
    admission: { scan: first.id, at: "2026-11-21T19:02:00.000Z", door: "North" },
  });
  expect(second.id).not.toBe(first.id);
  expect(await unsentOf(database, EVENT)).toBe(2);
});

test("two windows that scan at once don't both let one in", async () => {
  const database = await world();
  const other = await openDatabase(database.name);
  const scans = await Promise.all(
    [database, other, database, other].map((window, minute) => recordScan(window, { shown }, at(minute))),
  );
  const outcomes = scans.map((scan) => scan.verdict.outcome).sort();
  expect(outcomes).toEqual(["admitted", "already_in", "already_in", "already_in"]);
});

test("an undone admission admits once more, and waits behind its scan", async () => {
  const database = await world();
  const scan = await recordScan(database, { shown }, at(2));
  await undoScan(database, scan.id, new Date());
  await undoScan(database, scan.id, new Date());
  expect((await database.getAll("outbox")).map((entry) => entry.kind)).toEqual(["scan", "undo"]);
  expect((await recordScan(database, { shown }, at(3))).verdict.outcome).toBe("admitted");
});

test("an undoing holds against a list that still has the admission", async () => {
  const database = await world();
  const scan = await recordScan(database, { shown }, at(2));
  await undoScan(database, scan.id, new Date());
  const admission = { scan: scan.id, at: scan.at, door: "North" };
  await database.put(
    "bookings",
    booking({ tickets: [{ id: TICKET.ticket, issue: 1, admission }], asOf: 9e15 }),
  );
  expect((await recordScan(database, { shown }, at(3))).verdict.outcome).toBe("admitted");
});

test("the history is the event's own, newest first", async () => {
  const database = await world();
  const first = await recordScan(database, { shown }, at(2));
  const second = await recordScan(database, { shown }, at(5));
  await recordScan(database, { shown }, { ...at(3), event: "evt_other" });
  expect((await scansOf(database, EVENT)).map((scan) => scan.id)).toEqual([second.id, first.id]);
});

test("a door is forgotten only when nothing waits, or who asks has taken care of it", async () => {
  const database = await world();
  await recordScan(database, { shown }, at(2));
  expect(await forgetPass(database, PASS)).toBe(false);
  expect(await scansOf(database, EVENT)).toHaveLength(1);
  expect(await keptList(database, EVENT)).toHaveLength(1);
  expect(await database.get("passes", PASS.id)).toBeDefined();

  expect(await forgetPass(database, PASS, { lost: true })).toBe(true);
  for (const store of ["scans", "bookings", "outbox", "passes"] as const) {
    expect(await database.count(store), store).toBe(0);
  }
});

test("with another pass to the same event its scans stay and are still sent", async () => {
  const database = await world();
  await recordScan(database, { shown }, at(2));
  await database.put("passes", { ...PASS, id: "dps_2", openedAt: 2 });
  expect(await forgetPass(database, PASS)).toBe(true);
  expect(await unsentOf(database, EVENT)).toBe(1);
});

test("what is no pass isn't kept", async () => {
  expect(await openPass(await world(), "nonsense", 1)).toBeNull();
});
