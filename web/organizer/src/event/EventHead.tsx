import { useWhen } from "@guestlist/shared/i18n";
import { EyeOff, ScanLine } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { NavLink, useLocation } from "react-router";
import { useTranslations } from "use-intl";
import { useNow } from "../ui/useNow";
import { PhaseChip } from "./PhaseChip";
import { type EventView, phaseOf } from "./phase";

const PAGES = [
  ["", "overview"],
  ["/guests", "guests"],
  ["/announcements", "announcements"],
  ["/door-passes", "doors"],
  ["/edit", "edit"],
] as const;

/** Which event this is, where it stands, and its pages. */
export function EventHead({ event }: { event: EventView }) {
  const t = useTranslations("event");
  const phase = phaseOf(event, useNow());
  const when = useWhen()(event);
  const { pathname } = useLocation();
  const tabs = useRef<HTMLUListElement>(null);
  // Where they don't fit side by side, the page one is on is in sight: looked at anew at each address.
  useEffect(() => {
    const list = tabs.current;
    const current = list?.querySelector<HTMLElement>("[aria-current=page]");
    if (!list || !current) return;
    const [around, own] = [list.getBoundingClientRect(), current.getBoundingClientRect()];
    list.scrollLeft += Math.max(0, own.right - around.right) - Math.max(0, around.left - own.left);
  }, [pathname]);
  return (
    <header className="mb-6">
      <div className="flex items-start gap-4">
        <img
          src={event.cover_url}
          alt=""
          width={160}
          height={84}
          className="hidden aspect-[40/21] w-36 shrink-0 rounded-control bg-tint object-cover sm:block"
        />
        <div className="min-w-0 flex-1">
          <h1 className="!text-[clamp(1.25rem,0.9rem+1.6vw,1.75rem)]">{event.name}</h1>
          <p className="mt-1 text-soft first-letter:uppercase">
            <time dateTime={event.starts_at}>{when.date}</time>, {when.time}
            {when.elsewhere && <Also>{when.zone}</Also>}
            {event.place && <Also>{event.place.name}</Also>}
            {event.online && <Also>{t("online")}</Also>}
          </p>
          <p className="row mt-2 gap-2">
            <PhaseChip phase={phase} />
            {event.visibility === "unlisted" && (
              <span className="chip text-soft">
                <EyeOff aria-hidden size={14} />
                {t("unlisted")}
              </span>
            )}
          </p>
        </div>
      </div>
      <nav aria-label={t("pages")} className="mt-4 border-line border-b">
        <ul ref={tabs} className="list-none -mb-px flex overflow-x-auto [scrollbar-width:none] sm:gap-x-1">
          {PAGES.map(([path, word]) => (
            <li key={word} className="shrink-0">
              <NavLink
                to={`/events/${event.id}${path}`}
                end
                className="inline-flex min-h-11 pointer-coarse:min-w-11 items-center justify-center gap-2 whitespace-nowrap border-transparent border-b-3 px-1.5 text-sm -outline-offset-3 sm:px-3 sm:text-base text-soft no-underline hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-semibold aria-[current=page]:text-ink"
              >
                {word === "doors" && <ScanLine aria-hidden size={16} className="hidden sm:block" />}
                {t(`tabs.${word}`)}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}

/** More about it: on the same line where that is wide, else on one of its own. */
function Also({ children }: { children: ReactNode }) {
  return (
    <span className="max-sm:block">
      <span className="max-sm:hidden"> · </span>
      {children}
    </span>
  );
}
