/** When an event is, in words: always in a named zone, and always by Intl. */
import { useMemo } from "react";
import { useLocale } from "use-intl";

/** What is needed to say when something is. */
export interface Moment {
  /** An instant (RFC 3339). */
  starts_at: string;
  ends_at?: string | undefined;
  /** The IANA zone of the wall it happens at. */
  zone: string;
}

export interface When {
  /** "Saturday 21 November"; of several days, "Friday 20 – Sunday 22 November" */
  date: string;
  /** "19:30–22:00"; over several days, "Fri 20 Nov, 19:30 – Sun 22 Nov, 16:00" */
  time: string;
  /** "Sat 21 Nov, 19:30" */
  short: string;
  /** "Nepal Time (GMT+5:45)" */
  zone: string;
  /** Whether the reader's own clock shows something else at that instant. */
  elsewhere: boolean;
  /** The start on the reader's clock: "14:45", and "Sun 22 Nov, 00:45" where it is another day there. */
  own: string;
}

/** A night out that ends in the small hours is still that night to people. */
const ONE_EVENING = 12 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs more than using it, and a list uses the same few again and again. */
function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, options);
    formats.set(key, made);
  }
  return made;
}

/** What a zone's clocks are called, or how far from Greenwich they are, at an instant. */
function zoneName(locale: string, zone: string, at: Date, form: "longGeneric" | "shortOffset"): string {
  const parts = format(locale, { timeZone: zone, timeZoneName: form }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** The day on the wall of a zone, for comparing: "2026-11-21". */
export function dayIn(zone: string, at: Date): string {
  return format("sv-SE", { timeZone: zone, dateStyle: "short" }).format(at);
}

const CLOCK = { hour: "numeric", minute: "2-digit" } as const;
const SHORT_DAY = { weekday: "short", day: "numeric", month: "short" } as const;

/** Says when something is on the wall of `zone`, to a reader whose own clock is in `own`, at the instant `now`. */
export function sayWhen(locale: string, moment: Moment, zone: string, own: string, now: Date): When {
  const starts = new Date(moment.starts_at);
  const ends = moment.ends_at === undefined ? starts : new Date(moment.ends_at);
  const year = dayIn(zone, starts).slice(0, 4) === dayIn(own, now).slice(0, 4) ? undefined : "numeric";
  const at = (timeZone: string, options: Intl.DateTimeFormatOptions) =>
    format(locale, { timeZone, ...options, ...(year && "day" in options ? { year } : {}) });
  const clock = at(zone, CLOCK);
  const day = at(zone, { weekday: "long", day: "numeric", month: "long" });
  const short = at(zone, { ...SHORT_DAY, ...CLOCK });
  const days = dayIn(zone, starts) !== dayIn(zone, ends) && ends.getTime() - starts.getTime() >= ONE_EVENING;
  // Joined by U+2060, so that no line breaks at the dash.
  const span = (from: string, to: string) => (from === to ? from : `${from}\u2060–\u2060${to}`);
  const name = zoneName(locale, zone, starts, "longGeneric");
  const offset = zoneName(locale, zone, starts, "shortOffset");
  const sameDay = dayIn(zone, starts) === dayIn(own, starts);
  return {
    date: days ? day.formatRange(starts, ends) : day.format(starts),
    time: days
      ? `${short.format(starts)} – ${short.format(ends)}`
      : span(clock.format(starts), clock.format(ends)),
    short: short.format(starts),
    zone: name === offset ? name : `${name} (${offset})`,
    elsewhere: offset !== zoneName(locale, own, starts, "shortOffset"),
    own: (sameDay ? at(own, CLOCK) : at(own, { ...SHORT_DAY, ...CLOCK })).format(starts),
  };
}

/** The reader's own zone, as the browser knows it. */
export function useZone(): string {
  return useMemo(() => Intl.DateTimeFormat().resolvedOptions().timeZone, []);
}

/** Says when something is, in a zone: that of the event unless another is asked for. */
export function useWhen(): (moment: Moment, zone?: string) => When {
  const locale = useLocale();
  const own = useZone();
  return (moment, zone = moment.zone) => sayWhen(locale, moment, zone, own, new Date());
}
