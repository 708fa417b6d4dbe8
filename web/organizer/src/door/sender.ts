/**
 * Sends this device's scans to the server, in the order in which they were made, until it has taken each or said that it
 * won't. The queue is in the database: closing the app loses nothing, and what was sent twice counts once (a scan has its
 * own id).
 */
import { type Came, doorApi, outcomeOf, type ScanView } from "./api";
import type { Answer, Database, Outgoing, StoredPass, StoredScan } from "./database";
import { changePass } from "./passes";
import type { Verdict } from "./verdict";

/** The first and the longest pause after a failure, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export class Sender {
  readonly #database: Database;
  readonly #origin: string;
  readonly #changed: () => void;
  readonly #waiting = new Map<string, Waiting>();
  #running: Promise<void> | null = null;
  #again = false;
  #pause = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Until when the server asked to be left alone. */
  #notBefore = 0;
  #stopped = false;

  /** `changed` is called whenever something was stored. */
  constructor(database: Database, origin: string, changed: () => void) {
    this.#database = database;
    this.#origin = origin;
    this.#changed = changed;
  }

  /** Whether the last attempt came through, so that waiting a moment for the next answer is worth it. */
  get isFluent(): boolean {
    return navigator.onLine && this.#pause === 0;
  }

  /** Sends what there is, now. Calls while it is at it make it look once more. */
  send(): Promise<void> {
    this.#again = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = null;
      this.#giveUpWaiting();
    });
    return this.#running;
  }

  /**
   * The scan with the server's answer as what is shown of it, if that comes before `deadline` (by `performance.now`).
   * Else what this device decided stands, and another answer becomes a report.
   */
  answerTo(scan: string, deadline: number): Promise<StoredScan | null> {
    return new Promise((resolve) => {
      const late = setTimeout(() => this.#claim(scan)?.(null), Math.max(0, deadline - performance.now()));
      this.#waiting.set(scan, { late, resolve });
    });
  }

  /** Takes over who waits for a scan's answer, so that it can't be too late any more. */
  #claim(scan: string): Waiting["resolve"] | undefined {
    const waiting = this.#waiting.get(scan);
    clearTimeout(waiting?.late);
    this.#waiting.delete(scan);
    return waiting?.resolve;
  }

  /** Ends the trying; what is queued stays. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #giveUpWaiting(): void {
    for (const scan of [...this.#waiting.keys()]) this.#claim(scan)?.(null);
  }

  async #run(): Promise<void> {
    clearTimeout(this.#timer);
    if (Date.now() < this.#notBefore) return this.#later(this.#notBefore - Date.now());
    // One window of this device sends at a time, so that the order holds.
    await navigator.locks.request("guestlist.door.sender", async () => {
      while (this.#again && !this.#stopped) {
        this.#again = false;
        const after = await this.#pass();
        if (after === null) {
          this.#pause = 0;
          continue;
        }
        this.#pause = Math.min(LONGEST_PAUSE, Math.max(FIRST_PAUSE, this.#pause * 2));
        if (after > 0) this.#notBefore = Date.now() + after;
        // Spread, so that all doors of an event don't come back at the same instant.
        this.#later(Math.max(after, this.#pause * (0.75 + Math.random() / 2)));
        return;
      }
    });
  }

  #later(milliseconds: number): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.send(), milliseconds);
  }

  /** Goes through the queue once. Null, or how long to wait before the next attempt. */
  async #pass(): Promise<number | null> {
    const tokens = await this.#tokens();
    /** Tickets that something of theirs is stuck of: what comes after it must wait, or the order would be lost. */
    const stuck = new Set<string>();
    let wait: number | null = null;
    let cursor = await this.#next(0);
    while (cursor && !this.#stopped) {
      const { key, value } = cursor;
      const scan = await this.#database.get("scans", value.scan);
      const token = tokens.get(value.event);
      const about = scan?.ticket ?? value.scan;
      if (!scan) await this.#database.delete("outbox", key);
      else if (token && !stuck.has(about)) {
        const came = await this.#deliver(token.token, value, scan);
        if (came.kind === "pass") {
          await this.#refusePass(token, came.code);
          tokens.delete(value.event);
        } else if (came.kind === "later") {
          if (came.network || came.after > 0) return came.after;
          // The server is up and this one troubles it: the others needn't wait.
          stuck.add(about);
          wait = Math.max(wait ?? 0, came.after);
        } else {
          await this.#settle(key, value, came);
        }
      }
      cursor = await this.#next(key);
    }
    return wait;
  }

  /** The pass to send with, for each event: the newest that still opens its door. */
  async #tokens(): Promise<Map<string, StoredPass>> {
    const passes = await this.#database.getAll("passes");
    passes.sort((a, b) => a.openedAt - b.openedAt);
    return new Map(passes.filter((pass) => !pass.refused).map((pass) => [pass.event, pass]));
  }

  async #next(after: number): Promise<{ key: number; value: Outgoing } | null> {
    const found = await this.#database
      .transaction("outbox")
      .store.openCursor(IDBKeyRange.lowerBound(after, true));
    return found && { key: found.key, value: found.value };
  }

  #deliver(token: string, { kind, event }: Outgoing, scan: StoredScan): Promise<Came<ScanView>> {
    const api = doorApi(this.#origin, token);
    if (kind === "undo") {
      return outcomeOf(
        api.POST("/api/events/{event}/check-ins/{scan}/undo", {
          params: { path: { event, scan: scan.id } },
          // The server finds it sooner by the ticket.
          body: { ticket: scan.ticket ?? null },
        }),
      );
    }
    const what = scan.token === undefined ? { ticket: scan.ticket ?? null } : { token: scan.token };
    return outcomeOf(
      api.POST("/api/events/{event}/check-ins", {
        params: { path: { event } },
        body: {
          scan: scan.id,
          at: scan.at,
          door: scan.door,
          ...what,
          ...(scan.alone ? { shown_offline: scan.verdict.outcome } : {}),
        },
      }),
    );
  }

  async #refusePass(pass: StoredPass, code: string): Promise<void> {
    await changePass(this.#database, pass.id, (held) => ({ ...held, refused: code }));
    this.#changed();
  }

  /** Takes something out of the queue and writes down what the server said, in one go. */
  async #settle(
    key: number,
    { kind, scan: id }: Outgoing,
    came: Exclude<Came<ScanView>, { kind: "later" | "pass" }>,
  ): Promise<void> {
    const show = kind === "scan" ? this.#claim(id) : undefined;
    let shown: StoredScan | null = null;
    try {
      const stored = this.#database.transaction(["scans", "outbox"], "readwrite", { durability: "strict" });
      const scan = await stored.objectStore("scans").get(id);
      await stored.objectStore("outbox").delete(key);
      if (scan) {
        const next = kind === "scan" ? answered(scan, came, show !== undefined) : takenBack(scan, came);
        await stored.objectStore("scans").put(next);
        shown = next;
      }
      await stored.done;
    } finally {
      show?.(shown);
    }
    this.#changed();
  }
}

/** Somebody before a door whose verdict waits for the server's answer. */
interface Waiting {
  late: ReturnType<typeof setTimeout>;
  resolve: (scan: StoredScan | null) => void;
}

/** A server's view of a scan as an answer. */
export function answerOf(view: ScanView): Answer {
  return {
    outcome: view.outcome,
    ...(view.reason ? { reason: view.reason } : {}),
    ...(view.admission ? { admission: view.admission } : {}),
    ...(view.name ? { name: view.name } : {}),
    ...(view.party_size ? { of: view.party_size } : {}),
    at: Date.now(),
  };
}

type Settled = Exclude<Came<ScanView>, { kind: "later" | "pass" }>;

/** `isShown`: the door waits for this answer, and shows it instead of its own decision. */
function answered(scan: StoredScan, came: Settled, isShown: boolean): StoredScan {
  if (came.kind === "refused") return { ...scan, refused: came.refusal };
  const answer = answerOf(came.data);
  return { ...scan, answer, ...(isShown ? { verdict: inWords(answer, scan.verdict) } : {}) };
}

function takenBack(scan: StoredScan, came: Settled): StoredScan {
  const undo = scan.undo ?? { at: new Date().toISOString() };
  // Where the server never counted it there was nothing to take back: all is as it should be.
  const wasCounted = scan.answer?.outcome === "admitted";
  if (came.kind === "done" || !wasCounted) return { ...scan, undo: { ...undo, answeredAt: Date.now() } };
  return { ...scan, undo: { ...undo, refused: came.refusal } };
}

/** The server's answer as a verdict. What only this device can tell stays: whose ticket it is, and that it was forged. */
export function inWords(answer: Answer, here: Verdict): Verdict {
  const { outcome, reason, admission, name } = answer;
  const of = answer.of ?? here.of;
  const why = reason === "not_a_ticket" && here.reason === "forged" ? here.reason : reason;
  return {
    outcome,
    ...(why ? { reason: why } : {}),
    ...(here.ticket ? { ticket: here.ticket } : {}),
    ...((name ?? here.name) ? { name: name ?? here.name } : {}),
    ...(here.index ? { index: here.index } : {}),
    ...(of ? { of } : {}),
    ...(admission && outcome === "already_in" ? { admission } : {}),
  };
}
