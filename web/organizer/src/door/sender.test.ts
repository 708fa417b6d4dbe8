import { afterEach, expect, test, vi } from "vitest";
import { type Database, openDatabase } from "./database";
import { reportOf } from "./report";
import { recordScan, scansOf, undoScan } from "./scans";
import { Sender } from "./sender";
import { booking, COMPANION, DOOR, EVENT, network, newDatabase, PASS, TICKET, view } from "./testing/world";
import { bookingOf } from "./verdict";

const ORIGIN = "https://guestlist.example";
const senders: Sender[] = [];

function sender(database: Database): Sender {
  const made = new Sender(database, ORIGIN, () => {});
  senders.push(made);
  return made;
}

afterEach(() => {
  for (const made of senders.splice(0)) made.stop();
  vi.unstubAllGlobals();
});

async function world() {
  const database = await newDatabase();
  await database.put("bookings", booking());
  return database;
}

function scan(database: Database, ticket = TICKET.ticket, alone = true) {
  return recordScan(
    database,
    { shown: { kind: "listed", ticket } },
    { event: EVENT, door: DOOR, now: new Date("2026-11-21T19:02:00Z"), alone },
  );
}

const SCANS = `/api/events/${EVENT}/check-ins`;
const problem = (status: number, code: string, headers = {}) => ({
  status,
  headers,
  body: { status, code, detail: `It is ${code}.` },
});

test("sends in order, with the pass and nothing else, and keeps what the server said", async () => {
  const database = await world();
  const first = await scan(database);
  const second = await scan(database);
  await undoScan(database, first.id, new Date());
  const log = network((asked) => view(asked, asked.body.scan === second.id ? { outcome: "already_in" } : {}));
  await sender(database).send();
  expect(log.map(({ path }) => path)).toEqual([SCANS, SCANS, `${SCANS}/${first.id}/undo`]);
  expect(log.every(({ authorization }) => authorization === "Bearer pass-1")).toBe(true);
  expect(log[0]?.body).toEqual({
    scan: first.id,
    at: "2026-11-21T19:02:00.000Z",
    door: "North",
    ticket: TICKET.ticket,
    shown_offline: "admitted",
  });
  expect(log[2]?.body).toEqual({ ticket: TICKET.ticket });
  expect(await database.count("outbox")).toBe(0);
  expect(await database.get("scans", first.id)).toMatchObject({
    answer: { outcome: "admitted", name: "Ada Lovelace" },
    undo: { answeredAt: expect.any(Number) },
  });
});

test("a scan that waits for the server's word doesn't say that it decided alone", async () => {
  const database = await world();
  await scan(database, TICKET.ticket, false);
  const log = network((asked) => view(asked));
  await sender(database).send();
  expect(log[0]?.body).not.toHaveProperty("shown_offline");
});

test("without a network everything stays, and goes out after a reload", async () => {
  const database = await world();
  network(() => null);
  const [one, two] = [await scan(database), await scan(database, COMPANION.ticket)];
  const first = sender(database);
  await first.send();
  expect(first.isFluent).toBe(false);
  first.stop();
  database.close();

  const later = await openDatabase(database.name);
  const log = network((asked) => view(asked));
  await sender(later).send();
  expect(log.map(({ body }) => body.scan)).toEqual([one.id, two.id]);
  expect(await later.count("outbox")).toBe(0);
});

test("an answer that was lost on its way is asked for again under the same id", async () => {
  const database = await world();
  const made = await scan(database);
  const log = network((asked) => view(asked));
  const working = fetch;
  const sent = sender(database);
  vi.stubGlobal("fetch", async (request: Request) => {
    await working(request);
    throw new TypeError("the connection was reset");
  });
  await sent.send();
  expect(await database.count("outbox")).toBe(1);
  vi.stubGlobal("fetch", working);
  await sent.send();
  expect(log.map(({ body }) => body.scan)).toEqual([made.id, made.id]);
  expect(await database.count("outbox")).toBe(0);
});

test("tries again by itself after a failure", async () => {
  const database = await world();
  await scan(database);
  let isUp = false;
  const log = network((asked) => (isUp ? view(asked) : null));
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const sent = sender(database);
  const done = vi.fn();
  await sent.send().then(done);
  isUp = true;
  vi.advanceTimersByTime(2_000);
  vi.useRealTimers();
  await vi.waitFor(async () => expect(await database.count("outbox")).toBe(0));
  expect(log).toHaveLength(1);
});

test("another answer than the door's is a report; what the door showed stays", async () => {
  const database = await world();
  const made = await scan(database);
  const admission = { scan: "scn_other", at: "2026-11-21T18:58:00Z", door: "South" };
  network((asked) => view(asked, { outcome: "already_in", admission }));
  await sender(database).send();
  const [stored] = await scansOf(database, EVENT);
  expect(stored?.verdict).toEqual(made.verdict);
  expect(stored?.verdict.outcome).toBe("admitted");
  expect(stored?.answer).toMatchObject({ outcome: "already_in", admission });
  expect(stored && reportOf(stored)).toBe("differs");
});

test("a scan that the server won't have stays as a report, and the others go on", async () => {
  const database = await world();
  const made = await scan(database);
  await undoScan(database, made.id, new Date());
  const other = await scan(database, COMPANION.ticket);
  network((asked) => {
    if (asked.path.endsWith("/undo")) return problem(404, "not_found");
    return asked.body.scan === made.id ? problem(422, "validation") : view(asked);
  });
  await sender(database).send();
  const stored = await database.get("scans", made.id);
  expect(stored).toMatchObject({ refused: { code: "validation", detail: "It is validation." } });
  expect(stored && reportOf(stored)).toBe("refused");
  // It was never counted, so there was nothing to take back.
  expect(stored?.undo?.refused).toBeUndefined();
  expect((await database.get("scans", other.id))?.answer?.outcome).toBe("admitted");
  expect(await database.count("outbox")).toBe(0);
});

test("an undoing that the server won't have is a report", async () => {
  const database = await world();
  const made = await scan(database);
  await undoScan(database, made.id, new Date());
  network((asked) => (asked.path.endsWith("/undo") ? problem(409, "nothing_to_undo") : view(asked)));
  await sender(database).send();
  const stored = await database.get("scans", made.id);
  expect(stored && reportOf(stored)).toBe("undo_refused");
});

test("a busy server is left alone for as long as it asks", async () => {
  const database = await world();
  await scan(database);
  await scan(database, COMPANION.ticket);
  const log = network(() => problem(503, "busy", { "retry-after": "30" }));
  const sent = sender(database);
  await sent.send();
  await sent.send();
  expect(log).toHaveLength(1);
  expect(await database.count("outbox")).toBe(2);
});

test("a ticket that troubles the server holds up its own scans only", async () => {
  const database = await world();
  const made = await scan(database);
  await undoScan(database, made.id, new Date());
  await scan(database, COMPANION.ticket);
  const log = network((asked) => (asked.body.scan === made.id ? problem(500, "internal") : view(asked)));
  await sender(database).send();
  expect(log.map(({ path }) => path)).toEqual([SCANS, SCANS]);
  expect((await database.getAll("outbox")).map(({ scan }) => scan)).toEqual([made.id, made.id]);
});

test("a hall's log-in page isn't an answer", async () => {
  const database = await world();
  await scan(database);
  network(() => ({ body: "<h1>Welcome to our network</h1>", status: 511 }));
  await sender(database).send();
  expect(await database.count("outbox")).toBe(1);
});

test("with a revoked pass scans are kept, and a new pass to the event sends them", async () => {
  const database = await world();
  await scan(database);
  const log = network((asked) =>
    asked.authorization === "Bearer pass-1" ? problem(401, "door_pass_revoked") : view(asked),
  );
  const sent = sender(database);
  await sent.send();
  expect(await database.get("passes", PASS.id)).toMatchObject({ refused: "door_pass_revoked" });
  expect(await database.count("outbox")).toBe(1);
  await sent.send();
  expect(log).toHaveLength(1);

  await database.put("passes", { ...PASS, id: "dps_2", token: "pass-2", openedAt: 2 });
  await sent.send();
  expect(await database.count("outbox")).toBe(0);
});

test("who waits for an answer gets it, or nothing when there is none", async () => {
  const database = await world();
  const made = await scan(database, TICKET.ticket, false);
  network((asked) => view(asked, { outcome: "refused", reason: "cancelled" }));
  const sent = sender(database);
  const answer = sent.answerTo(made.id, performance.now() + 5_000);
  void sent.send();
  const shown = await answer;
  expect(shown?.verdict).toMatchObject({ outcome: "refused", reason: "cancelled", name: "Ada Lovelace" });
  expect(await database.get("scans", made.id), "stored as it is shown").toEqual(shown);
  expect(shown && reportOf(shown), "nobody was let in, so there is nothing to report").toBeNull();

  const lost = await scan(database, COMPANION.ticket, false);
  network(() => null);
  const nothing = sent.answerTo(lost.id, performance.now() + 60_000);
  void sent.send();
  expect(await nothing).toBeNull();

  const late = await scan(database, COMPANION.ticket, false);
  network((asked) => view(asked, { outcome: "refused", reason: "cancelled" }));
  expect(await sent.answerTo(late.id, performance.now()), "the door has decided").toBeNull();
  await sent.send();
  expect(await database.get("scans", late.id)).toMatchObject({ verdict: late.verdict });
});

test("the server tells the party of a ticket that isn't on the list yet", async () => {
  const database = await newDatabase();
  const shown = {
    kind: "genuine" as const,
    claims: { kid: "0", ...TICKET, booking: bookingOf(TICKET.ticket), index: 1 },
  };
  const made = await recordScan(
    database,
    { shown, token: TICKET.token },
    { event: EVENT, door: DOOR, now: new Date("2026-11-21T19:02:00Z"), alone: false },
  );
  expect(made.verdict).toEqual({ outcome: "admitted", ticket: TICKET.ticket, index: 1 });
  network((asked) => view(asked, { party_size: 4 }));
  const sent = sender(database);
  const answer = sent.answerTo(made.id, performance.now() + 5_000);
  void sent.send();
  expect((await answer)?.verdict).toMatchObject({ name: "Ada Lovelace", index: 1, of: 4 });
});
