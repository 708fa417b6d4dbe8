import { type components, queries } from "@guestlist/shared/api";
import { Loading } from "@guestlist/shared/ui";
import { useTranslations } from "use-intl";
import { Plot } from "../plot/Plot";
import { type Reading, untilOf } from "../plot/scale";
import { Trouble } from "../ui/Trouble";
import { useNow } from "../ui/useNow";
import type { EventView, Phase } from "./phase";

type Points = components["schemas"]["Timeline"]["bookings"];

const MINUTE = 60_000;
const WIDTHS = { five_minutes: 5 * MINUTE, hour: 60 * MINUTE, day: 24 * 60 * MINUTE } as const;

function readings(points: Points): Reading[] {
  return points.map((point) => ({ at: Date.parse(point.at), count: point.places }));
}

/** How the event filled, and, once it began, how people came. */
export function Timeline({ event, phase }: { event: EventView; phase: Phase }) {
  const t = useTranslations("timeline");
  const now = useNow();
  const timeline = queries.useQuery(
    "get",
    "/api/events/{event}/attendance/timeline",
    { params: { path: { event: event.id } } },
    // It reads every booking: by the minute, as its description asks.
    { refetchInterval: 60_000 },
  );
  const { data } = timeline;
  return (
    <section className="card pad grid gap-8" aria-label={t("title")}>
      {timeline.isPending && <Loading />}
      {timeline.isError && <Trouble error={timeline.error} retry={() => timeline.refetch()} />}
      {data && (
        <>
          {data.incomplete && <p className="small soft">{t("incomplete")}</p>}
          <Bookings
            event={event}
            phase={phase}
            points={data.bookings}
            width={WIDTHS[data.bookings_by]}
            now={now}
          />
          {(data.arrivals.length > 0 || phase === "now" || phase === "past") && (
            <Arrivals event={event} phase={phase} points={data.arrivals} now={now} />
          )}
        </>
      )}
    </section>
  );
}

function Bookings({
  event,
  phase,
  points,
  width,
  now,
}: {
  event: EventView;
  phase: Phase;
  points: Points;
  width: number;
  now: number;
}) {
  const t = useTranslations("timeline");
  const counts = readings(points);
  const [first] = counts;
  if (!first)
    return (
      <Nothing
        title={t("bookings")}
        text={phase === "upcoming" || phase === "now" ? t("no_bookings") : t("never_booked")}
      />
    );
  const last = counts.at(-1)?.at ?? first.at;
  const opened = event.published_at ? Date.parse(event.published_at) : first.at;
  const from = Math.min(opened, first.at);
  const to = untilOf({ from, last: last + width, closes: Date.parse(event.ends_at), now });
  return (
    <Plot
      title={t("bookings")}
      readings={counts}
      from={from}
      to={to}
      zone={event.zone}
      ceiling={event.capacity}
      ceilingLabel={event.capacity === undefined ? undefined : t("capacity", { capacity: event.capacity })}
    />
  );
}

function Arrivals({
  event,
  phase,
  points,
  now,
}: {
  event: EventView;
  phase: Phase;
  points: Points;
  now: number;
}) {
  const t = useTranslations("timeline");
  const counts = readings(points);
  const [first] = counts;
  if (!first)
    return <Nothing title={t("arrivals")} text={phase === "now" ? t("no_arrivals") : t("never_came")} />;
  const last = counts.at(-1)?.at ?? first.at;
  const from = Math.min(first.at, Date.parse(event.starts_at) - 15 * MINUTE);
  const to = untilOf({ from, last: last + WIDTHS.five_minutes, closes: Date.parse(event.ends_at), now });
  return <Plot title={t("arrivals")} readings={counts} from={from} to={to} zone={event.zone} />;
}

function Nothing({ title, text }: { title: string; text: string }) {
  return (
    <div>
      <h2 className="!font-text !text-base">{title}</h2>
      <p className="soft mt-2">{text}</p>
    </div>
  );
}
