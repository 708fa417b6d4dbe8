import { useWhen } from "@guestlist/shared/i18n";
import { ProblemNotice } from "@guestlist/shared/ui";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { useBookings } from "./useTickets";

type Booking = NonNullable<ReturnType<typeof useBookings>["data"]>["pages"][number]["items"][number];

type Verdict = "event_cancelled" | "cancelled" | "attended" | "missed" | "over";

/** What to say of a booking that lets nobody in any more; null for one that still does. */
function verdict({ state, event_details: event }: Booking, now: number): Verdict | null {
  if (event.status === "cancelled") return "event_cancelled";
  if (state === "cancelled") return "cancelled";
  if (Date.parse(event.ends_at) > now) return null;
  if (state === "attended") return "attended";
  return state === "no_show" ? "missed" : "over";
}

/** What is over or called off. */
export function Past() {
  const t = useTranslations("tickets");
  const say = useWhen();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useBookings(true);
  const now = Date.now();
  const bookings = data?.pages.flatMap((page) => page.items) ?? [];
  const past = bookings.flatMap((booking) => {
    const said = verdict(booking, now);
    return said ? [{ booking, said }] : [];
  });
  if (error) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (past.length === 0 && !hasNextPage) return null;
  return (
    <section aria-labelledby="past" className="mt-12">
      <h2 id="past">{t("past")}</h2>
      <ul className="bare past">
        {past.map(({ booking, said }) => {
          const event = booking.event_details;
          return (
            <li key={booking.id}>
              <Link to={`/e/${event.slug}`}>{event.name}</Link>
              <span className="soft">
                <time dateTime={event.starts_at}>{say(event).short}</time> · {t(said)}
              </span>
            </li>
          );
        })}
      </ul>
      {hasNextPage && (
        <button
          type="button"
          className="button quiet compact"
          aria-disabled={isFetchingNextPage}
          onClick={() => !isFetchingNextPage && void fetchNextPage()}
        >
          {t("more")}
        </button>
      )}
    </section>
  );
}
