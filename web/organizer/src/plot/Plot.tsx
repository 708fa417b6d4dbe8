import { type PointerEvent, useEffect, useId, useRef, useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { useStamp } from "../ui/useStamp";
import { countAt, countMarks, type Reading, roomy, stepLine, thinned, timeMarks } from "./scale";

/** Measures, in letters' heights: the plot grows with the reader's text. */
const MEASURES = { height: 12.5, left: 2.75, right: 0.875, top: 0.875, bottom: 1.75 };
/** How much room a mark on the time axis takes, and how little is enough. */
const MARK = { takes: 6, needs: 5.5 };
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
  const { width, letter } = useSize(box);
  const [height, left, right, topGap, bottom] = [
    MEASURES.height * letter,
    MEASURES.left * letter,
    MEASURES.right * letter,
    MEASURES.top * letter,
    MEASURES.bottom * letter,
  ];
  const [pointed, setPointed] = useState<number | null>(null);

  const last = readings.at(-1)?.count ?? 0;
  const highest = Math.max(0, ...readings.map((reading) => reading.count));
  // A hall that is nearly empty would be a line along the ground: the ceiling is shown only once it is in reach.
  const ceilingShown = ceiling !== undefined && highest >= ceiling / 4;
  const marks = countMarks(Math.max(highest, ceilingShown ? ceiling : 0, 4));
  const top = marks.at(-1) ?? 1;
  const x = (at: number) => left + ((at - from) / (to - from)) * (width - left - right);
  const y = (count: number) => height - bottom - (count / top) * (height - topGap - bottom);
  const line = stepLine(readings, to, x, y);
  const most = Math.max(2, Math.floor((width - left - right) / (MARK.takes * letter)));
  const times = roomy(timeMarks(from, to, zone, most), x, MARK.needs * letter);
  const [first] = readings;

  const point = (event: PointerEvent<SVGSVGElement>) => {
    const edge = event.currentTarget.getBoundingClientRect().left;
    const share = (event.clientX - edge - left) / (width - left - right);
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
            height={height}
            className="touch-pan-y overflow-visible text-[0.8125rem]"
            onPointerMove={point}
            onPointerLeave={() => setPointed(null)}
          >
            {marks.map((mark) => (
              <g key={mark}>
                <line x1={left} x2={width - right} y1={y(mark)} y2={y(mark)} className="stroke-line" />
                <text
                  x={left - letter / 2}
                  y={y(mark)}
                  dy="0.35em"
                  textAnchor="end"
                  className="fill-soft tabular-nums"
                >
                  {format.number(mark, { notation: "compact" })}
                </text>
              </g>
            ))}
            {times.map((mark) => (
              <g key={mark.at}>
                <line
                  x1={x(mark.at)}
                  x2={x(mark.at)}
                  y1={height - bottom}
                  y2={height - bottom + 5}
                  className="stroke-edge"
                />
                <text
                  x={x(mark.at)}
                  y={height - 6}
                  textAnchor={x(mark.at) > width - 2 * letter ? "end" : "middle"}
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
                  x1={left}
                  x2={width - right}
                  y1={y(ceiling)}
                  y2={y(ceiling)}
                  strokeDasharray="5 4"
                  strokeWidth={1.5}
                  className="stroke-soft"
                />
                <text x={left + 6} y={y(ceiling)} dy="1.2em" className="fill-soft">
                  {ceilingLabel}
                </text>
              </g>
            )}
            {pointed !== null && (
              <g aria-hidden>
                <line
                  x1={x(pointed)}
                  x2={x(pointed)}
                  y1={topGap}
                  y2={height - bottom}
                  className="stroke-edge"
                />
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
        <summary className="small soft inline-flex min-h-8 pointer-coarse:min-h-11 items-center gap-1 underline">
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

/** How wide an element is, and how high its letters; no width until it is there. */
function useSize(box: { current: HTMLElement | null }): { width: number; letter: number } {
  const [size, setSize] = useState({ width: 0, letter: 16 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(
      ([entry]) => entry && setSize({ width: Math.floor(entry.contentRect.width), letter: remOf(element) }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return size;
}

function remOf(element: Element): number {
  return Number.parseFloat(getComputedStyle(element.ownerDocument.documentElement).fontSize) || 16;
}
