/** The tickets that this device keeps, so that they can be shown without a connection. */
import type { components } from "@guestlist/shared/api";
import { TICKETS } from "@guestlist/shared/tickets";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";

export type TicketView = components["schemas"]["TicketView"];

interface Kept {
  /** Whose: the user's id. */
  owner: string;
  ticket: TicketView;
}

interface Tickets extends DBSchema {
  tickets: { key: string; value: Kept };
}

let opened: Promise<IDBPDatabase<Tickets>> | null = null;

function database(): Promise<IDBPDatabase<Tickets>> {
  opened ??= openDB<Tickets>(TICKETS, 1, {
    upgrade: (db) => void db.createObjectStore("tickets", { keyPath: "ticket.id" }),
    // A newer version of the app, or a log-out: it waits for this one to let go.
    blocking: () => void opened?.then((db) => db.close()).finally(() => (opened = null)),
  });
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/**
 * Keeps tickets. Those of somebody else who used this browser before go; with `whole`, all of one's own that aren't among
 * these go too. Where nothing can be kept (a private window), nothing is.
 */
export async function keepTickets(owner: string, tickets: TicketView[], whole = false): Promise<void> {
  try {
    const { store, done } = (await database()).transaction("tickets", "readwrite");
    const ids = new Set<string>(tickets.map((ticket) => ticket.id));
    for (const kept of await store.getAll()) {
      if (kept.owner !== owner || (whole && !ids.has(kept.ticket.id))) await store.delete(kept.ticket.id);
    }
    for (const ticket of tickets) await store.put({ owner, ticket });
    await done;
  } catch {
    // Then they can be seen with a connection only.
  }
}

/**
 * All tickets that are kept here for `user`, by their start; for nobody, as after a log-in that ran out, those of whoever
 * it was.
 */
export async function keptTickets(user: string | null): Promise<TicketView[]> {
  try {
    const kept = await (await database()).getAll("tickets");
    return kept
      .filter(({ owner }) => user === null || owner === user)
      .map(({ ticket }) => ticket)
      .sort((a, b) => a.event.starts_at.localeCompare(b.event.starts_at));
  } catch {
    return [];
  }
}

/** One of them. */
export async function keptTicket(id: string, user: string | null): Promise<TicketView | null> {
  try {
    const kept = await (await database()).get("tickets", id);
    return kept && (user === null || kept.owner === user) ? kept.ticket : null;
  } catch {
    return null;
  }
}

/** Keeps one no longer. */
export async function dropTicket(id: string): Promise<void> {
  try {
    await (await database()).delete("tickets", id);
  } catch {
    // Then it wasn't kept.
  }
}
