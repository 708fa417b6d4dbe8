import type { components } from "@guestlist/shared/api";
import { useFormatter, useTranslations } from "use-intl";
import type { Phase } from "../event/phase";

export type OwnEvent = components["schemas"]["OwnEvent"];

/** How full an event is: booked of how many, how many are left, how many are in. */
export function Fill({ event, phase }: { event: OwnEvent; phase: Phase }) {
  const t = useTranslations("my_events");
  const format = useFormatter();
  const { places, capacity } = event;
  if (!places) return null;
  const share = capacity ? Math.min(1, places.booked / capacity) : null;
  const started = phase === "now" || phase === "past";
  return (
    <dl className="flex flex-wrap gap-x-4 gap-y-1 md:grid md:grid-cols-[170px_130px] md:justify-end md:text-right">
      <div>
        <dt className="sr-only">{t("booked")}</dt>
        <dd>
          <span className="big !text-lg">{format.number(places.booked)}</span>
          <span className="soft small">
            {" "}
            {capacity === undefined
              ? t("booked_open")
              : t("booked_of", { capacity: format.number(capacity) })}
          </span>
        </dd>
        {share !== null && (
          <div aria-hidden className="mt-1 h-1 w-28 overflow-hidden rounded-full bg-line md:ml-auto">
            <div className="h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
          </div>
        )}
      </div>
      <div className="whitespace-nowrap">
        <dt className="sr-only">{started ? t("admitted") : t("left")}</dt>
        <dd>
          {started ? (
            <>
              <span className="big !text-lg">{format.number(places.admitted)}</span>
              <span className="soft small"> {t("in")}</span>
            </>
          ) : places.left === undefined ? (
            <span className="soft small">{t("no_limit")}</span>
          ) : places.left <= 0 ? (
            <span className="font-semibold text-warn">{t("full")}</span>
          ) : (
            <>
              <span className="big !text-lg">{format.number(places.left)}</span>
              <span className="soft small"> {t("free")}</span>
            </>
          )}
        </dd>
      </div>
    </dl>
  );
}
