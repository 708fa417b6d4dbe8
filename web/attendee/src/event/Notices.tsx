import { Eye, PencilLine } from "lucide-react";
import { useTranslations } from "use-intl";
import type { EventView } from "./pageData";
import { standingOf } from "./standing";

/** What has to be known of an event before anything else. */
export function Notices({ event }: { event: EventView }) {
  const t = useTranslations("event");
  const standing = standingOf(event, Date.now());
  return (
    <>
      {standing === "cancelled" && (
        <div className="notice bad">
          <p>
            <strong>
              <span aria-hidden>✕</span> {t("cancelled")}.
            </strong>{" "}
            {t("cancelled_text")}
          </p>
          {event.cancel_message && (
            <>
              <p>{t("organizer_says")}</p>
              <blockquote className="quote" lang={event.language}>
                {event.cancel_message}
              </blockquote>
            </>
          )}
        </div>
      )}
      {standing === "ended" && (
        <div className="notice">
          <p>
            <strong>
              <span aria-hidden>■</span> {t("ended")}.
            </strong>{" "}
            {t("ended_text")}
          </p>
        </div>
      )}
      {standing === "draft" && (
        <div className="notice warn">
          <p className="row flex-nowrap font-semibold">
            <PencilLine aria-hidden size={20} /> {t("draft")}
          </p>
          <p className="text-ink">{t("draft_text")}</p>
          <a className="button quiet compact" href={`/organize/events/${event.id}/edit`}>
            {t("edit")}
          </a>
        </div>
      )}
      {event.visibility === "unlisted" && standing !== "draft" && (
        <p className="soft row mt-2 flex-nowrap">
          <Eye aria-hidden size={20} className="shrink-0" /> {t("unlisted")}
        </p>
      )}
    </>
  );
}
