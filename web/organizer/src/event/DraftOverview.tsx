import { useSession } from "@guestlist/shared/api";
import { CircleCheck, CircleDashed, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { useTranslations } from "use-intl";
import { readKept } from "../form/kept";
import { PreviewButton } from "../form/Preview";
import { standingOf } from "../form/standing";
import { useNow } from "../ui/useNow";
import { DiscardDialog } from "./DiscardDialog";
import { PublishDialog } from "./PublishDialog";
import type { EventView } from "./phase";

/** A draft: what is there, what is missing, and publishing. */
export function DraftOverview({ event }: { event: EventView }) {
  const t = useTranslations("draft");
  const parts = useTranslations("parts");
  const user = useSession()?.user ?? "";
  const navigate = useNavigate();
  const now = useNow();
  const [asking, setAsking] = useState<"publish" | "discard" | null>(null);
  const { values, late, open, unsent } = standingOf(event, readKept(user, event.id), now);
  const ready = !late && !unsent && open.length === 0;
  const steps = [
    open.length === 0
      ? { done: true, word: t("basics") }
      : { done: false, word: t("open_parts", { parts: open.map((part) => parts(part)).join(", ") }) },
    ...(unsent ? [{ done: false, word: t("unsent") }] : []),
    { done: !late, word: late ? t("late") : t("ahead") },
    {
      done: Boolean(event.description),
      word: event.description ? t("description") : t("no_description"),
    },
    {
      done: !event.cover_url.startsWith("/covers/"),
      word: event.cover_url.startsWith("/covers/") ? t("drawn") : t("cover"),
    },
  ];
  return (
    <div className="stub wide mx-auto max-w-4xl">
      <div className="grid content-start gap-4">
        <h2>{t("title")}</h2>
        <p className="soft">{t("text")}</p>
        <ul className="grid list-none gap-2">
          {steps.map(({ done, word }) => (
            <li key={word} className="flex items-start gap-3">
              {done ? (
                <CircleCheck aria-hidden size={20} className="mt-0.5 shrink-0 text-good" />
              ) : (
                <CircleDashed aria-hidden size={20} className="mt-0.5 shrink-0 text-soft" />
              )}
              {word}
            </li>
          ))}
        </ul>
      </div>
      <div className="grid content-start gap-3">
        <button type="button" className="button" disabled={!ready} onClick={() => setAsking("publish")}>
          {t("publish")}
        </button>
        <Link to={`/events/${event.id}/edit`} className="button quiet">
          <Pencil aria-hidden size={18} />
          {t("edit")}
        </Link>
        <PreviewButton values={values} event={event} />
        <button type="button" className="button danger mt-4" onClick={() => setAsking("discard")}>
          <Trash2 aria-hidden size={18} />
          {t("discard")}
        </button>
      </div>
      <PublishDialog
        event={event}
        open={asking === "publish" && ready}
        onClose={() => setAsking(null)}
        onPublished={() => navigate(`/events/${event.id}`)}
      />
      <DiscardDialog event={event} open={asking === "discard"} onClose={() => setAsking(null)} />
    </div>
  );
}
