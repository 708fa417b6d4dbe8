/** What a door keeps on its device, so that it works without a network and nothing is lost when it is closed. */
import type { components } from "@guestlist/shared/api";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { ListedBooking, Outcome, Reason, Verdict } from "./verdict";

/** The name under which the windows of this device tell each other that something changed. */
export const CHANNEL = "guestlist.door";

type Schemas = components["schemas"];

/** A door pass that was opened on this device. */
export interface StoredPass {
  id: string;
  token: string;
  openedAt: number;
  event: string;
  /** What it opens; not there until the server has said it once. */
  opens?: Door;
  /** Why the server takes it no more. */
  refused?: string;
}

/** A door of an event. */
export interface Door {
  name: string;
  eventName: string;
  startsAt: string;
  zone: string;
  eventCancelled: boolean;
}

/** What is known of an event's list. */
export interface ListState {
  event: string;
  /** When the last complete walk through it began, in milliseconds since the epoch. Without one, nothing is decided here. */
  asOf?: number;
  attendance?: { asOf: number; admitted: number; booked: number };
}

/** What the server said to a scan. */
export interface Answer {
  outcome: Outcome;
  reason?: Reason;
  admission?: Schemas["Admission"];
  /** The name on the booking. */
  name?: string;
  /** How many its party is. */
  of?: number;
  /** When the answer came, in milliseconds since the epoch. */
  at: number;
}

/** That the server wouldn't have it. */
export interface Refusal {
  code: string;
  detail: string;
}

/** One scan of this device. It is never deleted while its pass is kept, and what was shown is never rewritten. */
export interface StoredScan {
  id: string;
  event: string;
  door: string;
  /** When, by this device's clock (RFC 3339). */
  at: string;
  /** What was read, or picked from the list. */
  token?: string;
  ticket?: string;
  /** What the door showed. */
  verdict: Verdict;
  /** The door showed it without waiting for the server, which is told so. */
  alone?: boolean;
  answer?: Answer;
  refused?: Refusal;
  undo?: { at: string; answeredAt?: number; refused?: Refusal };
  /** Somebody has read the report about it. */
  noted?: boolean;
}

/** Something on its way to the server. Its key is its place in the queue. */
export interface Outgoing {
  kind: "scan" | "undo";
  scan: string;
  event: string;
}

export interface DoorSchema extends DBSchema {
  settings: { key: string; value: string };
  passes: { key: string; value: StoredPass };
  keys: { key: string; value: { kid: string; x: string } };
  lists: { key: string; value: ListState };
  bookings: { key: [string, string]; value: ListedBooking };
  scans: {
    key: string;
    value: StoredScan;
    indexes: { "by-ticket": [string, string]; "by-time": [string, string] };
  };
  outbox: { key: number; value: Outgoing; indexes: { "by-scan": string } };
}

export type Database = IDBPDatabase<DoorSchema>;

/** Opens the door's database, making it where there is none. */
export function openDatabase(name = "guestlist-door"): Promise<Database> {
  return openDB<DoorSchema>(name, 1, {
    upgrade(database) {
      database.createObjectStore("settings");
      database.createObjectStore("passes", { keyPath: "id" });
      database.createObjectStore("keys", { keyPath: "kid" });
      database.createObjectStore("lists", { keyPath: "event" });
      database.createObjectStore("bookings", { keyPath: ["event", "id"] });
      const scans = database.createObjectStore("scans", { keyPath: "id" });
      scans.createIndex("by-ticket", ["event", "ticket"]);
      scans.createIndex("by-time", ["event", "at"]);
      const outbox = database.createObjectStore("outbox", { autoIncrement: true });
      outbox.createIndex("by-scan", "scan");
    },
  });
}

/** Every key that belongs to an event, in a store whose keys begin with it. */
export function ofEvent(event: string): IDBKeyRange {
  // An array sorts after every text, so this is above whatever stands in the second place.
  return IDBKeyRange.bound([event], [event, []]);
}
