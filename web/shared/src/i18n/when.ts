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
  /** Day and time in one: "Saturday 21 November, 19:30–22:00"; over several days, "Friday 20 November at 19:30 – …" */
  span: string;
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
function zoneName(
  locale: string,
  zone: string,
  at: Date,
  form: "shortGeneric" | "longGeneric" | "shortOffset",
): string {
  const parts = format(locale, { timeZone: zone, timeZoneName: form }).formatToParts(at);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? zone;
}

/** What people call a zone. In Russian, Chromium's short names of many are in English; the long ones begin with the place. */
function placeOf(locale: string, zone: string, at: Date): string {
  if (!locale.startsWith("ru")) return zoneName(locale, zone, at, "shortGeneric");
  return zoneName(locale, zone, at, "longGeneric").split(",", 1)[0] ?? zone;
}

/** The day on the wall of a zone, for comparing: "2026-11-21". */
export function dayIn(zone: string, at: Date): string {
  return format("sv-SE", { timeZone: zone, dateStyle: "short" }).format(at);
}

/** "04:00" by the clock of 24 hours, "4:00 AM" by the other. */
export function clockOf(locale: string): { hour: "numeric" | "2-digit"; minute: "2-digit" } {
  const twelve = format(locale, { hour: "numeric" }).resolvedOptions().hour12;
  return { hour: twelve ? "numeric" : "2-digit", minute: "2-digit" };
}

const SHORT_DAY = { weekday: "short", day: "numeric", month: "short" } as const;

/**
 * Says when something is on the wall of `zone`, to a reader whose own clock is in `own`, at the instant `now`. Each part is
 * worked out when it is asked for: a list needs few of them.
 */
export function sayWhen(locale: string, moment: Moment, zone: string, own: string, now: Date): When {
  const starts = new Date(moment.starts_at);
  const ends = moment.ends_at === undefined ? starts : new Date(moment.ends_at);
  const days = dayIn(zone, starts) !== dayIn(zone, ends) && ends.getTime() - starts.getTime() >= ONE_EVENING;
  const withYear = dayIn(zone, starts).slice(0, 4) !== dayIn(own, now).slice(0, 4);
  const clock = clockOf(locale);
  const at = (timeZone: string, options: Intl.DateTimeFormatOptions) =>
    format(locale, { timeZone, ...options, ...(withYear && "day" in options && { year: "numeric" }) });
  const day = { weekday: "long", day: "numeric", month: "long" } as const;
  return {
    get span() {
      if (!days) return `${this.date}, ${this.time}`;
      const long = at(zone, { ...day, ...clock });
      return `${long.format(starts)} – ${long.format(ends)}`;
    },
    get date() {
      const long = at(zone, day);
      return days ? long.formatRange(starts, ends) : long.format(starts);
    },
    get time() {
      const short = at(zone, { ...SHORT_DAY, ...clock });
      if (days) return `${short.format(starts)} – ${short.format(ends)}`;
      const [from, to] = [at(zone, clock).format(starts), at(zone, clock).format(ends)];
      // Joined by U+2060, so that no line breaks at the dash.
      return from === to ? from : `${from}\u2060–\u2060${to}`;
    },
    get short() {
      return at(zone, { ...SHORT_DAY, ...clock }).format(starts);
    },
    get zone() {
      const name = placeOf(locale, zone, starts);
      const offset = zoneName(locale, zone, starts, "shortOffset");
      return name === offset ? name : `${name} (${offset})`;
    },
    get elsewhere() {
      if (zone === own) return false;
      return zoneName(locale, zone, starts, "shortOffset") !== zoneName(locale, own, starts, "shortOffset");
    },
    get own() {
      const sameDay = dayIn(zone, starts) === dayIn(own, starts);
      return at(own, sameDay ? clock : { ...SHORT_DAY, ...clock }).format(starts);
    },
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
