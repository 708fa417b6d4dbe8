import { type PointerEvent, useEffect, useId, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useStamp } from "../ui/useStamp";
import { countAt, countMarks, type Reading, stepLine, thinned, timeMarks } from "./scale";

const HEIGHT = 200;
const LEFT = 44;
const RIGHT = 14;
const TOP = 14;
const BOTTOM = 28;
/** How many lines the table beside a plot has at most. */
const LINES = 24;

/** A count over time: a line, what it stood at under the pointer, and the same as a table. */
export function Plot({
  title,
  readings,
  from,
  to,
  zone,
  ceiling,
  ceilingLabel,
}: {
  title: string;
  readings: Reading[];
  from: number;
  to: number;
  zone: string;
  /** What the count can't pass, where there is such. */
  ceiling?: number | undefined;
  ceilingLabel?: string | undefined;
}) {
  const t = useTranslations("plot");
  const format = useFormatter();
  const stamp = useStamp(zone);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [pointed, setPointed] = useState<number | null>(null);

  const last = readings.at(-1)?.count ?? 0;
  const highest = Math.max(0, ...readings.map((reading) => reading.count));
  // A hall that is nearly empty would be a line along the ground: the ceiling is shown only once it is in reach.
  const ceilingShown = ceiling !== undefined && highest >= ceiling / 4;
  const marks = countMarks(Math.max(highest, ceilingShown ? ceiling : 0, 4));
  const top = marks.at(-1) ?? 1;
  const x = (at: number) => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
  const y = (count: number) => HEIGHT - BOTTOM - (count / top) * (HEIGHT - TOP - BOTTOM);
  const line = stepLine(readings, to, x, y);
  const [first] = readings;

  const point = (event: PointerEvent<SVGSVGElement>) => {
    const left = event.currentTarget.getBoundingClientRect().left;
    const share = (event.clientX - left - LEFT) / (width - LEFT - RIGHT);
    setPointed(share < 0 || share > 1 ? null : from + share * (to - from));
  };
  const shownAt = pointed ?? to;
  return (
    <figure aria-labelledby={`${id}-title`}>
      <figcaption className="mb-2 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id={`${id}-title`} className="!font-text !text-base">
          {title}
        </h2>
        <p className="small soft tabular-nums">
          {pointed !== null && `${stamp.short(shownAt)} · `}
          <strong className="text-ink">{format.number(countAt(readings, shownAt))}</strong>
        </p>
      </figcaption>
      <div ref={box} className="min-w-0">
        {width > 0 && (
          <svg
            role="img"
            aria-label={t("summary", { title, count: last, at: stamp.short(to) })}
            width={width}
            height={HEIGHT}
            className="touch-pan-y overflow-visible text-[0.8125rem]"
            onPointerMove={point}
            onPointerLeave={() => setPointed(null)}
          >
            {marks.map((mark) => (
              <g key={mark}>
                <line x1={LEFT} x2={width - RIGHT} y1={y(mark)} y2={y(mark)} className="stroke-line" />
                <text
                  x={LEFT - 8}
                  y={y(mark)}
                  dy="0.35em"
                  textAnchor="end"
                  className="fill-soft tabular-nums"
                >
                  {format.number(mark, { notation: "compact" })}
                </text>
              </g>
            ))}
            {timeMarks(from, to, zone, Math.max(2, Math.floor(width / 96))).map((mark) => (
              <g key={mark.at}>
                <line
                  x1={x(mark.at)}
                  x2={x(mark.at)}
                  y1={HEIGHT - BOTTOM}
                  y2={HEIGHT - BOTTOM + 5}
                  className="stroke-edge"
                />
                <text
                  x={x(mark.at)}
                  y={HEIGHT - 6}
                  textAnchor={x(mark.at) > width - 30 ? "end" : "middle"}
                  className="fill-soft tabular-nums"
                >
                  {mark.day ? stamp.day(mark.at) : stamp.clock(mark.at)}
                </text>
              </g>
            ))}
            {first && (
              <>
                <path d={`${line}V${y(0)}H${x(first.at)}Z`} className="fill-tint" />
                <path
                  d={line}
                  fill="none"
                  strokeWidth={2.5}
                  strokeLinejoin="round"
                  className="stroke-accent"
                />
              </>
            )}
            {ceilingShown && (
              <g>
                <line
                  x1={LEFT}
                  x2={width - RIGHT}
                  y1={y(ceiling)}
                  y2={y(ceiling)}
                  strokeDasharray="5 4"
                  strokeWidth={1.5}
                  className="stroke-soft"
                />
                <text x={LEFT + 6} y={y(ceiling)} dy="1.2em" className="fill-soft">
                  {ceilingLabel}
                </text>
              </g>
            )}
            {pointed !== null && (
              <g aria-hidden>
                <line x1={x(pointed)} x2={x(pointed)} y1={TOP} y2={HEIGHT - BOTTOM} className="stroke-edge" />
                <circle
                  cx={x(pointed)}
                  cy={y(countAt(readings, pointed))}
                  r={4.5}
                  strokeWidth={2}
                  className="fill-accent stroke-card"
                />
              </g>
            )}
          </svg>
        )}
      </div>
      <details className="mt-1">
        <summary className="small soft inline-flex min-h-8 items-center gap-1 underline">
          {t("as_table")}
        </summary>
        <table className="small mt-2 w-full max-w-sm">
          <thead>
            <tr className="border-line border-b">
              <th scope="col" className="py-1">
                {t("time")}
              </th>
              <th scope="col" className="py-1 text-right">
                {t("count")}
              </th>
            </tr>
          </thead>
          <tbody>
            {thinned(readings, LINES).map((reading) => (
              <tr key={reading.at} className="border-line border-b">
                <td className="py-1">{stamp.short(reading.at)}</td>
                <td className="py-1 text-right">{format.number(reading.count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

/** How wide an element is; 0 until it is there. */
function useWidth(box: { current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)));
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
