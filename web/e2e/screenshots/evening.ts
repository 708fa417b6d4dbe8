/** One evening in the city, from the first booking to the full house, as it happens at any organizer's. */
import type { City, CityBooking, CityEvent } from "./city";

/** What the pictures are about: on the second Saturday, at nine in the evening in Berlin, with room for eighty. */
export const CONCERT = "Night of Unfinished Songs";
/** Four days before: most of what people see of an event is its page. */
export const AHEAD = new Date("2033-01-25T11:00:30Z");
/** Seven past nine: the first ones play, the last ones come. */
export const LIVE = new Date("2033-01-29T20:07:30Z");

/** Who books when, and how many places: slowly at first, then as word gets round. Four more came with the city. */
const BOOKINGS: [when: string, who: string, places: number][] = [
  ["2033-01-16T18:20Z", "jonas", 1],
  ["2033-01-17T11:05Z", "hanna", 2],
  ["2033-01-17T19:40Z", "tom", 2],
  ["2033-01-18T20:15Z", "grace", 1],
  ["2033-01-20T09:30Z", "zoe", 2],
  ["2033-01-20T21:10Z", "jelena", 4],
  ["2033-01-21T12:00Z", "sam", 2],
  ["2033-01-22T10:45Z", "ines", 3],
  ["2033-01-23T17:25Z", "luka", 2],
  ["2033-01-24T08:10Z", "davit", 3],
  ["2033-01-24T18:50Z", "mia", 2],
  ["2033-01-25T13:30Z", "nino", 4],
  ["2033-01-25T20:05Z", "sofia", 2],
  ["2033-01-26T07:55Z", "ilya", 3],
  ["2033-01-26T12:20Z", "yusuf", 4],
  ["2033-01-26T19:35Z", "anton", 2],
  ["2033-01-27T16:45Z", "masha", 4],
  ["2033-01-28T09:15Z", "pavel", 4],
  ["2033-01-28T20:40Z", "lena", 4],
  ["2033-01-29T11:00Z", "gleb", 4],
  ["2033-01-29T15:30Z", "aliya", 3],
];

/** When the door opens, and how many bookings come in with each minute from then on. */
export const DOOR = new Date("2033-01-29T19:42:00Z");
const ARRIVALS = [1, 0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 2, 1, 0, 1, 2, 0, 1, 1, 0, 1, 0, 1, 0, 1];

/** Lets everybody book until then. `since` is where an earlier call ended. */
export async function book(city: City, concert: CityEvent, until: Date, since = new Date(0)): Promise<void> {
  for (const [when, who, places] of BOOKINGS) {
    const at = new Date(when);
    if (at <= since || at > until) continue;
    await city.until(at);
    await city.book(who, concert, places);
  }
  await city.until(until);
}

/** The evening itself, once everybody has booked: people are let in until the time of the pictures. `last` is still to come then. */
export async function come(city: City, concert: CityEvent, last = "Mia Okafor"): Promise<void> {
  const { items } = await city.runner.call<{ items: CityBooking[] }>(
    "GET",
    `/api/events/${concert.id}/bookings?limit=100`,
    undefined,
    await city.token("vera"),
  );
  const waiting = items.filter(({ name }) => name !== last);
  for (const [minute, many] of ARRIVALS.entries()) {
    await city.until(new Date(DOOR.getTime() + minute * 60_000));
    if (many === 0) continue;
    const token = await city.token("vera");
    for (const booking of waiting.splice(0, many)) {
      for (const ticket of booking.tickets) {
        const scan = { scan: crypto.randomUUID(), ticket: ticket.id, door: "Main entrance" };
        await city.runner.call("POST", `/api/events/${concert.id}/check-ins`, scan, token);
      }
    }
  }
  await city.until(LIVE);
}
