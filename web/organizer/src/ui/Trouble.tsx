import { ProblemNotice } from "@guestlist/shared/ui";
import { useTranslations } from "use-intl";

const CODES = [
  "credentials_wrong",
  "code_invalid",
  "event_started",
  "event_ended",
  "event_cancelled",
  "event_published",
  "event_not_published",
  "not_organizer",
  "duplicate_event",
  "already_attended",
  "wrong_state",
  "upload_refused",
] as const;

/** A problem in an organizer's words. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  const t = useTranslations("problems");
  return (
    <ProblemNotice
      error={error}
      retry={retry}
      words={Object.fromEntries(CODES.map((code) => [code, t(code)]))}
    />
  );
}
