import "fake-indexeddb/auto";
import { forgetTickets } from "@guestlist/shared/tickets";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { calendarLink } from "./calendar";
import { upcoming } from "./groups";
import { stateOf } from "./state";
import { dropTicket, keepTickets, keptTicket, keptTickets, type TicketView } from "./store";

const NOW = Date.parse("2026-11-28T19:00:00Z");
const ADMITTED = { scan: "scn_1", at: "2026-11-28T18:41:00Z", door: "Main door" };

function ticket(booking: string, number: number, more: Partial<TicketView> = {}, event = {}): TicketView {
  return {
    id: `tkt_${booking}-${number}`,
    booking: `bkg_${booking}`,
    name: "Ada Lovelace",
    number,
    party_size: 2,
    state: "confirmed",
    token: "ABC DEF",
    url: "http://guestlist.test/e/x/tickets/y?key=z",
    ...more,
    event: {
      id: `evt_${booking}`,
      slug: booking,
      name: `Event ${booking}`,
      starts: "2026-11-28T19:30",
      ends: "2026-11-28T22:00",
      zone: "Europe/Berlin",
      starts_at: "2026-11-28T18:30:00Z",
      ends_at: "2026-11-28T21:00:00Z",
      hue: 1,
      cover_url: "/covers/talk/x.svg",
      status: "published",
      ...event,
    },
  };
}

describe("a ticket's state", () => {
  test("follows event, booking and admission, in this order", () => {
    const of = (more: Partial<TicketView>, event = {}) => stateOf(ticket("a", 1, more, event), NOW);
    expect(of({})).toBe("valid");
    expect(of({ state: "attended", admission: ADMITTED })).toBe("admitted");
    // One of the party is in, this one isn't yet.
    expect(of({ state: "attended" })).toBe("valid");
    expect(of({ state: "cancelled" })).toBe("cancelled");
    expect(of({ state: "attended", admission: ADMITTED }, { status: "cancelled" })).toBe("event_cancelled");
    expect(of({ state: "no_show" }, { ends_at: "2026-11-28T18:59:00Z" })).toBe("over");
    expect(of({ state: "rejected" })).toBe("void");
  });

  test("what isn't valid has no calendar entry", () => {
    expect(calendarLink(ticket("a", 1))).toBe("/api/tickets/tkt_a-1/calendar.ics?key=ABC%20DEF");
    const { token: _token, ...gone } = ticket("a", 1);
    expect(calendarLink(gone)).toBeNull();
  });
});

test("tickets are grouped by booking, the next event first, without what is over or off", () => {
  const later = { starts_at: "2026-12-01T18:30:00Z", ends_at: "2026-12-01T21:00:00Z" };
  const over = { starts_at: "2026-11-01T18:30:00Z", ends_at: "2026-11-01T21:00:00Z" };
  const groups = upcoming(
    [
      ticket("c", 2, {}, later),
      ticket("c", 1, {}, later),
      ticket("a", 1),
      ticket("o", 1, {}, over),
      ticket("x", 1, {}, { status: "cancelled" }),
    ],
    NOW,
  );
  expect(groups.map(({ booking, tickets }) => [booking, tickets.map(({ number }) => number)])).toEqual([
    ["bkg_a", [1]],
    ["bkg_c", [1, 2]],
  ]);
});

describe("what this device keeps", () => {
  beforeEach(forgetTickets);

  test("can be shown again", async () => {
    await keepTickets("ada", [ticket("a", 1), ticket("a", 2)]);
    expect((await keptTickets("ada")).map(({ id }) => id)).toEqual(["tkt_a-1", "tkt_a-2"]);
    expect((await keptTicket("tkt_a-2", "ada"))?.token).toBe("ABC DEF");
    expect(await keptTicket("tkt_b-1", "ada")).toBeNull();
  });

  test("one more is kept beside the others; the whole list takes their place", async () => {
    await keepTickets("ada", [ticket("a", 1)]);
    await keepTickets("ada", [ticket("b", 1)]);
    expect(await keptTickets("ada")).toHaveLength(2);
    await keepTickets("ada", [ticket("b", 1)], true);
    expect((await keptTickets("ada")).map(({ id }) => id)).toEqual(["tkt_b-1"]);
  });

  test("is nobody else's", async () => {
    await keepTickets("ada", [ticket("a", 1)]);
    expect(await keptTickets("grace")).toEqual([]);
    expect(await keptTicket("tkt_a-1", "grace")).toBeNull();
    await keepTickets("grace", [ticket("b", 1)]);
    expect((await keptTickets(null)).map(({ id }) => id)).toEqual(["tkt_b-1"]);
  });

  test("is shown to nobody in particular too, as after a log-in that ran out", async () => {
    await keepTickets("ada", [ticket("a", 1)]);
    expect(await keptTickets(null)).toHaveLength(1);
    expect((await keptTicket("tkt_a-1", null))?.token).toBe("ABC DEF");
  });

  test("one that isn't theirs any more is dropped, the others stay", async () => {
    await keepTickets("ada", [ticket("a", 1), ticket("b", 1)]);
    await dropTicket("tkt_a-1");
    expect((await keptTickets("ada")).map(({ id }) => id)).toEqual(["tkt_b-1"]);
  });

  test("goes with a log-out, and what comes later is kept again", async () => {
    await keepTickets("ada", [ticket("a", 1)]);
    await forgetTickets();
    expect(await keptTickets(null)).toEqual([]);
    await keepTickets("grace", [ticket("b", 1)]);
    expect(await keptTickets("grace")).toHaveLength(1);
  });

  test("a newer state of a ticket takes the place of the older", async () => {
    await keepTickets("ada", [ticket("a", 1)]);
    await keepTickets("ada", [ticket("a", 1, { state: "cancelled" })]);
    expect((await keptTicket("tkt_a-1", "ada"))?.state).toBe("cancelled");
  });

  test("where nothing can be kept, nothing breaks", async () => {
    vi.resetModules();
    const real = indexedDB;
    vi.stubGlobal("indexedDB", {
      open() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    const store = await import("./store");
    await store.keepTickets("ada", [ticket("a", 1)]);
    expect(await store.keptTickets("ada")).toEqual([]);
    expect(await store.keptTicket("tkt_a-1", "ada")).toBeNull();
    vi.stubGlobal("indexedDB", real);
  });
});
