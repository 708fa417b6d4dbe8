import { describe, expect, test } from "vitest";
import { check, isMissing, saidByServer, unsendable } from "./check";
import { merge } from "./merge";
import { minorUnits, typedAmount } from "./money";
import { pointOf } from "./point";
import { standingOf } from "./standing";
import { EVENT } from "./testing";
import { changedParts, changeOf, type EventView, emptyValues, requestOf, valuesOf } from "./values";
import { between, instantOf, moved, wallAt } from "./wall";

const NOW = Date.parse("2026-11-21T12:00:00Z");

describe("money", () => {
  test("is whole minor units of its currency", () => {
    expect(minorUnits("12.50", "EUR")).toBe(1250);
    expect(minorUnits("12,5", "EUR")).toBe(1250);
    expect(minorUnits("1 200", "RUB")).toBe(120_000);
    expect(minorUnits("0.29", "EUR")).toBe(29);
    expect(minorUnits("500", "JPY")).toBe(500);
    expect(minorUnits("1.205", "KWD")).toBe(1205);
  });
  test("is refused where the currency has no such fraction", () => {
    for (const [typed, currency] of [
      ["1.005", "EUR"],
      ["1.5", "JPY"],
      ["-3", "EUR"],
      ["ten", "EUR"],
      ["", "EUR"],
    ])
      expect(minorUnits(typed ?? "", currency ?? "")).toBeNull();
  });
  test("comes back as it was typed", () => {
    for (const [amount, currency, typed] of [
      [1250, "EUR", "12.50"],
      [900, "EUR", "9"],
      [5, "EUR", "0.05"],
      [500, "JPY", "500"],
    ] as const) {
      expect(typedAmount(amount, currency)).toBe(typed);
      expect(minorUnits(typed, currency)).toBe(amount);
    }
  });
});

describe("wall times", () => {
  test("are instants in a zone", () => {
    expect(instantOf("2026-12-24T19:30", "Asia/Kathmandu")).toBe(Date.parse("2026-12-24T13:45:00Z"));
    expect(wallAt(Date.parse("2026-12-24T13:45:00Z"), "Asia/Kathmandu")).toBe("2026-12-24T19:30");
    expect(wallAt(Date.parse("2026-12-24T00:00:00Z"), "UTC")).toBe("2026-12-24T00:00");
  });
  test("that the zone skips are none, and repeated ones are the first", () => {
    expect(instantOf("2027-03-28T02:30", "Europe/Berlin")).toBeNull();
    expect(instantOf("2027-03-28T03:00", "Europe/Berlin")).toBe(Date.parse("2027-03-28T01:00:00Z"));
    expect(instantOf("2026-10-25T02:30", "Europe/Berlin")).toBe(Date.parse("2026-10-25T00:30:00Z"));
  });
  test("move on the wall", () => {
    expect(moved("2026-12-31T22:00", 3 * 3_600_000)).toBe("2027-01-01T01:00");
    expect(between("2026-12-04T19:00", "2026-12-04T23:00")).toBe(4 * 3_600_000);
  });
});

describe("a point on the map", () => {
  test.each([
    ["52.5021, 13.4239", 52.5021, 13.4239],
    ["-33.86 151.2", -33.86, 151.2],
    ["https://www.openstreetmap.org/#map=17/52.5021/13.4239", 52.5021, 13.4239],
    ["https://www.google.com/maps/@52.5021,13.4239,17z", 52.5021, 13.4239],
    ["https://yandex.ru/maps/?ll=37.6173%2C55.7558&z=12", 55.7558, 37.6173],
    ["geo:52.5021,13.4239", 52.5021, 13.4239],
  ])("is read from %s", (typed, latitude, longitude) => {
    expect(pointOf(typed)).toEqual({ latitude, longitude });
  });
  test("isn't made up", () => {
    for (const typed of ["", "Freiluftkino", "91, 0", "https://example.org/"])
      expect(pointOf(typed)).toBeNull();
  });
});

describe("form and request", () => {
  test("an event comes back from its form unchanged", () => {
    const request = requestOf(valuesOf(EVENT));
    expect(request).toMatchObject({
      name: EVENT.name,
      starts: EVENT.starts,
      place: EVENT.place,
      online_link: null,
      capacity: 120,
      price: EVENT.price,
    });
    expect(changedParts(valuesOf(EVENT), valuesOf(EVENT))).toEqual([]);
    expect(changeOf(valuesOf(EVENT), valuesOf(EVENT))).toEqual({});
  });
  test("only what changed is sent, and what is taken out is null", () => {
    const values = valuesOf(EVENT);
    expect(changeOf(values, { ...values, name: " Night  of Films ", paid: false })).toEqual({
      name: "Night of Films",
      price: null,
    });
    expect(changeOf(values, { ...values, limited: false })).toEqual({ capacity: null });
    expect(changeOf(values, { ...values, where: "online", link: "https://meet.example.org/1" })).toEqual({
      place: null,
      online_link: "https://meet.example.org/1",
    });
  });
  test("space around what was typed is no change", () => {
    const values = valuesOf(EVENT);
    expect(
      changedParts(values, { ...values, name: `${EVENT.name} `, description: "Twelve films.\r\n" }),
    ).toEqual([]);
  });
  test("what is switched off stays typed and isn't sent", () => {
    const values = { ...valuesOf(EVENT), paid: false };
    expect(values.amount).toBe("9");
    expect(requestOf(values).price).toBeNull();
  });
});

describe("what is wrong", () => {
  const whys = (change: Partial<ReturnType<typeof valuesOf>>, event: EventView | null = null) =>
    check({ ...valuesOf(EVENT), ...change }, event, NOW).map(({ field, why }) => `${field}: ${why}`);

  test("nothing, with an event as it should be", () => {
    expect(whys({})).toEqual([]);
  });
  test("an empty form only lacks things", () => {
    const faults = check(emptyValues("Europe/Berlin", "en", NOW), null, NOW);
    expect(faults.map((fault) => fault.why)).toEqual(["missing_name", "missing_place", "missing_capacity"]);
    expect(faults.every(isMissing)).toBe(true);
  });
  test("times", () => {
    expect(whys({ starts: "2027-03-28T02:30", ends: "2027-03-28T05:00" })).toEqual(["starts: skipped"]);
    expect(whys({ ends: "2026-12-04T19:00" })).toEqual(["ends: before_start"]);
    expect(whys({ ends: "2027-01-05T19:00" })).toEqual(["ends: lasts_long"]);
    expect(whys({ starts: "2026-11-21T12:00" })).toEqual(["starts: past"]);
    expect(whys({ starts: "2037-12-04T19:00", ends: "2037-12-04T20:00" })).toEqual(["starts: far"]);
  });
  test("a start that stays may have passed", () => {
    const running = { ...EVENT, starts: "2026-11-21T12:00", starts_at: "2026-11-21T11:00:00Z" };
    expect(check({ ...valuesOf(running), name: "Renamed" }, running, NOW)).toEqual([]);
  });
  test("places, links, numbers", () => {
    expect(whys({ where: "online" })).toEqual(["link: missing_link"]);
    expect(whys({ where: "both", link: "zoom.us/j/1" })).toEqual(["link: bad_link"]);
    expect(whys({ point: "near the park" })).toEqual(["point: bad_point"]);
    expect(whys({ capacity: "0" })).toEqual(["capacity: bad_capacity"]);
    expect(whys({ capacity: "12.5" })).toEqual(["capacity: bad_capacity"]);
    expect(whys({ amount: "9.999" })).toEqual(["amount: bad_amount"]);
    expect(whys({ name: "x".repeat(121) })).toEqual(["name: too_long"]);
  });
  test("a bad time holds back start, end and zone together", () => {
    const faults = check({ ...valuesOf(EVENT), ends: "2026-12-04T18:00" }, null, NOW);
    expect([...unsendable(faults)].sort()).toEqual(["ends", "starts", "zone"]);
  });
  test("the server's word reaches its field by the pointer", () => {
    const problem = {
      code: "invalid",
      status: 422,
      detail: "Some fields need another look.",
      errors: [
        { pointer: "/starts", code: "in_the_past" as const, detail: "…" },
        { pointer: "/place/latitude", code: "too_large" as const, detail: "…", limit: 90 },
        { pointer: "/unknown", code: "invalid" as const, detail: "…" },
      ],
    };
    expect(saidByServer(problem, valuesOf(EVENT))).toMatchObject([
      { field: "starts", part: "starts", why: "past" },
      { field: "point", part: "place", said: { code: "too_large", limit: 90 } },
    ]);
    const below = { code: "capacity_below_confirmed", status: 409, detail: "…", confirmed: 87 };
    expect(saidByServer(below, valuesOf(EVENT))).toEqual([
      { field: "capacity", part: "capacity", why: "below_confirmed", about: { confirmed: 87 } },
    ]);
  });
});

describe("a draft, with what its form holds", () => {
  const { price: _, capacity: __, ...bare } = EVENT;
  const standing = (change: Partial<ReturnType<typeof valuesOf>>) =>
    standingOf(bare, { values: { ...valuesOf(bare), ...change }, base: bare, pending: null }, NOW);

  test("is as the server has it where nothing is kept", () => {
    expect(standingOf(bare, null, NOW)).toEqual({
      values: valuesOf(bare),
      late: false,
      open: [],
      unsent: false,
    });
  });
  test("lacks a price or a number of places that was never entered", () => {
    expect(standing({ paid: true })).toMatchObject({ open: ["price"], unsent: false });
    expect(standing({ paid: true, amount: "12,505" })).toMatchObject({ open: ["price"], unsent: false });
    expect(standing({ limited: true })).toMatchObject({ open: ["capacity"], unsent: false });
  });
  test("isn't all there while something typed wasn't sent", () => {
    expect(standing({ description: "New" })).toMatchObject({ open: [], unsent: true });
  });
  test("is late with a start in the past", () => {
    expect(standing({ starts: "2026-11-20T12:00", ends: "2026-11-20T13:00" })).toMatchObject({
      late: true,
      open: [],
      unsent: false,
    });
  });
});

describe("changes from two sides", () => {
  const base = valuesOf(EVENT);
  test("what changed only elsewhere is taken over", () => {
    const merged = merge(base, { ...base, capacity: "150" }, { ...base, name: "Mine" });
    expect(merged).toEqual({
      merged: { ...base, name: "Mine", capacity: "150" },
      taken: ["capacity"],
      disputed: [],
    });
  });
  test("what changed on both sides is in dispute, one's own standing", () => {
    const merged = merge(base, { ...base, name: "Theirs" }, { ...base, name: "Mine" });
    expect(merged).toEqual({ merged: { ...base, name: "Mine" }, taken: [], disputed: ["name"] });
  });
  test("the same change on both sides is none, as after an answer that was lost", () => {
    const mine = { ...base, name: "Same" };
    expect(merge(base, mine, mine)).toEqual({ merged: mine, taken: [], disputed: [] });
  });
  test("a place that went and a link that came are two parts", () => {
    const theirs = { ...base, where: "both" as const, link: "https://meet.example.org/1" };
    const mine = { ...base, place: "Kino Rodina" };
    const { merged, taken } = merge(base, theirs, mine);
    expect(taken).toEqual(["online_link"]);
    expect(merged).toMatchObject({ where: "both", place: "Kino Rodina", link: "https://meet.example.org/1" });
  });
});
