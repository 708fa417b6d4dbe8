/** Who is in, as far as this device knows: the downloaded list and its own scans, laid over each other. */
import type { StoredScan } from "./database";
import type { Admission, ListedTicket } from "./verdict";

/** The server's lists are read from an index, which may be this far behind, in milliseconds. */
const LAG = 15_000;

/** Whether a scan of this device stands for somebody inside. The server's word counts, once it is there. */
export function letIn(scan: StoredScan): boolean {
  return !scan.undo && (scan.answer ?? scan.verdict).outcome === "admitted";
}

/** Where a ticket was let in. `asOf` is when its line of the list was asked for. */
export function admissionOf(
  listed: ListedTicket | undefined,
  own: readonly StoredScan[],
  asOf: number,
): Admission | undefined {
  const undone = own.filter((scan) => scan.undo).map((scan) => scan.id);
  const said = listed?.admission;
  if (said && !undone.includes(said.scan)) return said;
  const mine = own.find((scan) => {
    // Taken back at another door before this one had heard of its own.
    if (scan.answer?.reason === "undone") return false;
    if (scan.undo || scan.verdict.outcome !== "admitted") return letIn(scan) && isAhead(scan, asOf);
    // What the server hasn't counted stays a fact here: somebody did go in.
    return scan.answer?.outcome !== "admitted" || isAhead(scan, asOf);
  });
  return mine && { scan: mine.id, at: mine.at, door: mine.door };
}

// A list made well after the server had this scan knows better: it may have been undone at another door.
function isAhead(scan: StoredScan, asOf: number): boolean {
  return !scan.answer || scan.answer.at + LAG > asOf;
}

/** How many more people are in than the server had counted at `asOf`. */
export function uncounted(scans: readonly StoredScan[], asOf: number): number {
  return scans.reduce((sum, scan) => {
    const counted =
      scan.answer?.outcome === "admitted" &&
      scan.answer.at < asOf &&
      (scan.undo?.answeredAt === undefined || scan.undo.answeredAt >= asOf);
    return sum + Number(letIn(scan)) - Number(counted);
  }, 0);
}
