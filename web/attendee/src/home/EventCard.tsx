import { useMoney, useWhen } from "@guestlist/shared/i18n";
import { Cover } from "@guestlist/shared/ui";
import { MapPin, Video } from "lucide-react";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import type { EventView } from "./useEvents";

/** One event in the list: the whole card leads to it. */
export function EventCard({ event, eager }: { event: EventView; eager: boolean }) {
  const t = useTranslations("places");
  const home = useTranslations("home");
  const kinds = useTranslations("kinds");
  const when = useWhen()(event);
  const money = useMoney();
  return (
    <article className={`card event-card hue${event.hue}`}>
      <Cover url={event.cover_url} hue={event.hue} eager={eager} sizes="(min-width: 848px) 380px, 100vw" />
      <div>
        <p className="kind">{kinds(event.kind)}</p>
        <h3 lang={event.language}>
          <Link to={`/e/${event.slug}`}>{event.name}</Link>
        </h3>
        <p>
          <time dateTime={event.starts_at}>{when.time}</time>
          {when.elsewhere && (
            <span className="soft">
              {" "}
              {when.zone}
              <br />
              {t("own_time", { time: when.own })}
            </span>
          )}
        </p>
        {event.place ? (
          <p className="soft line" lang={event.language}>
            <MapPin aria-hidden size={18} />
            {event.place.name}
          </p>
        ) : (
          <p className="soft line">
            <Video aria-hidden size={18} />
            {t("online")}
          </p>
        )}
        <p className="soft small">{home("by", { name: event.organizer.name })}</p>
        <p className="tags">
          <span className="chip">{event.price ? money(event.price) : t("free")}</span>
          {event.online && event.place && <span className="chip soft">{t("online")}</span>}
        </p>
      </div>
    </article>
  );
}

/** What stands in a card's place until it comes. */
export function CardSkeleton() {
  return (
    <div className="card event-card skeleton" aria-hidden>
      <div className="cover" />
      <div>
        <p className="bone w-24" />
        <p className="bone tall w-4/5" />
        <p className="bone w-32" />
        <p className="bone w-44" />
        <p className="bone w-36" />
        <p className="bone w-20" />
      </div>
    </div>
  );
}
