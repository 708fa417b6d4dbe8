import { afterEach, expect, test, vi } from "vitest";
import { doorApi } from "./api";
import { downloadAttendance, downloadCheckIns, downloadKeys, downloadList, keptKeys, keptList } from "./list";
import { booking, COMPANION, EVENT, network, newDatabase, TICKET } from "./testing/world";
import { bookingOf } from "./verdict";

const api = () => doorApi("https://guestlist.example", "pass-1");
const row = (id: string, name: string) => ({
  id,
  event: EVENT,
  name,
  state: "confirmed",
  tickets: [{ id: `tkt_${id.slice(4)}-1`, issue: 1 }],
});

afterEach(() => vi.unstubAllGlobals());

test("walks through all pages, and counts as there only after the last", async () => {
  const database = await newDatabase();
  let pages = 0;
  network(() => {
    pages += 1;
    if (pages === 1) return { body: { items: [row("bkg_1", "Ёлка")], cursor: "next" } };
    return null;
  });
  expect((await downloadList(database, api(), EVENT)).kind).toBe("later");
  expect(await database.get("lists", EVENT)).toBeUndefined();

  network(() => ({ body: { items: [row("bkg_2", "Ada")] } }));
  expect((await downloadList(database, api(), EVENT)).kind).toBe("done");
  expect(await database.get("lists", EVENT)).toMatchObject({ asOf: expect.any(Number) });
  // The first page's is kept: bookings are never deleted, only passed over when they move in the list.
  expect((await keptList(database, EVENT)).map(({ folded }) => folded)).toEqual(["елка", "ada"]);
});

test("brings in what other doors did and undid, oldest first", async () => {
  const database = await newDatabase();
  await database.put("bookings", booking());
  const scan = (id: string, ticket: string, more = {}) => ({
    scan: id,
    ticket,
    at: "2026-11-21T18:58:00Z",
    outcome: "admitted",
    admission: { scan: id, at: "2026-11-21T18:58:00Z", door: "South" },
    ...more,
  });
  const items = [
    scan("scn_3", TICKET.ticket),
    scan("scn_2", TICKET.ticket, { undone_at: "2026-11-21T18:57:00Z" }),
    scan("scn_1", COMPANION.ticket),
    scan("scn_0", TICKET.ticket, { outcome: "refused" }),
  ];
  network(() => ({ body: { items } }));
  await downloadCheckIns(database, api(), EVENT, 0);
  const kept = await database.get("bookings", [EVENT, bookingOf(TICKET.ticket)]);
  expect(kept?.tickets.map((ticket) => ticket.admission?.scan)).toEqual(["scn_3", "scn_1"]);

  network(() => ({
    body: { items: [scan("scn_3", TICKET.ticket, { undone_at: "2026-11-21T18:59:00Z" })] },
  }));
  await downloadCheckIns(database, api(), EVENT, 0);
  const after = await database.get("bookings", [EVENT, bookingOf(TICKET.ticket)]);
  expect(after?.tickets[0]?.admission).toBeUndefined();
});

test("the keys are those that are published: old ones verify on, and a revoked one doesn't", async () => {
  const database = await newDatabase();
  for (const published of [["00000001"], ["00000002", "00000001"], ["00000003", "00000001"]]) {
    const keys = published.map((kid) => ({
      kid,
      x: "AAAA",
      kty: "OKP",
      crv: "Ed25519",
      use: "sig",
      alg: "EdDSA",
    }));
    network(() => ({ body: { keys } }));
    await downloadKeys(database, api());
    expect([...(await keptKeys(database)).keys()].sort()).toEqual([...published].sort());
  }
});

test("the numbers stand beside the list's own time", async () => {
  const database = await newDatabase();
  await database.put("lists", { event: EVENT, asOf: 5 });
  network(() => ({ body: { event: EVENT, admitted: 3, booked: 9, expected: 6 } }));
  await downloadAttendance(database, api(), EVENT);
  expect(await database.get("lists", EVENT)).toMatchObject({
    asOf: 5,
    attendance: { admitted: 3, booked: 9 },
  });
});
