/** A door at work: it decides what is put before it, keeps its list fresh and its scans on their way. */
import { type Came, type DoorApi, doorApi, outcomeOf } from "./api";
import { CHANNEL, type Database, type ListState, type StoredPass, type StoredScan } from "./database";
import { downloadAttendance, downloadCheckIns, downloadKeys, downloadList, keptKeys } from "./list";
import { changePass, readDoor, unsentOf } from "./passes";
import { uncounted } from "./presence";
import {
  newScanId,
  noteReport,
  type Presented,
  recordScan,
  scansOf,
  showAlone,
  storeAnswered,
  ticketOf,
  undoScan,
} from "./scans";
import { answerOf, inWords, Sender } from "./sender";
import { type Keys, readTicket, readyToVerify } from "./token";
import { indexOf, type Verdict } from "./verdict";

/** Until when after a code was seen the server's answer is waited for, in milliseconds: a verdict takes 300 at most. */
const QUICK = 250;
/** How often other doors' scans and the numbers are asked for, and how often the whole list, in milliseconds. */
const POLL = 10_000;
const WHOLE_LIST = 300_000;

/** What the door says. `scan` is absent where nothing could be decided, and so nothing was recorded. */
export interface Said {
  verdict: Verdict;
  scan?: StoredScan;
  /** When the code was seen, by `performance.now`. */
  seen: number;
}

/** All that is shown of a door but the verdict. */
export interface DeskView {
  pass: StoredPass;
  /** This device's scans, newest first. */
  scans: readonly StoredScan[];
  /** How many of them, and of their undoings, wait to be sent. */
  unsent: number;
  list: ListState | undefined;
  /** People who are in, by the server's count and this device's together; null where it isn't known yet. */
  admitted: number | null;
  booked: number | null;
  /** Whether the server could be reached when it was last tried. */
  connected: boolean;
}

export class Desk {
  readonly #database: Database;
  readonly #origin: string;
  readonly #sender: Sender;
  readonly #listeners = new Set<() => void>();
  readonly #channel = new BroadcastChannel(CHANNEL);
  /** The ids of scans that the server was asked about and didn't answer: asked again, it knows them again. */
  readonly #asked = new Map<string, string>();
  #view: DeskView;
  #keys: Keys = new Map();
  #poll: ReturnType<typeof setInterval> | undefined;
  #polling: Promise<void> | null = null;
  #wholeListAt = 0;
  #checkInsAt = 0;
  #updating: ReturnType<typeof setTimeout> | undefined;
  #open = true;

  constructor(database: Database, origin: string, pass: StoredPass) {
    this.#database = database;
    this.#origin = origin;
    this.#sender = new Sender(database, origin, () => this.#changed());
    this.#view = {
      pass,
      scans: [],
      unsent: 0,
      list: undefined,
      admitted: null,
      booked: null,
      connected: navigator.onLine,
    };
    this.#channel.onmessage = () => void this.update();
  }

  /** The same object until something changes. */
  readonly view = (): DeskView => this.#view;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Begins to work: from then on lists come in and scans go out. */
  async start(): Promise<void> {
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#lost);
    document.addEventListener("visibilitychange", this.#wake);
    this.#poll = setInterval(() => this.#wake(), POLL);
    this.#keys = await keptKeys(this.#database);
    void readyToVerify();
    await this.update();
    this.#wake();
  }

  /** Ends the work; nothing is lost. */
  stop(): void {
    this.#open = false;
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#lost);
    document.removeEventListener("visibilitychange", this.#wake);
    clearInterval(this.#poll);
    clearTimeout(this.#updating);
    this.#sender.stop();
    this.#channel.close();
  }

  /** Decides a code that was read at `seen` (by `performance.now`). */
  async scan(token: string, seen: number): Promise<Said> {
    const shown = await readTicket(token, this.#keys);
    // The key may be younger than this device's last look; the server decides this one, if it can be reached.
    if (shown.kind === "unknown_key") void this.#refreshKeys();
    return this.#present({ shown, token }, seen);
  }

  /** Lets in a ticket that was picked from the list. */
  admit(ticket: string): Promise<Said> {
    return this.#present({ shown: { kind: "listed", ticket } }, performance.now());
  }

  /** Takes back an admission of this device. */
  async undo(scan: string): Promise<void> {
    await undoScan(this.#database, scan, new Date());
    this.#changed();
    void this.#sender.send();
  }

  /** Marks the report about a scan as read. */
  async note(scan: string): Promise<void> {
    await noteReport(this.#database, scan);
    this.#changed();
  }

  /** Asks for everything now, and sends what waits. */
  async refresh(): Promise<void> {
    this.#wholeListAt = 0;
    await Promise.all([this.#sender.send(), this.#refreshAll()]);
  }

  /** Reads anew what is shown. */
  async update(): Promise<void> {
    const { id, event } = this.#view.pass;
    const [pass, scans, unsent, list] = await Promise.all([
      this.#database.get("passes", id),
      scansOf(this.#database, event),
      unsentOf(this.#database, event),
      this.#database.get("lists", event),
    ]);
    if (!pass || !this.#open) return;
    const numbers = list?.attendance;
    this.#show({
      pass,
      scans,
      unsent,
      list,
      admitted: numbers ? numbers.admitted + uncounted(scans, numbers.asOf) : null,
      booked: numbers ? numbers.booked : null,
    });
  }

  #show(news: Partial<DeskView>): void {
    this.#view = { ...this.#view, ...news };
    for (const listener of this.#listeners) listener();
  }

  /** Something was stored: what is shown follows in a moment, and so do this device's other windows. */
  #changed(): void {
    if (!this.#open) return;
    clearTimeout(this.#updating);
    this.#updating = setTimeout(() => void this.update(), 0);
    this.#channel.postMessage(null);
  }

  async #present(presented: Presented, seen: number): Promise<Said> {
    const { pass, list } = this.#view;
    const isReady = pass.opens && list?.asOf !== undefined && this.#keys.size > 0;
    const said = isReady ? await this.#decide(presented, seen) : await this.#ask(presented);
    this.#changed();
    return { ...said, seen };
  }

  /** Decides here, stores it, and shows the server's word instead where it comes quickly. */
  async #decide(presented: Presented, seen: number): Promise<Omit<Said, "seen">> {
    const { event, opens } = this.#view.pass;
    if (!opens) throw new Error("a door decides only when it knows which it is");
    const alone = !this.#sender.isFluent;
    const at = { event, door: opens, now: new Date(), alone };
    const scan = await recordScan(this.#database, presented, at);
    const coming = alone ? null : this.#sender.answerTo(scan.id, seen + QUICK);
    void this.#sender.send();
    const answered = await coming;
    if (!answered && !alone) void showAlone(this.#database, scan.id);
    const shown = answered ?? scan;
    return { verdict: shown.verdict, scan: shown };
  }

  /** The list isn't here yet: the server decides, or nobody does. */
  async #ask({ shown, token }: Presented): Promise<Omit<Said, "seen">> {
    const { event, opens } = this.#view.pass;
    const ticket = ticketOf(shown);
    const what = token ?? ticket ?? "";
    const id = this.#asked.get(what) ?? newScanId();
    this.#asked.set(what, id);
    const at = new Date().toISOString();
    const came = await outcomeOf(
      this.#api().POST("/api/events/{event}/check-ins", {
        params: { path: { event } },
        body: { scan: id, at, ...(token === undefined ? { ticket: ticket ?? null } : { token }) },
      }),
    );
    const unchecked: Verdict = { outcome: "refused", reason: "unchecked" };
    this.#met(came);
    if (came.kind === "later" || came.kind === "pass") return { verdict: unchecked };
    this.#asked.delete(what);
    const scan: StoredScan = {
      id,
      event,
      door: opens?.name ?? "",
      at,
      ...(token === undefined ? {} : { token }),
      ...(ticket === undefined ? {} : { ticket }),
      verdict: unchecked,
    };
    if (came.kind === "refused") scan.refused = came.refusal;
    else {
      scan.answer = answerOf(came.data);
      scan.verdict = inWords(
        scan.answer,
        ticket ? { ...unchecked, ticket, index: indexOf(ticket) } : unchecked,
      );
    }
    await storeAnswered(this.#database, scan);
    return { verdict: scan.verdict, scan };
  }

  #api(): DoorApi {
    return doorApi(this.#origin, this.#view.pass.token);
  }

  /** Learns from what came of a request whether there is a connection, and whether the pass holds. */
  #met(came: Came<unknown>): void {
    const connected = came.kind !== "later" || !came.network;
    if (connected !== this.#view.connected) this.#show({ connected });
    if (came.kind === "pass") {
      const { id } = this.#view.pass;
      void changePass(this.#database, id, (pass) => ({ ...pass, refused: came.code })).then(() =>
        this.#changed(),
      );
    }
  }

  readonly #lost = (): void => this.#show({ connected: false });

  readonly #wake = (): void => {
    if (!this.#open) return;
    void this.#sender.send();
    if (document.visibilityState === "visible") void this.#refreshAll();
  };

  #refreshAll(): Promise<void> {
    this.#polling ??= this.#refreshOnce().finally(() => {
      this.#polling = null;
      this.#changed();
    });
    return this.#polling;
  }

  async #refreshOnce(): Promise<void> {
    const { pass, connected } = this.#view;
    if (pass.refused) return;
    const now = Date.now();
    const isWhole = now - this.#wholeListAt >= WHOLE_LIST || !connected;
    // In order of what is missed most. Whatever fails ends the round: the next comes soon.
    const steps: (() => Promise<Came<unknown>>)[] = [
      ...(isWhole
        ? [
            () => readDoor(this.#database, this.#origin, pass),
            () => this.#refreshKeys(),
            () => downloadList(this.#database, this.#api(), pass.event),
          ]
        : []),
      () => downloadCheckIns(this.#database, this.#api(), pass.event, this.#checkInsAt),
      () => downloadAttendance(this.#database, this.#api(), pass.event),
    ];
    for (const step of steps) {
      if (!this.#open) return;
      const came = await step();
      this.#met(came);
      if (came.kind !== "done") return;
      await this.update();
    }
    if (isWhole) this.#wholeListAt = now;
    this.#checkInsAt = now;
  }

  async #refreshKeys(): Promise<Came<void>> {
    const came = await downloadKeys(this.#database, this.#api());
    this.#keys = await keptKeys(this.#database);
    return came;
  }
}
