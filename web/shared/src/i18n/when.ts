/** When an event is, in words: always in a named zone, and always by Intl. */
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
  /** "Saturday 21 November" */
  date: string;
  /** "19:30 – 22:00" */
  time: string;
  /** "Sat 21 Nov, 19:30" */
  short: string;
  /** "Nepal Time" */
  zone: string;
  /** Whether the reader's own clock shows something else at that instant. */
  elsewhere: boolean;
}

function offset(at: Date, zone: string): string {
  const parts = new Intl.DateTimeFormat("en", { timeZone: zone, timeZoneName: "longOffset" }).formatToParts(
    at,
  );
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** Says when something is, in a zone: that of the event unless another is asked for. */
export function useWhen(): (moment: Moment, zone?: string) => When {
  const locale = useLocale();
  return (moment, zone = moment.zone) => {
    const starts = new Date(moment.starts_at);
    const ends = moment.ends_at ? new Date(moment.ends_at) : null;
    const year = starts.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    const format = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    const day = format({ dateStyle: "short" });
    const clock = format({ hour: "numeric", minute: "2-digit" });
    const sameDay = !ends || day.format(starts) === day.format(ends);
    const names = format({ timeZoneName: "longGeneric" }).formatToParts(starts);
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return {
      date: format({ weekday: "long", day: "numeric", month: "long", year }).format(starts),
      time: !ends
        ? clock.format(starts)
        : sameDay || ends.getTime() - starts.getTime() < 18 * 3_600_000
          ? `${clock.format(starts)} – ${clock.format(ends)}`
          : format({
              weekday: "short",
              day: "numeric",
              month: "short",
              hour: "numeric",
              minute: "2-digit",
            }).formatRange(starts, ends),
      short: format({
        weekday: "short",
        day: "numeric",
        month: "short",
        hour: "numeric",
        minute: "2-digit",
        year,
      }).format(starts),
      zone: names.find((part) => part.type === "timeZoneName")?.value ?? zone,
      elsewhere: offset(starts, zone) !== offset(starts, own),
    };
  };
}
