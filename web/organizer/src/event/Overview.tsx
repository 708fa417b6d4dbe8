import { queries } from "@guestlist/shared/api";
import { useTranslations } from "use-intl";
import { Trouble } from "../ui/Trouble";
import { useNow } from "../ui/useNow";
import { DraftOverview } from "./DraftOverview";
import { useThisEvent } from "./EventPages";
import { NextSteps } from "./NextSteps";
import { Numbers } from "./Numbers";
import { phaseOf } from "./phase";
import { ShareCard } from "./ShareCard";
import { Timeline } from "./Timeline";

/** How an event stands: its numbers as they are now, how they came about, its link, and what is next. */
export default function Overview() {
  const t = useTranslations("overview");
  const event = useThisEvent();
  const phase = phaseOf(event, useNow());
  const attendance = queries.useQuery(
    "get",
    "/api/events/{event}/attendance",
    { params: { path: { event: event.id } } },
    // At the door it is about who just came in; before that, about bookings. Whoever comes here wants the numbers of now, even
    // if those of a moment ago are kept.
    {
      refetchInterval: phase === "now" ? 4_000 : 15_000,
      refetchOnMount: "always",
      enabled: phase !== "draft",
    },
  );
  return (
    <>
      <title>{t("page_title", { event: event.name })}</title>
      {phase === "draft" ? (
        <DraftOverview event={event} />
      ) : (
        <div className="grid gap-6">
          {phase === "cancelled" && (
            <div className="notice bad !mb-0">
              <p className="font-semibold">{t("cancelled_title")}</p>
              <p className="text-ink">{t("cancelled_text", { count: attendance.data?.booked ?? 0 })}</p>
              {event.cancel_message && <p className="quote">{event.cancel_message}</p>}
            </div>
          )}
          {attendance.isError && <Trouble error={attendance.error} retry={() => attendance.refetch()} />}
          {attendance.data && <Numbers places={attendance.data} phase={phase} />}
          <div
            className={`grid items-start gap-6 ${phase === "cancelled" ? "" : "lg:grid-cols-[minmax(0,1fr)_21rem]"}`}
          >
            <div className="grid min-w-0 gap-6">
              <Timeline event={event} phase={phase} />
              {(phase === "upcoming" || phase === "now") && <ShareCard event={event} />}
            </div>
            {phase !== "cancelled" && <NextSteps event={event} phase={phase} places={attendance.data} />}
          </div>
        </div>
      )}
    </>
  );
}
