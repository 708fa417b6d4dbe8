/** Which pages there are to look at, and in which states. */
import type { Page } from "@playwright/test";
import { IDLE, type World } from "./world";

/** A page to look at. */
export interface Shot {
  name: string;
  path: string;
  /** Whose page it is; nobody's in particular where it isn't said. */
  who?: string;
  /** What has happened to it before it is looked at. */
  before?: (page: Page) => Promise<unknown>;
  after?: (page: Page) => Promise<unknown>;
  /** As somebody sees it whose browser runs no scripts. */
  plain?: boolean;
  /** Whether its browser is one that has seen nothing else. */
  apart?: boolean;
  /** How long to wait, in milliseconds, where something stays on its way or comes after a while. */
  waits?: number;
  /** Whether only the window is taken: what lies over a page lies over what is to be seen of it. */
  window?: boolean;
}

const fails = (page: Page) =>
  page.route("**/api/events**", (route) =>
    route.fulfill({
      status: 503,
      contentType: "application/problem+json",
      body: JSON.stringify({ code: "unavailable", title: "Unavailable", detail: "Try again.", status: 503 }),
    }),
  );
const hangs = (page: Page) => page.route("**/api/events**", () => {});
const offline = (page: Page) => page.context().setOffline(true);

/** The guests' pages, as the app shows them and as the server writes them. */
export function guests(world: World): Shot[] {
  const { concert, full, cancelled, online, ticket } = world;
  return [
    { name: "home", path: "/" },
    { name: "home-empty", path: "/?online=true&price=paid&from=2033-12-01&to=2033-12-02" },
    { name: "home-error", path: "/", before: fails, waits: 3_000 },
    { name: "home-loading", path: "/", before: hangs, waits: 1_000 },
    { name: "home-offline", path: "/", after: offline },
    { name: "event", path: `/e/${concert.slug}` },
    { name: "event-plain", path: `/e/${concert.slug}`, plain: true },
    { name: "event-full", path: `/e/${full.slug}` },
    { name: "event-cancelled", path: `/e/${cancelled.slug}` },
    { name: "event-online", path: `/e/${online.slug}` },
    {
      name: "event-join",
      path: `/e/${online.slug}`,
      after: (page) => page.locator(".book .button").click(),
      waits: 800,
    },
    { name: "event-missing", path: "/e/nothing-of-that-name" },
    { name: "event-missing-plain", path: "/e/nothing-of-that-name", plain: true },
    { name: "event-mine", path: `/e/${concert.slug}`, who: "mia" },
    { name: "log-in", path: "/log-in" },
    { name: "log-in-faults", path: "/log-in", after: (page) => page.locator("form .button").first().click() },
    { name: "sign-up", path: "/sign-up" },
    {
      name: "sign-up-faults",
      path: "/sign-up",
      after: (page) => page.locator("form .button").first().click(),
    },
    { name: "verify", path: "/verify" },
    { name: "forgot-password", path: "/forgot-password" },
    { name: "missing", path: "/no-such-page" },
    { name: "account-reset", path: "/account/reset" },
    { name: "account-reset-link", path: "/account/reset?token=x" },
    { name: "account-verify", path: "/account/verify" },
    { name: "account-unsubscribe", path: "/account/unsubscribe" },
    { name: "tickets", path: "/tickets", who: "mia" },
    { name: "tickets-none", path: "/tickets", who: IDLE },
    {
      name: "tickets-error",
      path: "/tickets",
      who: "mia",
      before: (page) => page.route("**/api/me/**", (route) => route.abort()),
      waits: 3_000,
    },
    {
      name: "tickets-cancel",
      path: `/tickets/${ticket.id}`,
      who: "mia",
      after: (page) => page.locator(".actions .danger").last().click(),
      waits: 800,
      window: true,
    },
    { name: "ticket", path: `/tickets/${ticket.id}`, who: "mia" },
    { name: "ticket-missing", path: "/tickets/tkt_nothing", who: "mia" },
    { name: "ticket-page", path: ticket.page, plain: true },
    { name: "profile", path: "/profile", who: "mia" },
  ];
}

/** The organizer's tools. */
export function organizers(world: World): Shot[] {
  const { concert, draft, cancelled, past, upcoming } = world;
  const of = (event: { id: string }, rest = "") => `/organize/events/${event.id}${rest}`;
  return [
    { name: "o-log-in", path: "/organize/" },
    { name: "o-events", path: "/organize/", who: "vera" },
    { name: "o-events-none", path: "/organize/", who: IDLE },
    {
      name: "o-events-error",
      path: "/organize/",
      who: "vera",
      before: (page) => page.route("**/api/me/events**", (route) => route.abort()),
      waits: 3_000,
    },
    {
      name: "o-events-loading",
      path: "/organize/",
      who: "vera",
      before: (page) => page.route("**/api/me/events**", () => {}),
      waits: 1_000,
    },
    {
      name: "o-account",
      path: "/organize/",
      who: "vera",
      after: (page) => page.locator("header").getByRole("button").last().click(),
      window: true,
    },
    { name: "o-new", path: "/organize/events/new", who: "vera" },
    { name: "o-draft", path: of(draft), who: "vera" },
    { name: "o-draft-edit", path: of(draft, "/edit"), who: "vera" },
    {
      name: "o-publish",
      path: of(draft, "/edit"),
      who: "vera",
      after: (page) => page.getByRole("button", { name: /…$/ }).last().click(),
      window: true,
    },
    { name: "o-live", path: of(concert), who: "vera" },
    { name: "o-upcoming", path: of(upcoming), who: "vera" },
    { name: "o-past", path: of(past), who: "vera" },
    { name: "o-cancelled", path: of(cancelled), who: "vera" },
    { name: "o-edit", path: of(upcoming, "/edit"), who: "vera" },
    { name: "o-guests", path: of(concert, "/guests"), who: "vera" },
    { name: "o-guests-none", path: of(world.quiet, "/guests"), who: "vera" },
    { name: "o-announcements", path: of(concert, "/announcements"), who: "vera" },
    { name: "o-announcements-none", path: of(upcoming, "/announcements"), who: "vera" },
    { name: "o-passes", path: of(concert, "/door-passes"), who: "vera" },
    { name: "o-passes-none", path: of(upcoming, "/door-passes"), who: "vera" },
    { name: "o-missing", path: "/organize/no-such-page", who: "vera" },
    { name: "o-event-missing", path: "/organize/events/evt_nothing", who: "vera" },
    {
      name: "o-cancel",
      path: of(upcoming),
      who: "vera",
      after: (page) => page.getByRole("button").last().click(),
      window: true,
    },
    { name: "o-offline", path: of(concert), who: "vera", after: offline },
  ];
}

/** The door. */
export function doors(world: World): Shot[] {
  const tap = async (page: Page) => {
    await page.locator("[data-ready=true]").waitFor();
  };
  const tab = (place: number) => async (page: Page) => {
    await tap(page);
    await page.getByRole("tab").nth(place).click();
  };
  return [
    { name: "d-no-pass", path: "/organize/door", apart: true },
    { name: "d-scan", path: world.door, after: tap },
    { name: "d-names", path: world.door, after: tab(1) },
    { name: "d-history", path: world.door, after: tab(2) },
    {
      name: "d-menu",
      window: true,
      path: world.door,
      after: async (page) => {
        await tap(page);
        await page.locator("header button").last().click();
      },
    },
    {
      name: "d-refused",
      window: true,
      path: world.door,
      after: async (page) => {
        await tab(1)(page);
        await page.getByRole("searchbox").or(page.getByRole("textbox")).first().fill("GL1.nonsense");
        await page.keyboard.press("Enter");
      },
    },
    { name: "d-bad-pass", path: "/organize/door#nonsense", apart: true },
  ];
}
