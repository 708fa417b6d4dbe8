/** Green, amber or red over the whole screen: an icon, a word, whose ticket it is, and why. */
import { useTranslations } from "@guestlist/shared/i18n";
import { CircleCheckBig, CircleQuestionMark, History, OctagonX, TriangleAlert, Undo2 } from "lucide-react";
import { useEffect, useRef } from "react";
import type { Said } from "./desk";
import { canUndo } from "./scans";
import { lookOf, type Verdict } from "./verdict";
import type { Words } from "./words";

/** How long each is shown, in milliseconds, unless it waits for a tap. */
const SHOWN = { admitted: 1_800, already_in: 5_000, refused: 5_000 } as const;

const ICONS = {
  admitted: CircleCheckBig,
  already_in: History,
  refused: OctagonX,
  unchecked: CircleQuestionMark,
} as const;

/** A verdict in small, for lists. */
export function Mark({ verdict }: { verdict: Verdict }) {
  const look = lookOf(verdict);
  const Icon = ICONS[look];
  return (
    <span className={`mark ${look}`}>
      <Icon aria-hidden size={22} />
    </span>
  );
}

export function VerdictScreen({
  said,
  goesOn,
  late,
  words,
  onNext,
  onUndo,
}: {
  said: Said;
  /** Whether it makes way for the next by itself. */
  goesOn: boolean;
  /** What the server said meanwhile, where it is another thing. */
  late: string | null;
  words: Words;
  onNext: () => void;
  onUndo: (scan: string) => void;
}) {
  const t = useTranslations("door");
  const { verdict, scan } = said;
  const look = lookOf(verdict);
  const Icon = ICONS[look];
  const screen = useRef<HTMLElement>(null);
  const next = useRef<HTMLButtonElement>(null);
  const shown = late ? SHOWN.refused : SHOWN[verdict.outcome];

  useEffect(() => {
    if (!goesOn) return;
    const timer = setTimeout(onNext, shown);
    return () => clearTimeout(timer);
  }, [onNext, goesOn, shown]);

  useEffect(() => next.current?.focus(), []);

  useEffect(() => {
    // For whoever measures: from the code's being seen until this was painted.
    const painted = requestAnimationFrame(() => {
      screen.current?.setAttribute("data-took", `${Math.round(performance.now() - said.seen)}`);
    });
    return () => cancelAnimationFrame(painted);
  }, [said]);

  const why = words.why(verdict);
  const who = verdict.name ?? null;
  const ticket = words.ticket(verdict);
  return (
    // The whole screen is the button for who taps; the real one is below, for everybody else.
    // biome-ignore lint/a11y/noStaticElementInteractions: the button inside does the same.
    // biome-ignore lint/a11y/useKeyWithClickEvents: the button inside does the same.
    <section ref={screen} className={`verdict ${look}`} data-outcome={look} onClick={onNext}>
      <div className="what">
        <Icon aria-hidden className="size-[clamp(96px,26vh,200px)]" strokeWidth={1.75} />
        <div className="grid justify-items-center gap-3">
          <p className="word">{words.word(verdict)}</p>
          {who && <p className="who">{who}</p>}
          {ticket && verdict.outcome !== "refused" && <p className="text-xl">{ticket}</p>}
          {why && <p className="max-w-[34ch] text-xl">{why}</p>}
          {late && (
            <p role="alert" className="late">
              <TriangleAlert aria-hidden size={28} className="flex-none" /> {late}
            </p>
          )}
        </div>
      </div>
      <div className="acts">
        {scan && canUndo(scan) && (
          <button
            type="button"
            className="button"
            onClick={(click) => {
              click.stopPropagation();
              onUndo(scan.id);
            }}
          >
            <Undo2 aria-hidden size={20} /> {t("verdict.undo")}
          </button>
        )}
        <button ref={next} type="button" className="button next">
          {t("verdict.next")}
        </button>
        {goesOn && <div key={shown} className="clock" style={{ animationDuration: `${shown}ms` }} />}
      </div>
    </section>
  );
}
