import type { components } from "@guestlist/shared/api";
import type { ReactNode } from "react";
import { useFormatter, useTranslations } from "use-intl";
import type { Phase } from "./phase";

type Attendance = components["schemas"]["Attendance"];

/** The numbers of an event, large. What they mean changes when it is over. */
export function Numbers({ places, phase }: { places: Attendance; phase: Phase }) {
  const t = useTranslations("overview");
  const format = useFormatter();
  const { capacity, booked, left, admitted, expected } = places;
  const over = phase === "past" || phase === "cancelled";
  return (
    <dl className="grid grid-cols-[repeat(auto-fit,minmax(max(8.5rem,40%),1fr))] gap-px overflow-hidden rounded-card border border-line bg-line lg:grid-cols-[repeat(auto-fit,minmax(8.5rem,1fr))]">
      <Figure
        word={t("booked")}
        number={format.number(booked)}
        note={capacity === undefined ? t("no_limit") : t("of", { capacity: format.number(capacity) })}
        share={capacity ? booked / capacity : null}
      />
      {left !== undefined && (
        <Figure
          word={over ? t("stayed_free") : t("left")}
          number={format.number(left)}
          note={left === 0 ? t("full") : over ? t("stayed_free_note") : t("left_note")}
        />
      )}
      {phase !== "cancelled" && (
        <>
          <Figure
            word={over ? t("came") : t("admitted")}
            number={format.number(admitted)}
            note={t("of_booked", { booked: format.number(booked) })}
            share={booked > 0 ? admitted / booked : null}
          />
          <Figure
            word={over ? t("absent") : t("expected")}
            number={format.number(expected)}
            note={over ? t("absent_note") : t("expected_note")}
          />
        </>
      )}
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
  /** What part of the whole it is. */
  share?: number | null;
}) {
  return (
    <div className="min-w-0 bg-card p-4 sm:p-5">
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
              style={{ width: `${Math.min(1, share) * 100}%` }}
            />
          </span>
        )}
      </dd>
    </div>
  );
}
