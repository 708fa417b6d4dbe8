import { type Problem, problemOf } from "@guestlist/shared/api";
import { useWhen, useZone } from "@guestlist/shared/i18n";
import { TriangleAlert } from "lucide-react";
import { useTranslations } from "use-intl";

/** The problem that says that one has something else at that time; null for any other. */
export function overlapOf(error: unknown): Problem | null {
  if (error === null || error === undefined) return null;
  const problem = problemOf(error);
  return problem.code === "schedule_conflict" ? problem : null;
}

/** Says what else one has at that time, before one decides to have both. */
export function Overlap({ problem }: { problem: Problem }) {
  const t = useTranslations("overlap");
  const when = useWhen();
  const zone = useZone();
  const { starts, ends, booking } = problem;
  const time =
    typeof starts === "string" && typeof ends === "string"
      ? when({ starts_at: starts, ends_at: ends, zone })
      : null;
  return (
    <div role="alert" className="notice warn !mb-0">
      <p className="row font-semibold">
        <TriangleAlert aria-hidden size={20} />
        {t("title")}
      </p>
      <p className="text-ink">
        {t(booking === undefined ? "own_event" : "booking", {
          when: time ? `${time.date}, ${time.time}` : "",
        })}
      </p>
    </div>
  );
}
