import { clockOf, useFormatter, useLocale } from "@guestlist/shared/i18n";

interface Stamp {
  /** "21 Nov, 19:42" */
  short(instant: string | number): string;
  /** "19:42" */
  clock(instant: string | number): string;
  /** "21 Nov" */
  day(instant: string | number): string;
}

/** Says instants briefly, on the wall in a zone. */
export function useStamp(zone: string): Stamp {
  const format = useFormatter();
  const clock = clockOf(useLocale());
  const day = { day: "numeric", month: "short" } as const;
  return {
    short: (instant) => format.dateTime(new Date(instant), { timeZone: zone, ...day, ...clock }),
    clock: (instant) => format.dateTime(new Date(instant), { timeZone: zone, ...clock }),
    day: (instant) => format.dateTime(new Date(instant), { timeZone: zone, ...day }),
  };
}
