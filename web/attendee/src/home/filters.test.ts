import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { byDay, daysAhead } from "./days";
import { askedOf, type Filters, filtersOf, queryOf } from "./filters";

const read = (query: string) => filtersOf(new URLSearchParams(query));

describe("the address", () => {
  test("says the filters, and comes back the same", () => {
    const all: Filters[] = [
      {},
      { when: "today" },
      { when: "weekend", price: "free" },
      { from: "2026-11-28", to: "2026-12-01", online: true },
      { to: "2026-12-01", price: "paid" },
    ];
    for (const filters of all) expect(filtersOf(queryOf(filters))).toEqual(filters);
    expect(queryOf({ from: "2026-11-28", price: "free", online: true }).toString()).toBe(
      "from=2026-11-28&price=free&online=1",
    );
  });

  test("that makes no sense is let be", () => {
    expect(read("when=tomorrow&price=cheap&online=yes&from=2026-02-31&to=soon")).toEqual({});
    expect(read("from=2026-12-01&to=2026-11-28")).toEqual({ from: "2026-12-01" });
  });

  test("days go before a span", () => {
    expect(read("when=week&from=2026-12-01")).toEqual({ from: "2026-12-01" });
  });
});

describe("what is asked for, on a clock in Berlin", () => {
  const before = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = "Europe/Berlin";
  });
  afterAll(() => {
    process.env.TZ = before;
  });
  const at = (now: string, filters: Filters) => askedOf(filters, new Date(now));

  test("today ends at the reader's midnight", () => {
    expect(at("2026-11-21T12:00:00Z", { when: "today" })).toEqual({ to: "2026-11-21T22:59:59.999Z" });
    // Past midnight in Berlin, still the day before in Greenwich.
    expect(at("2026-11-20T23:30:00Z", { when: "today" })).toEqual({ to: "2026-11-21T22:59:59.999Z" });
  });

  test("a weekend is Saturday and Sunday; on a weekend, what is left of it", () => {
    const end = { to: "2026-11-22T22:59:59.999Z" };
    expect(at("2026-11-18T12:00:00Z", { when: "weekend" })).toEqual({
      from: "2026-11-20T23:00:00.000Z",
      ...end,
    });
    expect(at("2026-11-21T12:00:00Z", { when: "weekend" })).toEqual(end);
    expect(at("2026-11-22T12:00:00Z", { when: "weekend" })).toEqual(end);
  });

  test("a week ends on Sunday", () => {
    expect(at("2026-11-18T12:00:00Z", { when: "week" })).toEqual({ to: "2026-11-22T22:59:59.999Z" });
    expect(at("2026-11-22T12:00:00Z", { when: "week" })).toEqual({ to: "2026-11-22T22:59:59.999Z" });
    expect(at("2026-11-23T12:00:00Z", { when: "week" })).toEqual({ to: "2026-11-29T22:59:59.999Z" });
  });

  test("days have 25 hours when the clocks go back, and 23 when they go forward", () => {
    expect(at("2026-10-20T12:00:00Z", { from: "2026-10-25", to: "2026-10-25" })).toEqual({
      from: "2026-10-24T22:00:00.000Z",
      to: "2026-10-25T22:59:59.999Z",
    });
    expect(at("2027-03-20T12:00:00Z", { from: "2027-03-28", to: "2027-03-28" })).toEqual({
      from: "2027-03-27T23:00:00.000Z",
      to: "2027-03-28T21:59:59.999Z",
    });
    expect(at("2026-10-25T00:30:00Z", { when: "today" })).toEqual({ to: "2026-10-25T22:59:59.999Z" });
  });

  test("is the same all day, so that what was read can be kept", () => {
    expect(at("2026-11-18T07:00:00Z", { when: "week" })).toEqual(
      at("2026-11-18T21:00:00Z", { when: "week" }),
    );
    expect(at("2026-11-18T07:00:00Z", {})).toEqual({});
  });

  test("price and online go as they are", () => {
    expect(at("2026-11-18T07:00:00Z", { price: "paid", online: true })).toEqual({
      price: "paid",
      online: true,
    });
  });
});

describe("days", () => {
  const event = (starts_at: string) => ({ starts_at });

  test("are those of the reader's clock", () => {
    const events = [
      event("2026-11-21T22:30:00Z"),
      event("2026-11-21T23:30:00Z"),
      event("2026-11-22T10:00:00Z"),
    ];
    expect(byDay(events, "Europe/Berlin").map(({ day, events: of }) => [day, of.length])).toEqual([
      ["2026-11-21", 1],
      ["2026-11-22", 2],
    ]);
    expect(byDay(events, "UTC").map(({ day, events: of }) => [day, of.length])).toEqual([
      ["2026-11-21", 2],
      ["2026-11-22", 1],
    ]);
  });

  test("are counted on the wall", () => {
    expect(daysAhead("2026-10-26", "2026-10-25")).toBe(1);
    expect(daysAhead("2027-03-29", "2027-03-28")).toBe(1);
    expect(daysAhead("2026-11-21", "2026-11-21")).toBe(0);
  });
});
