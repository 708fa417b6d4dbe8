import { type Problem, problemOf, queries } from "@guestlist/shared/api";
import { useWhen, useZone } from "@guestlist/shared/i18n";
import { ProblemNotice } from "@guestlist/shared/ui";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";

function text(problem: Problem, name: string): string | undefined {
  const value = problem[name];
  return typeof value === "string" ? value : undefined;
}

/** Why a booking was not made, and what can be done about it. */
export function BookingProblem({
  error,
  retry,
  anyway,
}: {
  error: unknown;
  retry: () => void;
  /** Books although there is something else at that time. */
  anyway: () => void;
}) {
  const t = useTranslations("book");
  if (!error) return null;
  const problem = problemOf(error);
  if (problem.code === "schedule_conflict") return <Conflict problem={problem} anyway={anyway} />;
  const left = typeof problem.places_left === "number" ? problem.places_left : 0;
  const words = {
    sold_out: t("problems.sold_out", { left }),
    event_cancelled: t("problems.event_cancelled"),
    event_ended: t("problems.event_ended"),
    own_event: t("problems.own_event"),
  };
  const final = problem.code in words;
  return <ProblemNotice error={problem} words={words} retry={final ? undefined : retry} />;
}

/** Something else is at that time: what, and the way to have both. */
function Conflict({ problem, anyway }: { problem: Problem; anyway: () => void }) {
  const t = useTranslations("book");
  const say = useWhen();
  const zone = useZone();
  const id = text(problem, "event") ?? "";
  const { data: other } = queries.useQuery(
    "get",
    "/api/events/{event}",
    { params: { path: { event: id } } },
    { enabled: id !== "" },
  );
  const starts = text(problem, "starts");
  const moment = other ?? (starts && { starts_at: starts, ends_at: text(problem, "ends"), zone });
  const time = moment ? `${say(moment).short}` : "";
  const words = other
    ? t("problems.schedule_conflict", { name: other.name, time })
    : t("problems.schedule_conflict_unknown", { time });
  return (
    <ProblemNotice error={problem} words={{ schedule_conflict: words }}>
      <p className="row">
        <button type="button" className="button compact" onClick={anyway}>
          {t("anyway")}
        </button>
        {other && (
          <Link className="lone" to={`/e/${other.slug}`}>
            {t("other_event")}
          </Link>
        )}
      </p>
    </ProblemNotice>
  );
}
