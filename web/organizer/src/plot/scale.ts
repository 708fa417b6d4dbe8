/** The reckoning behind a plot of a count over time. */
import { instantOf, wallAt } from "../form/wall";

/** So many (places, people) at an instant, in milliseconds. */
export interface Reading {
  at: number;
  count: number;
}

/** Whole, round marks from 0 to at least `max`: 0, 5, 10, 15. */
export function countMarks(max: number, most = 5): number[] {
  const rough = Math.max(1, max) / (most - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(
    1,
    [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough && Number.isInteger(n)) ?? 10 * power,
  );
  const marks = [0];
  for (let mark = step; marks.length < most && (marks.at(-1) ?? 0) < max; mark += step) marks.push(mark);
  return marks.length < 2 ? [0, step] : marks;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY, 182 * DAY, 364 * DAY,
]; // biome-ignore format: a table

/** A mark on the time axis. */
export interface TimeMark {
  at: number;
  /** Whether it stands for a day rather than for a time. */
  day: boolean;
}

/** Round marks between two instants, on the wall in a zone. */
export function timeMarks(from: number, to: number, zone: string, most = 6): TimeMark[] {
  if (to <= from) return [];
  const step =
    STEPS.find((candidate) => (to - from) / candidate <= most) ??
    364 * DAY * Math.ceil((to - from) / (364 * DAY * most));
  // Counted on the wall from midnight, so that marks are at round times whatever the zone's offset.
  const midnight = Date.parse(`${wallAt(from, zone).slice(0, 10)}T00:00Z`);
  const marks: TimeMark[] = [];
  for (let wall = midnight; marks.length <= 2 * most; wall += step) {
    const at = instantOf(new Date(wall).toISOString().slice(0, 16), zone);
    if (at === null || at < from) {
      if (wall - midnight > to - from + 2 * DAY) break;
      continue;
    }
    if (at > to) break;
    marks.push({
      at,
      day: step >= DAY || new Date(wall).getUTCHours() + new Date(wall).getUTCMinutes() === 0,
    });
  }
  return marks;
}

/** The marks that have room for their words: at least `gap` from the one before. */
export function roomy(marks: TimeMark[], x: (at: number) => number, gap: number): TimeMark[] {
  const kept: TimeMark[] = [];
  for (const mark of marks) {
    const before = kept.at(-1);
    if (!before || x(mark.at) - x(before.at) >= gap) kept.push(mark);
  }
  return kept;
}

/**
 * Where a plot ends: with the end of its last step or when the event closes, whichever is later, but never after now. A
 * step counts what there was by its end, which may not have come yet.
 */
export function untilOf({
  from,
  last,
  closes,
  now,
}: {
  from: number;
  last: number;
  closes: number;
  now: number;
}): number {
  return Math.max(from + MINUTE, Math.min(now, Math.max(last, closes)));
}

/** The count at an instant: that of the last reading not after it. */
export function countAt(readings: Reading[], at: number): number {
  let count = 0;
  for (const reading of readings) {
    if (reading.at > at) break;
    count = reading.count;
  }
  return count;
}

/** A line that holds its height until the next reading, up to `until`; empty where there is nothing. */
export function stepLine(
  readings: Reading[],
  until: number,
  x: (at: number) => number,
  y: (count: number) => number,
): string {
  const [first] = readings;
  if (!first) return "";
  const round = (n: number) => Math.round(n * 10) / 10;
  let line = `M${round(x(first.at))} ${round(y(0))}V${round(y(first.count))}`;
  for (const reading of readings.slice(1)) line += `H${round(x(reading.at))}V${round(y(reading.count))}`;
  return `${line}H${round(x(until))}`;
}

/** At most so many readings for a table: evenly picked, the last always among them. */
export function thinned(readings: Reading[], most: number): Reading[] {
  if (readings.length <= most) return readings;
  const every = readings.length / most;
  return Array.from({ length: most }, (_, n) => readings[Math.ceil((n + 1) * every) - 1]).filter(
    (reading) => reading !== undefined,
  );
}
