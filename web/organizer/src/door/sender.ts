/**
 * Sends this device's scans to the server, in the order in which they were made, until it has taken each or said that it
 * won't. The queue is in the database: closing the app loses nothing, and what was sent twice counts once (a scan has its
 * own id).
 */
import { type Came, doorApi, outcomeOf, type ScanView } from "./api";
import type { Answer, Database, Outgoing, StoredPass, StoredScan } from "./database";
import { changePass } from "./passes";

/** The first and the longest pause after a failure, in milliseconds. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export class Sender {
  readonly #database: Database;
  readonly #origin: string;
  readonly #changed: () => void;
  readonly #waiting = new Map<string, (answer: Answer | null) => void>();
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

  /** The server's answer to a scan, if it comes before `deadline` (by `performance.now`). */
  answerTo(scan: string, deadline: number): Promise<Answer | null> {
    return new Promise((resolve) => {
      const late = setTimeout(() => done(null), Math.max(0, deadline - performance.now()));
      const done = (answer: Answer | null) => {
        clearTimeout(late);
        this.#waiting.delete(scan);
        resolve(answer);
      };
      this.#waiting.set(scan, done);
    });
  }

  /** Ends the trying; what is queued stays. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #giveUpWaiting(): void {
    for (const done of [...this.#waiting.values()]) done(null);
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
        api.POST("/api/events/{event}/check-ins/{scan}/undo", { params: { path: { event, scan: scan.id } } }),
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
    const stored = this.#database.transaction(["scans", "outbox"], "readwrite", { durability: "strict" });
    const scan = await stored.objectStore("scans").get(id);
    await stored.objectStore("outbox").delete(key);
    if (scan) {
      const next = kind === "scan" ? answered(scan, came) : takenBack(scan, came);
      await stored.objectStore("scans").put(next);
      await stored.done;
      if (kind === "scan") this.#waiting.get(id)?.(next.answer ?? null);
    }
    await stored.done;
    this.#changed();
  }
}

/** A server's view of a scan as an answer. */
export function answerOf(view: ScanView): Answer {
  return {
    outcome: view.outcome,
    ...(view.reason ? { reason: view.reason } : {}),
    ...(view.admission ? { admission: view.admission } : {}),
    ...(view.name ? { name: view.name } : {}),
    at: Date.now(),
  };
}

type Settled = Exclude<Came<ScanView>, { kind: "later" | "pass" }>;

function answered(scan: StoredScan, came: Settled): StoredScan {
  if (came.kind === "refused") return { ...scan, refused: came.refusal };
  return { ...scan, answer: answerOf(came.data) };
}

function takenBack(scan: StoredScan, came: Settled): StoredScan {
  const undo = scan.undo ?? { at: new Date().toISOString() };
  // Where the server never counted it there was nothing to take back: all is as it should be.
  const wasCounted = scan.answer?.outcome === "admitted";
  if (came.kind === "done" || !wasCounted) return { ...scan, undo: { ...undo, answeredAt: Date.now() } };
  return { ...scan, undo: { ...undo, refused: came.refusal } };
}
