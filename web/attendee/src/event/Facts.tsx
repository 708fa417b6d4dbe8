import { useWhen } from "@guestlist/shared/i18n";
import { useTranslations } from "use-intl";
import type { EventView } from "./pageData";
import { standingOf } from "./standing";

type Place = Pick<NonNullable<EventView["place"]>, "latitude" | "longitude">;

/** A place on the map of OpenStreetMap. A link and no map: nobody else hears who reads this page. */
export function mapLink({ latitude, longitude }: Place): string | null {
  if (typeof latitude !== "number" || typeof longitude !== "number") return null;
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=17/${latitude}/${longitude}`;
}

/** When and where. */
export function Facts({ event }: { event: EventView }) {
  const t = useTranslations("event");
  const places = useTranslations("places");
  const when = useWhen()(event);
  const { place } = event;
  const map = place && mapLink(place);
  return (
    <dl className="facts">
      <div>
        <dt>{t("when")}</dt>
        <dd>
          <time dateTime={event.starts_at}>{when.span}</time>
          <br />
          {when.zone}
          {when.elsewhere && (
            <>
              <br />
              <span className="soft">{places("own_time", { time: when.own })}</span>
            </>
          )}
          {standingOf(event, Date.now()) === "running" && (
            <>
              <br />
              <span className="chip good">
                <span aria-hidden>●</span> {t("running")}
              </span>
            </>
          )}
        </dd>
      </div>
      {place && (
        <div>
          <dt>{t("where")}</dt>
          <dd lang={event.language}>
            <strong>{place.name}</strong>
            {place.address && (
              <>
                <br />
                {place.address}
              </>
            )}
            {map && (
              <>
                <br />
                <MapLink href={map} />
              </>
            )}
          </dd>
        </div>
      )}
      {event.online && (
        <div>
          <dt>{t("online")}</dt>
          <dd>
            {event.online_link ? (
              <a href={event.online_link} rel="noopener noreferrer">
                {t("join")}
              </a>
            ) : (
              t("online_text")
            )}
          </dd>
        </div>
      )}
    </dl>
  );
}

function MapLink({ href }: { href: string }) {
  const t = useTranslations("event");
  return (
    <a href={href} rel="noopener noreferrer" lang={document.documentElement.lang}>
      {t("map")}
    </a>
  );
}
