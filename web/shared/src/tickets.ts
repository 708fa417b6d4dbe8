/** The tickets that this browser keeps: what both apps know of them. How they are kept is the attendee app's (tickets/store.ts). */

/** The database that they are in. */
export const TICKETS = "guestlist.tickets";

/** Takes all tickets off this device. Where none can be kept, there are none. */
export async function forgetTickets(): Promise<void> {
  await new Promise<void>((done) => {
    try {
      const gone = indexedDB.deleteDatabase(TICKETS);
      gone.onsuccess = () => done();
      gone.onerror = () => done();
      // Another tab hasn't let go of it yet: it goes as soon as that one does.
      gone.onblocked = () => done();
    } catch {
      done();
    }
  });
}
