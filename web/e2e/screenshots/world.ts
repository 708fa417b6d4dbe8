/** The evening of the pictures, with one of everything that a page can have to show. */
import { mailTo } from "../fixtures";
import type { City, CityEvent } from "./city";
import { book, CONCERT, come, DOOR } from "./evening";

/** What there is to look at. */
export interface World {
  /** Events as they are that evening: going on, over, still to come and so forth; all but one are Vera's. */
  concert: CityEvent;
  past: CityEvent;
  upcoming: CityEvent;
  full: CityEvent;
  cancelled: CityEvent;
  draft: CityEvent;
  /** Tom's, online. */
  online: CityEvent;
  /** Nobody has booked it. */
  quiet: CityEvent;
  /** Mia's ticket for the concert, and the page that its mail links to. */
  ticket: { id: string; page: string };
  /** The scanner's address, with a pass. */
  door: string;
}

/** Somebody who has an account and nothing else. */
export const IDLE = "idle";

/** Makes it; takes some minutes on a slow machine. */
export async function worldOf(city: City): Promise<World> {
  const { runner } = city;
  const concert = await city.event(CONCERT);
  await book(city, concert, DOOR);
  await come(city, concert);
  const { email, password } = city.account(IDLE);
  await runner.call("POST", "/api/users", { email, password, name: "Константин Заграничный" });
  const code = /\d{6}/.exec((await mailTo(runner, email, /\d{6}/)).subject)?.[0];
  await runner.call("POST", "/api/users/verify-email", { email, code });

  const vera = await city.token("vera");
  const make = (name: string, day: string, more: Record<string, unknown> = {}) =>
    runner.call<CityEvent>(
      "POST",
      "/api/events",
      {
        name,
        kind: "talk",
        zone: "Europe/Berlin",
        starts: `${day}T19:00`,
        ends: `${day}T21:30`,
        place: { name: "Kantine am Ufer", address: "Paul-Lincke-Ufer 21, 10999 Berlin" },
        description: "One chapter each, read aloud. *No reviews.*",
        ...more,
      },
      vera,
    );
  const publish = (event: CityEvent) =>
    runner.call("POST", `/api/events/${event.id}/publish`, { allow_overlap: true }, vera);
  const draft = await make("Reading Circle, Chapter One", "2033-03-02");
  const full = await make("One Chair by the Fire", "2033-03-03", { capacity: 1, kind: "gathering" });
  const quiet = await make("Длинная прогулка по набережной и окрестностям вечернего города", "2033-03-04", {
    capacity: 25,
    zone: "Asia/Yekaterinburg",
  });
  await publish(full);
  await publish(quiet);
  await city.book("mia", full);
  const cancelled = await city.event("Lanterns on the Roof");
  const upcoming = await city.event("Small Conference on Slow Software");
  const past = await city.event("Cinema in the Laundry");
  const online = await city.event("World Map of Breakfasts", "tom");
  await runner.call(
    "POST",
    `/api/events/${cancelled.id}/cancel`,
    { message: "The roof needs repairs first. We'll be back in May, with the same four songs." },
    vera,
  );
  await runner.call(
    "POST",
    `/api/events/${concert.id}/announcements`,
    {
      subject: "Come in by the courtyard",
      body: "The street door is being painted.\n\nTea is on the house.",
    },
    vera,
  );
  await runner.call("PATCH", `/api/events/${upcoming.id}`, { starts: "2033-02-08T10:00" }, vera);
  const pass = await runner.call<{ url: string }>(
    "POST",
    `/api/events/${concert.id}/door-passes`,
    { door: "Main entrance" },
    vera,
  );

  const mia = await city.token("mia");
  const { items } = await runner.call<{ items: { id: string; url: string; event: CityEvent }[] }>(
    "GET",
    "/api/me/tickets?limit=50",
    undefined,
    mia,
  );
  const ticket = items.find(({ event }) => event.id === concert.id);
  if (!ticket) throw new Error("Mia has no ticket for the concert");
  return {
    concert,
    past,
    upcoming,
    full,
    cancelled,
    draft,
    online,
    quiet,
    ticket: { id: ticket.id, page: ticket.url.replace(/^https?:\/\/[^/]*/, "") },
    door: `/organize/door#${pass.url.split("#")[1]}`,
  };
}
