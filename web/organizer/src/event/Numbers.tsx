import type { components } from "@guestlist/shared/api";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";

type Attendance = components["schemas"]["Attendance"];

/** The four numbers of an event, large. They are read out when they change only if one goes to them. */
export function Numbers({ places }: { places: Attendance }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const share = places.capacity ? Math.min(1, places.booked / places.capacity) : null;
  const inShare = places.booked > 0 ? Math.min(1, places.admitted / places.booked) : null;
  return (
    <dl className="card grid grid-cols-2 overflow-hidden lg:grid-cols-4 [&>div]:border-line [&>div]:p-4 sm:[&>div]:p-5 [&>div:nth-child(even)]:border-l [&>div:nth-child(n+3)]:border-t lg:[&>div:nth-child(n+2)]:border-l lg:[&>div:nth-child(n+3)]:border-t-0">
      <Figure
        word={t("booked")}
        number={format.number(places.booked)}
        note={
          places.capacity === undefined
            ? t("no_limit")
            : t("of", { capacity: format.number(places.capacity) })
        }
        share={share}
      />
      <Figure
        word={t("left")}
        number={places.left === undefined ? "∞" : format.number(places.left)}
        note={places.left === 0 ? t("full") : places.left === undefined ? t("no_limit") : t("left_note")}
      />
      <Figure
        word={t("admitted")}
        number={format.number(places.admitted)}
        note={t("of_booked", { booked: format.number(places.booked) })}
        share={inShare}
      />
      <Figure word={t("expected")} number={format.number(places.expected)} note={t("expected_note")} />
    </dl>
  );
}

function Figure({
  word,
  number,
  note,
  share = null,
}: {
  word: ReactNode;
  number: ReactNode;
  note: ReactNode;
  share?: number | null;
}) {
  return (
    <div className="min-w-0">
      <dt className="small soft">{word}</dt>
      <dd className="mt-1">
        <span className="block font-bold font-display text-[clamp(1.75rem,1.2rem+2.4vw,2.75rem)] leading-none tabular-nums">
          {number}
        </span>
        <span className="small soft mt-2 block">{note}</span>
        {share !== null && (
          <span aria-hidden className="mt-2 block h-1.5 overflow-hidden rounded-full bg-line">
            <span
              className="block h-full rounded-full bg-accent transition-[width] duration-200"
              style={{ width: `${share * 100}%` }}
            />
          </span>
        )}
      </dd>
    </div>
  );
}
