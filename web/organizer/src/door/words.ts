/** How the door says things. */
import { clockOf, useFormatter, useLocale, useTranslations } from "@guestlist/shared/i18n";
import type { Answer, StoredScan } from "./database";
import { reportOf } from "./report";
import { type Admission, lookOf, type Verdict } from "./verdict";

export interface Words {
  /** An instant as the clock at the door shows it. */
  time(at: string | number): string;
  /** The one word of a verdict. */
  word(verdict: Verdict): string;
  /** The same as something past. */
  was(verdict: Verdict): string;
  /** "Ticket 2 of 3"; the server may know the party where this device didn't. */
  ticket(verdict: Verdict, answer?: Answer): string | null;
  /** Why it is red, or when and where it was let in before. */
  why(verdict: Verdict): string | null;
  /** Whose scan it is, as a line of a list needs it. */
  who(scan: StoredScan): string;
  /** What there is to report of a scan. */
  report(scan: StoredScan): string | null;
}

/** The words for a door in this zone; `own` tells whether a scan is this device's. */
export function useWords(zone: string | undefined, own: (scan: string) => boolean): Words {
  const t = useTranslations("door");
  const format = useFormatter();
  const clock = clockOf(useLocale());
  const time = (at: string | number) =>
    format.dateTime(new Date(at), {
      ...clock,
      ...(zone ? { timeZone: zone } : {}),
    });
  const first = (admission: Admission) => {
    const at = { time: time(admission.at) };
    if (own(admission.scan)) return t("verdict.first_in_here", at);
    return admission.door
      ? t("verdict.first_in", { ...at, door: admission.door })
      : t("verdict.first_in_somewhere", at);
  };
  const differs = ({ at, verdict, answer }: StoredScan) => {
    if (!answer) return null;
    const values = {
      time: time(at),
      first: time(answer.admission?.at ?? at),
      door: answer.admission?.door ?? t("reports.unknown_door"),
      reason: answer.reason ? t(`reasons.${answer.reason}`) : "",
    };
    switch (`${verdict.outcome}_${answer.outcome}` as const) {
      case "admitted_already_in":
        return t("reports.differs.admitted_already_in", values);
      case "admitted_refused":
        return t("reports.differs.admitted_refused", values);
      case "already_in_admitted":
        return t("reports.differs.already_in_admitted", values);
      case "already_in_refused":
        return t("reports.differs.already_in_refused", values);
      case "refused_admitted":
        return t("reports.differs.refused_admitted", values);
      case "refused_already_in":
        return t("reports.differs.refused_already_in", values);
      default:
        return null;
    }
  };
  return {
    time,
    word: (verdict) => t(`verdict.${lookOf(verdict)}`),
    was: (verdict) => t(`verdict.was_${lookOf(verdict)}`),
    ticket: ({ index, of: known }, answer) => {
      const of = known ?? answer?.of;
      if (index === undefined) return null;
      if (of === undefined) return t("verdict.ticket_alone", { index });
      return of === 1 ? t("verdict.single") : t("verdict.ticket", { index, of });
    },
    why: ({ outcome, reason, admission }) => {
      if (outcome === "already_in" && admission) return first(admission);
      return reason ? t(`reasons.${reason}`) : null;
    },
    who: ({ verdict, answer, ticket }) =>
      verdict.name ?? answer?.name ?? (ticket ? t("last.no_name") : t("history.foreign")),
    report: (scan) => {
      switch (reportOf(scan)) {
        case "differs":
          return differs(scan);
        case "refused":
          return t("reports.refused", { time: time(scan.at), detail: scan.refused?.detail ?? "" });
        case "undo_refused":
          return t("reports.undo_refused", { detail: scan.undo?.refused?.detail ?? "" });
        default:
          return null;
      }
    },
  };
}
