/** What the tests of the form start from. */
import type { EventView } from "./values";

/** A draft, as the server gives it. */
export const EVENT: EventView = {
  id: "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV",
  version: 3,
  slug: "night-of-short-films",
  hue: 3,
  cover_url: "/covers/film_night/evt_01ARZ3NDEKTSV4RRFFQ69G5FAV.svg",
  short_url: "http://localhost:4040/s/k3x9p2",
  url: "http://localhost:4040/e/night-of-short-films",
  name: "Night of Short Films",
  kind: "film_night",
  description: "Twelve films.",
  description_html: "<p>Twelve films.</p>",
  starts: "2026-12-04T19:00",
  ends: "2026-12-04T23:00",
  zone: "Europe/Berlin",
  starts_at: "2026-12-04T18:00:00Z",
  ends_at: "2026-12-04T22:00:00Z",
  place: { name: "Freiluftkino", address: "Mariannenplatz 2", latitude: 52.5021, longitude: 13.4239 },
  online: false,
  capacity: 120,
  price: { amount: 900, currency: "EUR" },
  organizer: { id: "usr_01ARZ3NDEKTSV4RRFFQ69G5FAV", name: "Vera Lind" },
  language: "en",
  visibility: "public",
  status: "draft",
};
