import { problemOf } from "@guestlist/shared/api";
import { clockOf, useFormatter, useLocale, useTranslations } from "@guestlist/shared/i18n";
import { useProblemWords } from "@guestlist/shared/ui";
import { type FocusEvent, useMemo, useState } from "react";
import { check, type Fault, isMissing, saidByServer } from "./check";
import { type EventView, requestOf, type Values } from "./values";

/** What is wrong with the form, field by field, in words. */
export interface Faults {
  /** The sentence at a field, when it is time to say it. */
  at(field: keyof Values): string | undefined;
  /** All there are, said or not, in the order of the form. */
  all: Fault[];
  /** From now on, says also what is merely missing. */
  insist(): void;
  /** Put on the form: a field that one is just typing in isn't judged yet. */
  watch: { onFocus: (event: FocusEvent) => void; onBlur: () => void };
}

export function useFaults(
  values: Values,
  event: EventView | null,
  now: number,
  refused: { error: unknown; values: Values } | null,
): Faults {
  const t = useTranslations("faults");
  const format = useFormatter();
  const clock = clockOf(useLocale());
  const words = useProblemWords();
  const [insisting, setInsisting] = useState(false);
  const [focused, setFocused] = useState<string | null>(null);

  const own = useMemo(() => check(values, event, now), [values, event, now]);
  // The server's word holds for what it was said of, and no longer.
  const said = useMemo(() => {
    if (!refused) return [];
    const [then, today] = [requestOf(refused.values), requestOf(values)];
    return saidByServer(problemOf(refused.error), refused.values).filter(
      (fault) => JSON.stringify(then[fault.part]) === JSON.stringify(today[fault.part]),
    );
  }, [refused, values]);
  const all = useMemo(
    () => [...own, ...said.filter((fault) => !own.some((other) => other.field === fault.field))],
    [own, said],
  );

  return {
    all,
    at(field) {
      const fault = all.find((each) => each.field === field);
      if (!fault) return undefined;
      if (!insisting && isMissing(fault)) return undefined;
      if (!insisting && focused === field && !said.includes(fault)) return undefined;
      if ("said" in fault) return words.said(fault.said);
      const { wall } = fault.about;
      const about =
        typeof wall === "string"
          ? {
              ...fault.about,
              wall: format.dateTime(new Date(`${wall}:00Z`), {
                timeZone: "UTC",
                ...clock,
              }),
            }
          : fault.about;
      return t(fault.why, about);
    },
    insist: () => setInsisting(true),
    watch: {
      onFocus: ({ target }) => setFocused(target.getAttribute("name")),
      onBlur: () => setFocused(null),
    },
  };
}
