import { useMe } from "@guestlist/shared/api";
import { useWhen } from "@guestlist/shared/i18n";
import { Cover, Dialog, Loading } from "@guestlist/shared/ui";
import { Eye } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import type { EventView, Values } from "./values";
import { instantOf } from "./wall";
import { usePartWords } from "./words";

const Markdown = lazy(() => import("./Markdown"));

/** Opens the page as guests will see it, made from what the form says now. */
export function PreviewButton({
  values,
  event,
  compact = false,
}: {
  values: Values;
  event: EventView | null;
  compact?: boolean;
}) {
  const t = useTranslations("preview");
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        className={`button quiet ${compact ? "compact" : ""}`}
        onClick={() => setOpen(true)}
      >
        <Eye aria-hidden size={18} />
        {t("open")}
      </button>
      <Dialog open={open} onClose={() => setOpen(false)} title={t("title")}>
        <Page values={values} event={event} />
      </Dialog>
    </>
  );
}

function Page({ values, event }: { values: Values; event: EventView | null }) {
  const t = useTranslations("preview");
  const kinds = useTranslations("kinds");
  const when = useWhen();
  const say = usePartWords();
  const host = useMe().data?.me.name;
  const [starts, ends] = [instantOf(values.starts, values.zone), instantOf(values.ends, values.zone)];
  const time =
    starts !== null && ends !== null
      ? when({
          starts_at: new Date(starts).toISOString(),
          ends_at: new Date(ends).toISOString(),
          zone: values.zone,
        })
      : null;
  return (
    <article className={`hue${event?.hue ?? 0} grid gap-5`}>
      {event ? (
        <div className="[&>.cover]:mb-0">
          <Cover url={event.cover_url} hue={event.hue} />
        </div>
      ) : (
        <div className="cover grid place-items-center !mb-0">
          <p className="soft small grid place-items-center p-6 text-center">{t("no_cover")}</p>
        </div>
      )}
      <div>
        <p className="kind">{kinds(values.kind)}</p>
        <h3 className="font-display !text-2xl">{values.name.trim() || t("no_name")}</h3>
        {host && <p className="soft mt-1">{t("host", { host })}</p>}
      </div>
      <div className="stub">
        <div>
          <dl className="facts">
            <div>
              <dt>{t("when")}</dt>
              <dd>
                {time ? (
                  <>
                    <span className="big">{time.date}</span>
                    <br />
                    {time.time} <span className="soft">{time.zone}</span>
                  </>
                ) : (
                  "–"
                )}
              </dd>
            </div>
            {values.where !== "online" && (
              <div>
                <dt>{t("where")}</dt>
                <dd>
                  <span className="big">{values.place || "–"}</span>
                  <br />
                  {values.address}
                </dd>
              </div>
            )}
            {values.where !== "place" && (
              <div>
                <dt>{t("online")}</dt>
                <dd>{t("online_text")}</dd>
              </div>
            )}
          </dl>
        </div>
        <div>
          <p className="big">{say("price", values)}</p>
          <p className="soft">
            {values.limited ? t("places", { capacity: Number(values.capacity) || 0 }) : t("no_limit")}
          </p>
        </div>
      </div>
      {values.description.trim() !== "" && (
        <Suspense fallback={<Loading />}>
          <Markdown text={values.description} />
        </Suspense>
      )}
    </article>
  );
}
