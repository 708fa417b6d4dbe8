import { describe, expect, test } from "vitest";
import { booking, COMPANION, EVENT, KEYS, TICKET, TICKETS } from "./testing/world";
import { readTicket } from "./token";
import { bookingOf, decide, type Known, type ListedBooking, type Shown } from "./verdict";

const admission = { scan: "scn_other", at: "2026-11-21T18:58:00Z", door: "North" };

function knowing(more: Partial<Known> = {}): Known {
  return { event: EVENT, eventCancelled: false, booking: booking(), admission: undefined, ...more };
}

async function decided(token: string, known: Known) {
  return decide(await readTicket(token, KEYS), known);
}

test("a good ticket comes in, with its name and its place in the party", async () => {
  expect(await decided(TICKET.token, knowing())).toEqual({
    outcome: "admitted",
    ticket: TICKET.ticket,
    name: "Ada Lovelace",
    index: 1,
    of: 2,
  });
});

test("a ticket that is in says when and where", async () => {
  const verdict = await decided(TICKET.token, knowing({ admission }));
  expect(verdict).toMatchObject({ outcome: "already_in", admission });
});

describe("red, and why", () => {
  const red = (reason: string) => ({ outcome: "refused", reason });
  test("a code that is no ticket", async () => {
    expect(await decided("https://example.org", knowing())).toMatchObject(red("not_a_ticket"));
  });
  test("a wrong signature, whatever else the token says", async () => {
    const [last] = TICKET.token.slice(-3);
    const forged = `${TICKET.token.slice(0, -3)}${last === "0" ? "1" : "0"}${TICKET.token.slice(-2)}`;
    expect(await decided(forged, knowing())).toMatchObject(red("forged"));
  });
  test("a key that isn't known here", () => {
    const claims = { kid: "0", ...TICKET, booking: bookingOf(TICKET.ticket), index: 1 };
    expect(decide({ kind: "unknown_key", claims }, knowing())).toMatchObject(red("unknown_key"));
  });
  test("another event", async () => {
    expect(await decided(TICKETS[2]?.token ?? "", knowing())).toMatchObject(red("other_event"));
  });
  test("a number that the party doesn't have", async () => {
    const smaller = booking({ tickets: [{ id: TICKET.ticket, issue: 1 }] });
    expect(await decided(COMPANION.token, knowing({ booking: smaller }))).toMatchObject(red("unknown"));
  });
  test("the event is cancelled", async () => {
    expect(await decided(TICKET.token, knowing({ eventCancelled: true }))).toMatchObject(
      red("event_cancelled"),
    );
  });
  test.each(["cancelled", "requested", "rejected", "declined", "expired"] satisfies ListedBooking["state"][])(
    "a booking that is %s",
    async (state) => {
      const known = knowing({ booking: booking({ state }) });
      expect(await decided(TICKET.token, known)).toMatchObject(red("cancelled"));
    },
  );
  test("an older copy than the list's, even where that one is in", async () => {
    const reissued = booking({ tickets: [{ id: TICKET.ticket, issue: 2 }] });
    const known = knowing({ booking: reissued, admission });
    expect(await decided(TICKET.token, known)).toMatchObject(red("superseded"));
  });
});

describe("a list that is behind", () => {
  test("a ticket that was booked since is genuine: we signed it", async () => {
    const verdict = await decided(TICKET.token, knowing({ booking: undefined }));
    expect(verdict).toEqual({ outcome: "admitted", ticket: TICKET.ticket, index: 1 });
  });
  test("and still admits once", async () => {
    const verdict = await decided(TICKET.token, knowing({ booking: undefined, admission }));
    expect(verdict.outcome).toBe("already_in");
  });
  test("a copy that is newer than the list's is the newest there is", async () => {
    const earlier = booking({ tickets: [{ id: COMPANION.ticket, issue: 2 }] });
    expect((await decided(COMPANION.token, knowing({ booking: earlier }))).outcome).toBe("admitted");
  });
  test("after the event's end the server calls who isn't in yet a no-show, and lets them in", async () => {
    const known = knowing({ booking: booking({ state: "no_show" }) });
    expect((await decided(TICKET.token, known)).outcome).toBe("admitted");
  });
});

describe("picked from the list", () => {
  const listed: Shown = { kind: "listed", ticket: TICKET.ticket };
  test("needs no code", () => {
    expect(decide(listed, knowing())).toMatchObject({ outcome: "admitted", name: "Ada Lovelace" });
  });
  test("what isn't on it isn't known", () => {
    expect(decide(listed, knowing({ booking: undefined }))).toMatchObject({ reason: "unknown" });
  });
});
