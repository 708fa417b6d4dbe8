import type { components } from "@guestlist/shared/api";
import { Ban, Megaphone, Pencil, ScanLine, Users } from "lucide-react";
import { type ReactNode, useState } from "react";
import { Link } from "react-router";
import { useTranslations } from "use-intl";
import { CancelDialog } from "./CancelDialog";
import type { EventView, Phase } from "./phase";

const ROW =
  "flex min-h-12 w-full items-center gap-3 px-4 py-2 text-left text-ink no-underline hover:bg-tint/50 focus-visible:-outline-offset-3";

/** What an organizer does next, as far as it can be done now. */
export function NextSteps({
  event,
  phase,
  places,
}: {
  event: EventView;
  phase: Phase;
  places: components["schemas"]["Attendance"] | undefined;
}) {
  const t = useTranslations("next");
  const [cancelling, setCancelling] = useState(false);
  const to = (page: string) => `/events/${event.id}/${page}`;
  const ahead = phase === "upcoming" || phase === "now";
  return (
    <section className="card overflow-hidden" aria-labelledby="next-title">
      <h2 id="next-title" className="px-4 pt-4 pb-2 !font-text !text-base">
        {t("title")}
      </h2>
      <ul className="list-none divide-y divide-line border-line border-t">
        {ahead && (
          <Step
            to={to("door-passes")}
            icon={<ScanLine aria-hidden size={18} />}
            word={t("door")}
            note={t("door_note")}
          />
        )}
        {(places?.booked ?? 0) > 0 && (
          <Step
            to={to("guests")}
            icon={<Users aria-hidden size={18} />}
            word={phase === "past" ? t("guests_past") : t("guests")}
            note={t("guests_note")}
          />
        )}
        <Step
          to={to("announcements")}
          icon={<Megaphone aria-hidden size={18} />}
          word={phase === "past" ? t("thank") : t("announce")}
          note={phase === "past" ? t("thank_note") : t("announce_note")}
        />
        {ahead && (
          <Step
            to={to("edit")}
            icon={<Pencil aria-hidden size={18} />}
            word={t("edit")}
            note={t("edit_note")}
          />
        )}
        {ahead && (
          <li>
            <button type="button" className={`${ROW} !text-bad`} onClick={() => setCancelling(true)}>
              <Ban aria-hidden size={18} className="shrink-0" />
              <span>{t("cancel")}</span>
            </button>
          </li>
        )}
      </ul>
      <CancelDialog event={event} open={cancelling} onClose={() => setCancelling(false)} />
    </section>
  );
}

function Step({ to, icon, word, note }: { to: string; icon: ReactNode; word: ReactNode; note: ReactNode }) {
  return (
    <li>
      <Link to={to} className={ROW}>
        <span className="shrink-0 text-accent">{icon}</span>
        <span className="min-w-0">
          <span className="block font-semibold">{word}</span>
          <span className="small soft block">{note}</span>
        </span>
      </Link>
    </li>
  );
}
