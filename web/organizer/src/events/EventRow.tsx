import { useWhen } from "@guestlist/shared/i18n";
import { EyeOff } from "lucide-react";
import { Link } from "react-router";
import { useTranslations } from "use-intl";
import { PhaseChip } from "../event/PhaseChip";
import { phaseOf } from "../event/phase";
import { Fill, type OwnEvent } from "./Fill";

/** One event in the list: what, when and where, and how full it is. The whole row leads to it. */
export function EventRow({ event, now }: { event: OwnEvent; now: number }) {
  const t = useTranslations("my_events");
  const phase = phaseOf(event, now);
  const when = useWhen()(event);
  const place = event.place?.name ?? t("online");
  return (
    <li
      className={`hue${event.hue} relative flex flex-wrap items-center gap-x-4 gap-y-2 p-3 hover:bg-tint/40 md:grid md:grid-cols-[104px_minmax(0,1fr)_max-content_316px] md:p-4`}
    >
      <img
        src={event.cover_url}
        alt=""
        width={104}
        height={55}
        loading="lazy"
        className={`aspect-[40/21] w-18 sm:w-26 rounded-[6px] bg-tint object-cover ${phase === "cancelled" || phase === "past" ? "opacity-60 grayscale" : ""}`}
      />
      <div className="min-w-0 flex-1 basis-44">
        <h2 className="!font-text !text-base">
          <Link
            to={`/events/${event.id}`}
            className="text-ink no-underline after:absolute after:inset-0 hover:underline"
          >
            {event.name}
          </Link>
        </h2>
        <p className="small soft first-letter:uppercase">
          <time dateTime={event.starts_at}>{when.short}</time>
          {when.elsewhere && ` · ${when.zone}`} · {place}
        </p>
      </div>
      <div className="flex basis-full flex-wrap items-center justify-between gap-x-4 gap-y-2 md:contents">
        <span className="row gap-2 max-md:order-2">
          {event.visibility === "unlisted" && (
            <span className="chip text-soft">
              <EyeOff aria-hidden size={14} />
              {t("unlisted")}
            </span>
          )}
          <PhaseChip phase={phase} />
        </span>
        <Fill event={event} phase={phase} />
      </div>
    </li>
  );
}
