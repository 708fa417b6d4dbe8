import type { Problem } from "@guestlist/shared/api";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Kept } from "./kept";
import { type Requests, Saver } from "./saver";
import { EVENT } from "./testing";
import { type Change, type EventView, emptyValues, type NewEvent, type Values, valuesOf } from "./values";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const OFFLINE: Problem = { code: "offline", status: 0, detail: "" };

/** A server that remembers one event, and can be made to fail. */
class Server implements Requests {
  event: EventView | null = null;
  made = new Map<string, EventView>();
  asked: string[] = [];
  fails: (Problem | "lost" | null)[] = [];

  private answer(what: string, event: EventView): EventView {
    this.asked.push(what);
    const fails = this.fails.shift() ?? null;
    if (fails === null || fails === "lost") this.event = event;
    if (fails !== null) throw fails === "lost" ? OFFLINE : fails;
    return event;
  }
  async create(body: NewEvent, key: string): Promise<EventView> {
    const made = this.made.get(key) ?? shape({ ...EVENT, version: 1 }, body);
    const event = this.answer(`create ${key}`, made);
    this.made.set(key, event);
    return event;
  }
  async change(base: EventView, body: Change): Promise<EventView> {
    const { event } = this;
    if (!event || base.version !== event.version) {
      this.asked.push("changed meanwhile");
      throw { code: "changed_meanwhile", status: 412, detail: "" };
    }
    return this.answer(`change ${Object.keys(body)}`, shape({ ...event, version: event.version + 1 }, body));
  }
  async read(): Promise<EventView> {
    this.asked.push("read");
    if (!this.event) throw { code: "event_not_found", status: 404, detail: "" };
    return this.event;
  }
}

/** The event with what a request says of it; what is null goes. */
function shape(event: EventView, body: Change | NewEvent): EventView {
  const { place, online_link, capacity, price, ...rest } = { ...event, ...body };
  const { allow_overlap: _, language, slug, ...plain } = { allow_overlap: false, ...rest };
  const there = Object.entries({ place, online_link, capacity, price }).filter(([, part]) => part !== null);
  return { ...plain, language: language ?? "en", slug: slug ?? "", ...Object.fromEntries(there) };
}

function saverOn(server: Server, base: EventView | null, values?: Values, pending: Kept["pending"] = null) {
  const world = { kept: null as Kept | null, merged: null as Values | null, keys: 0 };
  server.event = base;
  const saver = new Saver({
    requests: server,
    values: values ?? (base ? valuesOf(base) : emptyValues("Europe/Berlin", "en", NOW)),
    base,
    pending,
    keep: (kept) => {
      world.kept = kept;
    },
    saved: () => {},
    merged: (merged) => {
      world.merged = merged;
    },
    newKey: () => `key${++world.keys}`,
    now: () => NOW,
  });
  return { saver, world };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const full = (): Values => ({ ...valuesOf(EVENT), name: "Night" });

describe("a new event", () => {
  test("is kept here until there is enough for a draft, then made once one pauses", async () => {
    const server = new Server();
    const { saver, world } = saverOn(server, null);
    saver.change({ ...emptyValues("Europe/Berlin", "en", NOW), name: "Night" });
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual([]);
    expect(saver.state.kind).toBe("kept");
    expect(world.kept?.values.name).toBe("Night");
    saver.change(full());
    await vi.advanceTimersByTimeAsync(500);
    expect(server.asked).toEqual([]);
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(["create key1"]);
    expect(saver.state.kind).toBe("saved");
    expect(world.kept).toBeNull();
  });

  test("is one event though the answer was lost and one typed on", async () => {
    const server = new Server();
    server.fails = ["lost"];
    const { saver } = saverOn(server, null);
    saver.change(full());
    await vi.advanceTimersByTimeAsync(900);
    expect(saver.state.kind).toBe("failed");
    saver.change({ ...full(), name: "Night of Films" });
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(["create key1", "create key1", "change name"]);
    expect(server.event?.name).toBe("Night of Films");
    expect(saver.state.kind).toBe("saved");
  });
});

describe("a draft", () => {
  test("gets only what changed, and what is wrong stays here", async () => {
    const server = new Server();
    const { saver, world } = saverOn(server, EVENT);
    saver.change({ ...valuesOf(EVENT), name: "Other", capacity: "0" });
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(["change name"]);
    expect(saver.state.kind).toBe("partly");
    expect(world.kept?.values.capacity).toBe("0");
  });

  test("isn't called saved while the form lacks something", async () => {
    const server = new Server();
    const { price: _, ...free } = EVENT;
    const { saver, world } = saverOn(server, free);
    saver.change({ ...valuesOf(free), name: "Other", paid: true, amount: "" });
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(["change name"]);
    expect(saver.state).toEqual({ kind: "missing", parts: ["price"] });
    expect(world.kept?.values.paid).toBe(true);
    if (server.event) saver.adopt({ ...server.event, version: 9 });
    expect(saver.state.kind).toBe("missing");
  });

  test("is sent when one leaves before the pause, and not tried again from there", async () => {
    const server = new Server();
    const { saver, world } = saverOn(server, EVENT);
    saver.change({ ...valuesOf(EVENT), description: "Thirteen films." });
    await saver.leave();
    expect(server.event?.description).toBe("Thirteen films.");
    expect(world.kept).toBeNull();
    server.fails = [OFFLINE];
    saver.change({ ...valuesOf(EVENT), description: "Fourteen films." });
    await saver.leave();
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(2);
    expect(world.kept?.values.description).toBe("Fourteen films.");
  });

  test("is tried again while there is no answer, and nothing is lost", async () => {
    const server = new Server();
    server.fails = [OFFLINE, { code: "busy", status: 503, detail: "" }];
    const { saver, world } = saverOn(server, EVENT);
    saver.change({ ...valuesOf(EVENT), name: "Other" });
    await vi.advanceTimersByTimeAsync(900);
    expect(saver.state.kind).toBe("failed");
    expect(world.kept?.values.name).toBe("Other");
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(3);
    expect(saver.state.kind).toBe("saved");
    expect(world.kept).toBeNull();
  });

  test("that the server refuses isn't sent again until something changes", async () => {
    const server = new Server();
    server.fails = [{ code: "duplicate_event", status: 409, detail: "" }];
    const { saver } = saverOn(server, EVENT);
    saver.change({ ...valuesOf(EVENT), name: "Other" });
    await vi.runAllTimersAsync();
    expect(server.asked).toHaveLength(1);
    expect(saver.state.kind).toBe("refused");
    saver.change({ ...valuesOf(EVENT), name: "Another" });
    await vi.runAllTimersAsync();
    expect(saver.state.kind).toBe("saved");
  });

  test("that changed elsewhere takes that over where it isn't in dispute", async () => {
    const server = new Server();
    const { saver, world } = saverOn(server, EVENT);
    server.event = { ...EVENT, version: 9, capacity: 150 };
    saver.change({ ...valuesOf(EVENT), name: "Mine" });
    await vi.runAllTimersAsync();
    expect(server.asked).toEqual(["changed meanwhile", "read", "change name"]);
    expect(world.merged).toMatchObject({ name: "Mine", capacity: "150" });
    expect(server.event).toMatchObject({ name: "Mine", capacity: 150, version: 10 });
  });

  test("that is in dispute waits for a choice", async () => {
    const server = new Server();
    const { saver, world } = saverOn(server, EVENT);
    server.event = { ...EVENT, version: 9, name: "Theirs" };
    saver.change({ ...valuesOf(EVENT), name: "Mine" });
    await vi.runAllTimersAsync();
    expect(saver.state).toMatchObject({ kind: "dispute", merge: { disputed: ["name"] } });
    saver.change({ ...valuesOf(EVENT), name: "Mine!" });
    await vi.runAllTimersAsync();
    expect(server.event.name).toBe("Theirs");
    expect(world.kept?.values.name).toBe("Mine!");
    saver.resolve({ ...valuesOf(EVENT), name: "Mine!" });
    await vi.runAllTimersAsync();
    expect(server.event).toMatchObject({ name: "Mine!", version: 10 });
    expect(saver.state.kind).toBe("saved");
  });
});

test("a published event is never changed by typing", async () => {
  const server = new Server();
  const { saver, world } = saverOn(server, { ...EVENT, status: "published" });
  saver.change({ ...valuesOf(EVENT), name: "Other" });
  await vi.runAllTimersAsync();
  await saver.flush();
  expect(server.asked).toEqual([]);
  expect(saver.state.kind).toBe("kept");
  expect(world.kept?.values.name).toBe("Other");
});
