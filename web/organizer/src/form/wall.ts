/** Wall times and the instants that they are in a zone, as far as the form needs them before the server has its say. */

const MINUTE = 60_000;
const DAY = 86_400_000;

function asUtc(wall: string): number {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(wall) ? Date.parse(`${wall}:00Z`) : Number.NaN;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-US-u-ca-iso8601-nu-latn-hc-h23", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
    });
    formats.set(zone, format);
  }
  return format;
}

/** What the wall in a zone shows at an instant: `2026-12-24T19:30`. */
export function wallAt(instant: number, zone: string): string {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map((part) => [part.type, part.value]),
  );
  return `${parts.year?.padStart(4, "0")}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/**
 * The instant at which the wall in a zone shows a time: the first one where it shows it twice, null where it never does
 * (the hour that is skipped when clocks go forward) or where it isn't a time.
 */
export function instantOf(wall: string, zone: string): number | null {
  const utc = asUtc(wall);
  if (Number.isNaN(utc)) return null;
  const found: number[] = [];
  for (const near of [utc - DAY, utc + DAY]) {
    const offset = asUtc(wallAt(near, zone)) - Math.floor(near / MINUTE) * MINUTE;
    if (wallAt(utc - offset, zone) === wall) found.push(utc - offset);
  }
  return found.length === 0 ? null : Math.min(...found);
}

/** A wall time moved by so many milliseconds on the wall. */
export function moved(wall: string, by: number): string {
  const utc = asUtc(wall);
  return Number.isNaN(utc) ? wall : new Date(utc + by).toISOString().slice(0, 16);
}

/** The time on the wall between two wall times, in milliseconds; NaN where one isn't a time. */
export function between(from: string, to: string): number {
  return asUtc(to) - asUtc(from);
}
