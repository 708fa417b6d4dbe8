/** Saves a form while one types: one request at a time, each on what the server is known to have, and never anything lost. */
import { mayPass, type Problem, problemOf } from "@guestlist/shared/api/problem";
import { check, isMissing, unsendable } from "./check";
import type { Kept } from "./kept";
import { type Merge, merge } from "./merge";
import {
  type Change,
  changedParts,
  changeOf,
  type EventView,
  type NewEvent,
  type Part,
  requestOf,
  type Values,
  valuesOf,
} from "./values";

/** How the form stands to what the server has. */
export type State =
  /** The same. */
  | { kind: "saved" }
  /** Typed here and not sent: too little for a draft yet, or a published event, which is changed only when one says so. */
  | { kind: "kept" }
  | { kind: "saving" }
  /** The same, but for what can't be sent as it is. */
  | { kind: "partly" }
  /** The same, as far as the form is filled in: these parts it still asks for. */
  | { kind: "missing"; parts: Part[] }
  /** No answer; it is tried again. */
  | { kind: "failed"; problem: Problem }
  /** The server said no; nothing is tried until something changes. */
  | { kind: "refused"; problem: Problem }
  /** Changed here and elsewhere. */
  | { kind: "dispute"; theirs: EventView; merge: Merge };

/** The requests that it makes. They throw the server's problem. */
export interface Requests {
  create(body: NewEvent, key: string): Promise<EventView>;
  change(event: EventView, body: Change): Promise<EventView>;
  read(event: EventView): Promise<EventView>;
}

export interface Setting {
  requests: Requests;
  values: Values;
  base: EventView | null;
  pending: Kept["pending"];
  /** Keeps the form in this browser; null when there is nothing to keep. */
  keep(kept: Kept | null): void;
  /** Hears of each answer: the event as it is now. */
  saved(event: EventView): void;
  /** Hears that the form was changed from elsewhere. */
  merged(values: Values): void;
  newKey(): string;
  now(): number;
}

const PAUSE = 800;
const RETRIES = [2_000, 5_000, 10_000, 30_000];

export class Saver {
  state: State;
  base: EventView | null;
  private values: Values;
  private pending: Kept["pending"];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;
  private failures = 0;
  private left = false;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly setting: Setting) {
    this.values = setting.values;
    this.base = setting.base;
    this.pending = setting.pending;
    this.state = { kind: this.isSame() ? "saved" : "kept" };
  }

  /** Calls back on each change of state; gives what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly snapshot = (): State => this.state;

  /** Whether changes are sent as one types: while nobody else sees the event. */
  get isLive(): boolean {
    return this.base === null || this.base.status === "draft";
  }

  /** Takes in what was typed. */
  change(values: Values): void {
    this.values = values;
    this.left = false;
    this.write();
    if (this.state.kind === "dispute") return;
    if (this.state.kind !== "saving") this.put({ kind: this.isSame() ? "saved" : "kept" });
    this.failures = 0;
    if (this.isLive) this.later(PAUSE);
  }

  /** Saves now what isn't saved; done when there is nothing more to do. */
  async flush(): Promise<State> {
    clearTimeout(this.timer);
    if (this.isLive && this.state.kind !== "dispute") await this.run();
    return this.state;
  }

  /** Goes on with what was chosen in a dispute, on what the server has now. */
  resolve(values: Values): void {
    if (this.state.kind !== "dispute") return;
    this.base = this.state.theirs;
    this.state = { kind: "kept" };
    this.change(values);
    if (this.isLive) void this.flush();
  }

  /** Takes in an event that was saved by other means: a confirmed change, a cover. */
  adopt(event: EventView): void {
    this.base = event;
    this.setting.saved(event);
    this.write();
    if (this.state.kind !== "dispute" && this.state.kind !== "saving")
      this.put(this.isLive ? this.standing() : { kind: this.isSame() ? "saved" : "kept" });
  }

  /** Lays what is there now under what was typed: for an answer that it has changed meanwhile. True where that was all. */
  rebase(theirs: EventView): boolean {
    if (this.base === null) return true;
    const laid = merge(valuesOf(this.base), valuesOf(theirs), this.values);
    if (laid.disputed.length > 0) {
      this.put({ kind: "dispute", theirs, merge: laid });
      return false;
    }
    this.base = theirs;
    if (laid.taken.length > 0) {
      this.values = laid.merged;
      this.setting.merged(laid.merged);
    }
    this.write();
    return true;
  }

  /** Forgets what was typed. */
  forget(): void {
    clearTimeout(this.timer);
    this.setting.keep(null);
  }

  /** One goes away from the form: what isn't saved is sent now, once. What can't be sent stays kept. */
  async leave(): Promise<void> {
    this.left = true;
    await this.flush();
  }

  private isSame(): boolean {
    return this.base !== null && changedParts(valuesOf(this.base), this.values).length === 0;
  }

  /** How the form stands when all is sent that can be. */
  private standing(): State {
    const { values, base } = this;
    if (base === null) return { kind: "kept" };
    const faults = check(values, base, this.setting.now());
    if (Object.keys(changeOf(valuesOf(base), values, unsendable(faults))).length > 0) return { kind: "kept" };
    if (faults.some((fault) => !isMissing(fault))) return { kind: "partly" };
    const parts = [...new Set(faults.map((fault) => fault.part))];
    return parts.length > 0 ? { kind: "missing", parts } : { kind: "saved" };
  }

  private write(): void {
    const { values, base, pending } = this;
    this.setting.keep(this.isSame() ? null : { values, base, pending });
  }

  private put(state: State): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }

  private later(wait: number): void {
    clearTimeout(this.timer);
    // Whoever opens the form again brings a saver of their own.
    if (this.left) return;
    this.timer = setTimeout(() => void this.run(), wait);
  }

  private async run(): Promise<void> {
    // Whoever comes while a request is on its way waits for it, and for what it left to do.
    while (this.running) await this.running;
    this.running = this.save().finally(() => {
      this.running = null;
    });
    await this.running;
  }

  private async save(): Promise<void> {
    try {
      while (await this.step());
    } catch (error) {
      const problem = problemOf(error);
      if (mayPass(problem) || problem.status === 429) {
        this.put({ kind: "failed", problem });
        this.later(RETRIES[Math.min(this.failures, RETRIES.length - 1)] ?? PAUSE);
        this.failures += 1;
      } else {
        this.pending = null;
        this.write();
        this.put({ kind: "refused", problem });
      }
    }
  }

  /** One request, if there is one to make; true where another may follow. */
  private async step(): Promise<boolean> {
    if (!this.isLive) return false;
    const { values, base } = this;
    const without = unsendable(check(values, base, this.setting.now()));
    if (base === null) return this.create(values, without);
    const change = changeOf(valuesOf(base), values, without);
    if (Object.keys(change).length === 0) {
      this.write();
      this.put(this.standing());
      return false;
    }
    this.put({ kind: "saving" });
    try {
      this.take(await this.setting.requests.change(base, change));
      return true;
    } catch (error) {
      if (problemOf(error).status !== 412) throw error;
      return this.rebase(await this.setting.requests.read(base));
    }
  }

  private async create(values: Values, without: ReturnType<typeof unsendable>): Promise<boolean> {
    if (this.pending === null) {
      const needed = ["name", "starts", "ends", "zone"] as const;
      const request = requestOf(values);
      const located =
        (request.place && !without.has("place")) || (request.online_link && !without.has("online_link"));
      if (needed.some((part) => without.has(part)) || !located) {
        this.put({ kind: "kept" });
        return false;
      }
      const sent = Object.entries(request).filter(
        ([part, value]) => value !== null && !without.has(part as keyof Change & keyof typeof request),
      );
      const { name, kind, starts, ends, zone } = request;
      this.pending = {
        key: this.setting.newKey(),
        body: { ...Object.fromEntries(sent), name, kind, starts, ends, zone },
      };
      this.write();
    }
    this.put({ kind: "saving" });
    const event = await this.setting.requests.create(this.pending.body, this.pending.key);
    this.pending = null;
    // From here on it is kept under the event's own name.
    this.setting.keep(null);
    this.take(event);
    return true;
  }

  private take(event: EventView): void {
    this.base = event;
    this.failures = 0;
    this.setting.saved(event);
    this.write();
  }
}
