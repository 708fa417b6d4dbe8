/** What the door's tests stand on: a database, a clock's worth of ids, and a server that says what it is told to. */
import "fake-indexeddb/auto";
import { vi } from "vitest";
import vectors from "../../../../../shared/domain/vectors/tickets.json";
import { type Database, type Door, openDatabase, type StoredPass } from "../database";
import { decodeBase64Url, type Keys } from "../token";
import { bookingOf, type ListedBooking } from "../verdict";

/** Tickets that the server's own tests signed. */
export const TICKETS = vectors.tickets;
/** The first of them, at whose event the tests stand. */
export const TICKET = TICKETS[0] ?? { token: "", event: "", ticket: "", issue: 0 };
/** The second of them: the twelfth of the same party. */
export const COMPANION = TICKETS[1] ?? TICKET;
export const KEYS: Keys = new Map([[vectors.kid, decodeBase64Url(vectors.x)]]);
export const EVENT = TICKET.event;

export const DOOR: Door = {
  name: "North",
  eventName: "Film night",
  startsAt: "2026-11-21T19:00:00Z",
  zone: "Europe/Berlin",
  eventCancelled: false,
};

export const PASS: StoredPass = { id: "dps_1", token: "pass-1", openedAt: 1, event: EVENT, opens: DOOR };

let databases = 0;

/** A database of one's own, with a pass in it. */
export async function newDatabase(): Promise<Database> {
  databases += 1;
  const database = await openDatabase(`door-${databases}`);
  await database.put("passes", PASS);
  return database;
}

/** A line of the list. */
export function booking(change: Partial<ListedBooking> = {}): ListedBooking {
  return {
    event: EVENT,
    id: bookingOf(TICKET.ticket),
    name: "Ada Lovelace",
    folded: "ada lovelace",
    state: "confirmed",
    tickets: [
      { id: TICKET.ticket, issue: 1 },
      { id: COMPANION.ticket, issue: 3 },
    ],
    asOf: 1_000,
    ...change,
  };
}

/** What was asked of the server. */
export interface Asked {
  method: string;
  path: string;
  authorization: string | null;
  body: Record<string, unknown>;
}

/** Says what the server answers; `null` for no answer at all. */
type Script = (asked: Asked) => { status?: number; headers?: Record<string, string>; body: unknown } | null;

/** Stands in for the network, and writes down what went over it. */
export function network(script: Script): Asked[] {
  const log: Asked[] = [];
  vi.stubGlobal("navigator", {
    onLine: true,
    locks: { request: (_name: string, task: () => Promise<unknown>) => task() },
  });
  vi.stubGlobal("fetch", async (request: Request) => {
    const text = await request.text();
    const asked = {
      method: request.method,
      path: new URL(request.url).pathname,
      authorization: request.headers.get("authorization"),
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
    const answer = script(asked);
    if (!answer) throw new TypeError("Failed to fetch");
    log.push(asked);
    const { status = 200, headers = {}, body } = answer;
    const type = status < 400 ? "application/json" : "application/problem+json";
    return new Response(JSON.stringify(body), { status, headers: { "content-type": type, ...headers } });
  });
  return log;
}

/** The server's answer to a scan. */
export function view(asked: Asked, more: Record<string, unknown> = {}): { body: unknown } {
  return {
    body: { scan: asked.body.scan, at: asked.body.at, outcome: "admitted", name: "Ada Lovelace", ...more },
  };
}
