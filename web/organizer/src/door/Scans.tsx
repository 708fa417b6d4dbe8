/** What this device scanned, and what there is to report of it. */
import { useTranslations } from "@guestlist/shared/i18n";
import { Empty } from "@guestlist/shared/ui";
import { CloudUpload, TriangleAlert, Undo2 } from "lucide-react";
import type { StoredScan } from "./database";
import { reportOf } from "./report";
import { canUndo } from "./scans";
import { Mark } from "./VerdictScreen";
import type { Words } from "./words";

/** How many scans are shown at most. The others are kept as well. */
const MOST = 200;

interface About {
  scans: readonly StoredScan[];
  words: Words;
  onUndo: (scan: string) => void;
}

export function Scans({ scans, words, onUndo, onNote }: About & { onNote: (scan: string) => void }) {
  const t = useTranslations("door");
  const reports = scans.filter((scan) => reportOf(scan) !== null);
  return (
    <div className="grid gap-6">
      {reports.length > 0 && (
        <section aria-labelledby="reports" className="grid gap-3">
          <h2 id="reports">{t("reports.title")}</h2>
          <p className="soft">{t("reports.lead")}</p>
          <ul className="grid list-none gap-3">
            {reports.map((scan) => (
              <li key={scan.id} className={`card pad grid gap-3 ${scan.noted ? "" : "border-warn"}`}>
                <p className="row font-semibold">
                  <TriangleAlert aria-hidden size={20} className="warn" /> {words.who(scan)}
                </p>
                <p>{words.report(scan)}</p>
                {!scan.noted && (
                  <button
                    type="button"
                    className="button quiet compact min-h-11 justify-self-start"
                    onClick={() => onNote(scan.id)}
                  >
                    {t("reports.note")}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="scans" className="grid gap-3">
        <h2 id="scans">{t("history.title")}</h2>
        {scans.length === 0 && <Empty title={t("history.empty")} />}
        <ul className="card list-none divide-y divide-line empty:hidden">
          {scans.slice(0, MOST).map((scan) => (
            <li key={scan.id} className="p-4">
              <Line scan={scan} words={words} onUndo={onUndo} />
            </li>
          ))}
        </ul>
        {scans.length > MOST && <p className="soft">{t("history.older", { count: scans.length - MOST })}</p>}
      </section>
    </div>
  );
}

function Line({ scan, words, onUndo }: Omit<About, "scans"> & { scan: StoredScan }) {
  const t = useTranslations("door");
  const isWaiting =
    (!scan.answer && !scan.refused) || (scan.undo && !scan.undo.answeredAt && !scan.undo.refused);
  const why =
    scan.verdict.outcome === "admitted" ? words.ticket(scan.verdict, scan.answer) : words.why(scan.verdict);
  return (
    <div className="flex items-start gap-3">
      <Mark verdict={scan.verdict} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="font-semibold">{words.who(scan)}</span>
          <time dateTime={scan.at} className="soft small">
            {words.time(scan.at)}
          </time>
        </p>
        <p className="soft small">
          {words.was(scan.verdict)}
          {why && ` · ${why}`}
        </p>
        <p className="soft small row gap-2">
          {scan.undo && <span>{t("history.undone", { time: words.time(scan.undo.at) })}</span>}
          {isWaiting ? (
            <span className="warn row gap-1">
              <CloudUpload aria-hidden size={16} /> {t("history.waiting")}
            </span>
          ) : (
            <span>{scan.refused ? t("history.kept") : t("history.sent")}</span>
          )}
        </p>
      </div>
      {canUndo(scan) && (
        <button
          type="button"
          className="grid size-11 flex-none place-items-center rounded-control border border-edge text-accent"
          aria-label={t("last.undo_of", { name: words.who(scan) })}
          onClick={() => onUndo(scan.id)}
        >
          <Undo2 aria-hidden size={20} />
        </button>
      )}
    </div>
  );
}

/** The last scan, to be looked at again or taken back. */
export function LastScan({ scans, words, onUndo }: About) {
  const t = useTranslations("door.last");
  const [last] = scans;
  if (!last) return <p className="soft min-h-14 content-center text-center">{t("none")}</p>;
  const why =
    last.verdict.outcome === "admitted" ? words.ticket(last.verdict, last.answer) : words.why(last.verdict);
  return (
    <section aria-label={t("label")} className="card flex min-h-16 items-center gap-3 p-3">
      <Mark verdict={last.verdict} />
      <div className="min-w-0 flex-1">
        <p className="truncate font-semibold">{words.who(last)}</p>
        <p className="soft small line-clamp-2">
          {last.undo ? t("undone") : words.was(last.verdict)}
          {why && ` · ${why}`}
        </p>
      </div>
      {canUndo(last) && (
        <button
          type="button"
          className="button quiet compact min-h-11"
          aria-label={t("undo_of", { name: words.who(last) })}
          onClick={() => onUndo(last.id)}
        >
          <Undo2 aria-hidden size={20} /> {t("undo")}
        </button>
      )}
    </section>
  );
}
