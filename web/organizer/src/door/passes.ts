/** The passes that were opened on this device, and the one in use. */
import { type Came, doorApi, outcomeOf } from "./api";
import { type Database, type Door, ofEvent, type StoredPass } from "./database";
import { readPass } from "./pass";

/** The setting that names the pass in use. */
const CURRENT = "current-pass";

/** Keeps a pass that was opened by its link, and makes it the one in use; null where it isn't a pass. */
export async function openPass(
  database: Database,
  token: string,
  openedAt: number,
): Promise<StoredPass | null> {
  const said = readPass(token);
  if (!said) return null;
  const stored = database.transaction(["passes", "settings"], "readwrite", { durability: "strict" });
  const before = await stored.objectStore("passes").get(said.pass);
  // Opened again, it is asked about again: what the server said once needn't hold for ever.
  const pass: StoredPass = {
    id: said.pass,
    token,
    openedAt,
    event: said.event,
    ...(before?.opens ? { opens: before.opens } : {}),
  };
  await Promise.all([
    stored.objectStore("passes").put(pass),
    stored.objectStore("settings").put(pass.id, CURRENT),
    stored.done,
  ]);
  return pass;
}

/** The pass in use. */
export async function currentPass(database: Database): Promise<StoredPass | undefined> {
  const id = await database.get("settings", CURRENT);
  return id === undefined ? undefined : database.get("passes", id);
}

/** Asks the server what a pass opens, and writes it down. */
export async function readDoor(database: Database, origin: string, pass: StoredPass): Promise<Came<Door>> {
  const came = await outcomeOf(doorApi(origin, pass.token).GET("/api/door-passes/me"));
  if (came.kind !== "done") return came;
  const { door, event_details } = came.data;
  const opens: Door = {
    name: door,
    eventName: event_details.name,
    startsAt: event_details.starts_at,
    zone: event_details.zone,
    eventCancelled: event_details.status === "cancelled",
  };
  await changePass(database, pass.id, (held) => ({ ...held, opens }));
  return { kind: "done", data: opens };
}

/** Writes down something new about a pass. */
export async function changePass(
  database: Database,
  id: string,
  how: (pass: StoredPass) => StoredPass,
): Promise<void> {
  const stored = database.transaction("passes", "readwrite");
  const pass = await stored.store.get(id);
  if (pass) await stored.store.put(how(pass));
  await stored.done;
}

/** Takes a pass for good again that the server refused, until it refuses it anew. */
export function retryPass(database: Database, id: string): Promise<void> {
  return changePass(database, id, ({ refused, ...pass }) => pass);
}

/** How much of an event still waits to be sent. */
export async function unsentOf(database: Database, event: string): Promise<number> {
  const waiting = await database.getAll("outbox");
  return waiting.filter((entry) => entry.event === event).length;
}

/**
 * Forgets a door: its pass and, with the last pass of its event, the list and this device's scans. It refuses, with false,
 * while something waits to be sent; `lost` says that whoever asks has taken care of that.
 */
export async function forgetPass(
  database: Database,
  { id, event }: StoredPass,
  { lost = false } = {},
): Promise<boolean> {
  const stored = database.transaction(
    ["passes", "settings", "lists", "bookings", "scans", "outbox"],
    "readwrite",
  );
  const passes = await stored.objectStore("passes").getAll();
  const isLast = !passes.some((other) => other.id !== id && other.event === event);
  if (isLast) {
    const outbox = stored.objectStore("outbox");
    for (let entry = await outbox.openCursor(); entry; entry = await entry.continue()) {
      if (entry.value.event !== event) continue;
      if (!lost) {
        await stored.done;
        return false;
      }
      await entry.delete();
    }
    const scans = stored.objectStore("scans");
    const ids = await scans.index("by-time").getAllKeys(ofEvent(event));
    await Promise.all(ids.map((scan) => scans.delete(scan)));
    await stored.objectStore("bookings").delete(ofEvent(event));
    await stored.objectStore("lists").delete(event);
  }
  await stored.objectStore("passes").delete(id);
  await stored.objectStore("settings").delete(CURRENT);
  await stored.done;
  return true;
}
