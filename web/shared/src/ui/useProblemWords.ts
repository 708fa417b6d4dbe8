import { useTranslations } from "use-intl";
import {
  type FieldFault,
  faultAt,
  OFFLINE,
  type OwnFault,
  type Problem,
  secondsToWait,
} from "../api/problem";
import { useLanguage } from "../i18n";

/** Problems that may meet anybody anywhere, with words of our own in each language. */
const KNOWN = [
  "busy",
  "too_many_requests",
  "email_unverified",
  "unauthenticated",
  "token_invalid",
  "changed_meanwhile",
  "event_not_found",
  "invalid",
] as const;

/** Says problems in the reader's language. */
export function useProblemWords() {
  const t = useTranslations("common.problems");
  const english = useLanguage().language === "en";

  function wait(problem: Problem): string {
    const seconds = Math.max(1, secondsToWait(problem) ?? 60);
    return seconds <= 90
      ? t("seconds", { count: seconds })
      : t("minutes", { count: Math.ceil(seconds / 60) });
  }

  /** One fault in words. A server that is newer than this page may know more codes than we do, and has words in English. */
  function said(fault: FieldFault | OwnFault): string {
    const { code, limit = 0 } = fault;
    if (code !== "invalid" && t.has(`faults.${code}`)) return t(`faults.${code}`, { limit });
    if (!english || !("detail" in fault)) return t("faults.invalid");
    return `${fault.detail.charAt(0).toUpperCase()}${fault.detail.slice(1)}.`;
  }

  return {
    said,
    /** In a few words: what kind of problem it is. */
    title(problem: Problem): string {
      if (problem.code === OFFLINE) return t("offline_title");
      return problem.status >= 500 ? t("internal_title") : t("title");
    },
    /** What happened and what to do. `own` are a page's words for the codes that it knows more about. */
    text(problem: Problem, own: Partial<Record<string, string>> = {}): string {
      const said = own[problem.code];
      if (said !== undefined) return said;
      if (problem.code === OFFLINE) return t("offline");
      const known = KNOWN.find((code) => code === problem.code);
      if (known) return t(`codes.${known}`, { wait: wait(problem) });
      return problem.detail !== "" && english && problem.status < 500 ? problem.detail : t("internal");
    },
    /** What is wrong with the field at a JSON pointer, as `/email`. */
    fault(problem: Problem | null | undefined, pointer: string): string | undefined {
      const fault = faultAt(problem, pointer);
      return fault && said(fault);
    },
  };
}
