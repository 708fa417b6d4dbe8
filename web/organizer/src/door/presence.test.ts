import { describe, expect, test } from "vitest";
import type { Answer, StoredScan } from "./database";
import { admissionOf, uncounted } from "./presence";
import { reportOf } from "./report";
import { DOOR, EVENT, TICKET } from "./testing/world";
import type { Outcome } from "./verdict";

function scan(outcome: Outcome, more: Partial<StoredScan> = {}): StoredScan {
  const at = "2026-11-21T19:02:00.000Z";
  return {
    id: "scn_1",
    event: EVENT,
    door: DOOR.name,
    at,
    ticket: TICKET.ticket,
    verdict: { outcome },
    ...more,
  };
}
const answer = (outcome: Outcome, at = 10_000): Answer => ({ outcome, at });
const undo = (answeredAt?: number) => ({
  at: "2026-11-21T19:03:00.000Z",
  ...(answeredAt ? { answeredAt } : {}),
});
const elsewhere = { scan: "scn_other", at: "2026-11-21T18:58:00Z", door: "South" };

describe("where a ticket was let in", () => {
  const listed = { id: TICKET.ticket, issue: 1 };
  test("by the list", () => {
    expect(admissionOf({ ...listed, admission: elsewhere }, [], 0)).toEqual(elsewhere);
  });
  test("by this device, before the server knows", () => {
    expect(admissionOf(listed, [scan("admitted")], 0)).toMatchObject({ scan: "scn_1", door: "North" });
  });
  test("nowhere, after it was undone elsewhere and a later list says so", () => {
    expect(admissionOf(listed, [scan("admitted", { answer: answer("admitted") })], 30_000)).toBeUndefined();
  });
  test("here, while the list may be behind the server's own books", () => {
    expect(admissionOf(listed, [scan("admitted", { answer: answer("admitted") })], 20_000)).toBeDefined();
  });
  test("here, though the server said no: somebody did go in", () => {
    expect(admissionOf(listed, [scan("admitted", { answer: answer("refused") })], 30_000)).toBeDefined();
  });
  test("nowhere, after it was taken back elsewhere", () => {
    const undone: Answer = { ...answer("refused"), reason: "undone" };
    expect(admissionOf(listed, [scan("admitted", { answer: undone })], 0)).toBeUndefined();
  });
  test("a refused scan is no admission", () => {
    expect(admissionOf(listed, [scan("refused"), scan("already_in")], 0)).toBeUndefined();
  });
});

describe("people whom the server hasn't counted yet", () => {
  const counted = (...scans: StoredScan[]) => uncounted(scans, 20_000);
  test("let in and not sent", () => expect(counted(scan("admitted"))).toBe(1));
  test("sent before the count", () =>
    expect(counted(scan("admitted", { answer: answer("admitted") }))).toBe(0));
  test("sent after it", () =>
    expect(counted(scan("admitted", { answer: answer("admitted", 30_000) }))).toBe(1));
  test("undone before it was sent", () => expect(counted(scan("admitted", { undo: undo() }))).toBe(0));
  test("undone after it was counted", () =>
    expect(counted(scan("admitted", { answer: answer("admitted"), undo: undo() }))).toBe(-1));
  test("undone, and counted as that", () =>
    expect(counted(scan("admitted", { answer: answer("admitted"), undo: undo(15_000) }))).toBe(0));
  test("amber, red, or not taken by the server", () =>
    expect(
      counted(scan("already_in"), scan("refused"), scan("admitted", { answer: answer("already_in") })),
    ).toBe(0));
});

describe("there is something to report", () => {
  test.each(["admitted", "already_in", "refused"] satisfies Outcome[])("unless both say %s", (outcome) => {
    expect(reportOf(scan(outcome, { answer: answer(outcome) }))).toBeNull();
    expect(reportOf(scan(outcome))).toBeNull();
  });
  test("when the server says another thing", () => {
    expect(reportOf(scan("admitted", { answer: answer("already_in") }))).toBe("differs");
    expect(reportOf(scan("refused", { answer: answer("admitted") }))).toBe("differs");
  });
  test("when it won't have the scan, or its undoing", () => {
    const refused = { code: "validation", detail: "No." };
    expect(reportOf(scan("admitted", { refused }))).toBe("refused");
    expect(reportOf(scan("admitted", { undo: { ...undo(), refused } }))).toBe("undo_refused");
  });
});
