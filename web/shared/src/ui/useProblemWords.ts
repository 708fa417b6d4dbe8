import { useTranslations } from "use-intl";
import { faultAt, OFFLINE, type Problem, secondsToWait } from "../api/problem";
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

/** What the API says of a field, and how we say it. The API's words read on from the field's name, in English. */
const FAULTS = [
  [/^(?:must not be empty|is needed)/, "needed"],
  [/^is too long: at most (\d+)/, "too_long"],
  [/^is too short: at least (\d+)/, "too_short"],
  [/^is not an email address|^may hold only ASCII/, "email"],
  [/^is not your password/, "password"],
  [/^holds a control character/, "control"],
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

  return {
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
      const detail = faultAt(problem, pointer);
      if (detail === undefined) return undefined;
      for (const [form, word] of FAULTS) {
        const found = form.exec(detail);
        if (found) return t(`faults.${word}`, { count: Number(found[1] ?? 0) });
      }
      return english ? `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.` : t("faults.other");
    },
  };
}
