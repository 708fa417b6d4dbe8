import { queries } from "@guestlist/shared/api";
import { clockOf, useFormatter, useLocale, useTranslations } from "@guestlist/shared/i18n";

/** What the organizer told those who are booked. Nothing where there is nothing. */
export default function Announcements({ event }: { event: string }) {
  const t = useTranslations("event");
  const format = useFormatter();
  const clock = clockOf(useLocale());
  const { data } = queries.useQuery("get", "/api/events/{event}/announcements", {
    params: { path: { event } },
  });
  if (!data || data.items.length === 0) return null;
  return (
    <section aria-labelledby="announcements">
      <h2 id="announcements">{t("announcements")}</h2>
      <ol className="bare grid gap-3">
        {data.items.map((told) => (
          <li key={told.id} className="card pad">
            <p className="soft small">
              <time dateTime={told.announced_at}>
                {format.dateTime(new Date(told.announced_at), {
                  day: "numeric",
                  month: "long",
                  ...clock,
                })}
              </time>
            </p>
            <h3>{told.subject}</h3>
            <p className="whitespace-pre-line">{told.body}</p>
          </li>
        ))}
      </ol>
    </section>
  );
}
