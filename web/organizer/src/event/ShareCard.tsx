import { ExternalLink } from "lucide-react";
import { useTranslations } from "use-intl";
import { Copy } from "../ui/Copy";
import { Qr } from "../ui/Qr";
import type { EventView } from "./phase";

/** The event's link, to copy, to scan and to look at. */
export function ShareCard({ event }: { event: EventView }) {
  const t = useTranslations("share");
  return (
    <section
      className="card pad grid grid-cols-1 items-center gap-x-6 gap-y-4 sm:grid-cols-[9.25rem_minmax(0,1fr)]"
      aria-labelledby="share-title"
    >
      <div className="w-37 rounded-control border border-line bg-white p-1 max-sm:order-2">
        <Qr text={event.short_url} label={t("qr")} />
      </div>
      <div className="grid min-w-0 grid-cols-1 gap-3">
        <div>
          <h2 id="share-title" className="!font-text !text-base">
            {t("title")}
          </h2>
          <p className="small soft mt-1">
            {event.visibility === "unlisted" ? t("text_unlisted") : t("text")}
          </p>
        </div>
        <Copy text={event.short_url} label={t("link")} />
        <a
          href={event.url}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-h-8 pointer-coarse:min-h-11 items-center gap-2 justify-self-start font-semibold"
        >
          {t("open")}
          <ExternalLink aria-hidden size={16} />
        </a>
      </div>
    </section>
  );
}
