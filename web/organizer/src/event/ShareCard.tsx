import { ExternalLink } from "lucide-react";
import { useTranslations } from "use-intl";
import { Copy } from "../ui/Copy";
import { Qr } from "../ui/Qr";
import type { EventView } from "./phase";

/** The event's link, to copy, to scan and to look at. */
export function ShareCard({ event }: { event: EventView }) {
  const t = useTranslations("share");
  return (
    <section className="card pad grid gap-4" aria-labelledby="share-title">
      <h2 id="share-title" className="!font-text !text-base">
        {t("title")}
      </h2>
      <div className="grid grid-cols-[112px_1fr] items-center gap-4">
        <div className="rounded-control border border-line bg-white p-1">
          <Qr text={event.short_url} label={t("qr")} />
        </div>
        <p className="small soft">{event.visibility === "unlisted" ? t("text_unlisted") : t("text")}</p>
      </div>
      <Copy text={event.short_url} label={t("link")} />
      <a
        href={event.url}
        target="_blank"
        rel="noreferrer"
        className="inline-flex min-h-11 items-center gap-2 font-semibold"
      >
        {t("open")}
        <ExternalLink aria-hidden size={16} />
      </a>
    </section>
  );
}
