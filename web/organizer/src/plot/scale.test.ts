import { describe, expect, test } from "vitest";
import { countAt, countMarks, roomy, stepLine, thinned, timeMarks, untilOf } from "./scale";

describe("marks of a count", () => {
  test.each([
    [0, [0, 1]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [17, [0, 5, 10, 15, 20]],
    [40, [0, 10, 20, 30, 40]],
    [120, [0, 50, 100, 150]],
    [1_000_000, [0, 250_000, 500_000, 750_000, 1_000_000]],
  ])("up to %i", (max, marks) => {
    expect(countMarks(max)).toEqual(marks);
  });
});

describe("marks of time", () => {
  const at = (text: string) => Date.parse(text);
  test("are round on the wall of the zone", () => {
    const marks = timeMarks(at("2026-12-04T13:50:00Z"), at("2026-12-04T18:10:00Z"), "Asia/Kathmandu");
    expect(marks.map((mark) => new Date(mark.at).toISOString().slice(11, 16))).toEqual([
      "14:15",
      "15:15",
      "16:15",
      "17:15",
    ]);
    expect(marks.every((mark) => !mark.day)).toBe(true);
  });
  test("leave room for their words", () => {
    const marks = [0, 50, 90, 120].map((at) => ({ at, day: false }));
    expect(roomy(marks, (at) => at, 60).map((mark) => mark.at)).toEqual([0, 90]);
  });
  test("are days over a longer time, through a change of clocks", () => {
    const marks = timeMarks(at("2027-03-26T12:00:00Z"), at("2027-03-31T12:00:00Z"), "Europe/Berlin");
    expect(marks.map((mark) => new Date(mark.at).toISOString())).toEqual([
      "2027-03-26T23:00:00.000Z",
      "2027-03-27T23:00:00.000Z",
      "2027-03-28T22:00:00.000Z",
      "2027-03-29T22:00:00.000Z",
      "2027-03-30T22:00:00.000Z",
    ]);
    expect(marks.every((mark) => mark.day)).toBe(true);
  });
  test("are never many, however long it is", () => {
    for (const hours of [0.1, 1, 5, 24, 100, 1000, 10_000, 90_000]) {
      const marks = timeMarks(
        at("2026-01-01T00:00:00Z"),
        at("2026-01-01T00:00:00Z") + hours * 3_600_000,
        "UTC",
      );
      expect(marks.length).toBeGreaterThan(0);
      expect(marks.length).toBeLessThanOrEqual(7);
    }
  });
  test("of no time at all are none", () => {
    expect(timeMarks(5, 5, "UTC")).toEqual([]);
  });
});

describe("the line", () => {
  const readings = [
    { at: 10, count: 2 },
    { at: 20, count: 5 },
  ];
  test("holds its height until the next reading", () => {
    expect(
      stepLine(
        readings,
        30,
        (x) => x,
        (y) => 10 - y,
      ),
    ).toBe("M10 10V8H20V5H30");
    expect(
      stepLine(
        [],
        30,
        (x) => x,
        (y) => y,
      ),
    ).toBe("");
  });
  test("ends at now, and for what is over with its last step or its end", () => {
    const closes = 100 * 60_000;
    const until = (last: number, now: number) =>
      untilOf({ from: 0, last: last * 60_000, closes, now: now * 60_000 }) / 60_000;
    expect(until(60, 6)).toBe(6);
    expect(until(60, 0)).toBe(1);
    expect(until(60, 500)).toBe(100);
    expect(until(120, 500)).toBe(120);
  });
  test("has a count at each instant", () => {
    expect([5, 10, 15, 20, 99].map((at) => countAt(readings, at))).toEqual([0, 2, 2, 5, 5]);
  });
  test("is thinned for the table, the last reading kept", () => {
    const many = Array.from({ length: 100 }, (_, n) => ({ at: n, count: n }));
    expect(thinned(many, 10)).toHaveLength(10);
    expect(thinned(many, 10).at(-1)).toEqual({ at: 99, count: 99 });
    expect(thinned(readings, 10)).toEqual(readings);
  });
});
