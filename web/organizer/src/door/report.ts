/** What happened at this door that somebody should know of. Nothing is put right behind anybody's back. */
import type { StoredScan } from "./database";

export type Report =
  /** The door showed one thing, and the server, which knew more, says another. */
  | "differs"
  /** The server wouldn't take the scan at all. */
  | "refused"
  /** The server wouldn't take it back. */
  | "undo_refused";

/** What there is to report of a scan. */
export function reportOf(scan: StoredScan): Report | null {
  if (scan.refused) return "refused";
  if (scan.undo?.refused) return "undo_refused";
  if (scan.answer && scan.answer.outcome !== scan.verdict.outcome) return "differs";
  return null;
}
