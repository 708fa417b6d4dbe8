import { OFFLINE, problemOf } from "@guestlist/shared/api";
import { dayIn, useLocale, useZone } from "@guestlist/shared/i18n";
import { ProblemNotice } from "@guestlist/shared/ui";
import { memo, useMemo } from "react";
import { useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { byDay, daysAhead } from "./days";
import { CardSkeleton, EventCard } from "./EventCard";
import { FilterBar } from "./FilterBar";
import { askedOf, filtersOf, isFiltered, queryOf } from "./filters";
import { type EventView, useEvents } from "./useEvents";

/** What's on. */
export default function Home() {
  const t = useTranslations("home");
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  const asked = useMemo(() => askedOf(filters, new Date()), [filters]);
  const { events, error, retry, loading, more } = useEvents(asked);
  const nothing = events.length === 0 && !loading && !error;
  return (
    <Page title={t("title")} width="roomy">
      <div className="home-head">
        <h1>{t("title")}</h1>
        <p className="lead">{t("about")}</p>
      </div>
      <FilterBar filters={filters} choose={(next) => setSearch(queryOf(next), { replace: true })} />
      <p className="sr-only" role="status">
        {!loading && !error && t("shown", { count: events.length })}
      </p>
      <Days events={events} />
      {loading && (
        <div className="day" aria-busy>
          <div className="day-heading skeleton" aria-hidden>
            <span className="bone w-24" />
          </div>
          <div className="day-events">
            <CardSkeleton />
            {events.length === 0 && (
              <>
                <CardSkeleton />
                <CardSkeleton />
              </>
            )}
          </div>
        </div>
      )}
      {error && (
        <ProblemNotice error={error} retry={retry}>
          {problemOf(error).code === OFFLINE && (
            <p>
              <Link className="lone" to="/tickets">
                {t("tickets_offline")}
              </Link>
            </p>
          )}
        </ProblemNotice>
      )}
      {nothing && !more && (
        <div className="stub my-6">
          <div className="grid justify-items-center gap-4 py-12 text-center">
            <h2 className="text-2xl">{t(isFiltered(filters) ? "no_match" : "nothing")}</h2>
            <p className="soft max-w-[40ch]">{t(isFiltered(filters) ? "no_match_text" : "nothing_text")}</p>
          </div>
          <div className="grid justify-items-center">
            {isFiltered(filters) ? (
              <button type="button" className="button" onClick={() => setSearch({}, { replace: true })}>
                {t("clear")}
              </button>
            ) : (
              <HostLink />
            )}
          </div>
        </div>
      )}
      {more && !loading && !error && (
        <p className="my-8 text-center">
          <button type="button" className="button quiet" onClick={more}>
            {t(nothing ? "further" : "more")}
          </button>
        </p>
      )}
    </Page>
  );
}

/** The events, day by day. */
const Days = memo(function Days({ events }: { events: EventView[] }) {
  const days = byDay(events, useZone());
  return days.map(({ day, events: ofDay }, index) => (
    <section key={day} className="day" aria-labelledby={`day-${day}`}>
      <DayHeading day={day} />
      <div className="day-events">
        {ofDay.map((event, place) => (
          <EventCard key={event.id} event={event} eager={index === 0 && place === 0} />
        ))}
      </div>
    </section>
  ));
});

function HostLink() {
  const t = useTranslations("footer");
  return (
    <a className="button" href="/organize/">
      {t("host")}
    </a>
  );
}

/** "Today", "Tomorrow", or the day's name, with its date. */
function DayHeading({ day }: { day: string }) {
  const locale = useLocale();
  const zone = useZone();
  const ahead = daysAhead(day, dayIn(zone, new Date()));
  // Noon in UTC is that day on the UTC wall, and only the day is said.
  const noon = new Date(`${day}T12:00:00Z`);
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...options }).format(noon);
  const near =
    ahead <= 1 ? new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(ahead, "day") : null;
  return (
    <h2 id={`day-${day}`} className="day-heading">
      <span className="first">{near ?? format({ weekday: "long" })}</span>{" "}
      <time dateTime={day}>
        {format({ day: "numeric", month: "long", ...(near && { weekday: "short" }) })}
      </time>
    </h2>
  );
}
