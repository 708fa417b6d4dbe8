/** Every page, in both themes and both languages, narrow and wide: nothing that axe finds, nothing that sticks out, and on a
 * phone nothing too small for a thumb. */
import type { BrowserContextOptions, Page } from "@playwright/test";
import {
  type Event,
  expect,
  expectAccessible,
  inDays,
  newBooking,
  newEvent,
  newPerson,
  type Person,
  signIn,
  test,
} from "./fixtures";
import type { Runner } from "./runner";
import { expectTargets } from "./targets";

const LONG = "Международный фестиваль немого кино под открытым небом с живым сопровождением тапёра";

interface World {
  host: Person;
  guest: Person;
  event: Event;
  draft: Event;
  cancelled: Event;
  full: Event;
  ticket: string;
}

async function world(runner: Runner, { locale = "en" }: BrowserContextOptions): Promise<World> {
  const language = locale.slice(0, 2);
  const [host, guest] = await Promise.all([
    newPerson(runner, "Константин Константинопольский-Заграничный", language),
    newPerson(runner, "Ада Лавлейс", language),
  ]);
  const day = inDays(20);
  const draft = await runner.call<Event>(
    "POST",
    "/api/events",
    {
      name: "A draft",
      kind: "talk",
      zone: "Asia/Kathmandu",
      starts: `${day}T18:00`,
      ends: `${day}T20:00`,
      place: { name: "Kino Rodina" },
    },
    host.token,
  );
  const event = await newEvent(runner, host, {
    name: LONG,
    kind: "conference",
    zone: "Asia/Kathmandu",
    description: "## Program\n\n- one\n- [two](https://example.org)\n\n> said somebody\n\n1. `code`",
    price: { amount: 1250, currency: "EUR" },
  });
  const full = await newEvent(runner, host, {
    name: `${LONG} II`,
    capacity: 1,
    starts: `${day}T10:00`,
    ends: `${day}T11:00`,
  });
  const cancelled = await newEvent(runner, host, {
    name: "Called off",
    starts: `${day}T12:00`,
    ends: `${day}T13:00`,
  });
  await runner.call(
    "POST",
    `/api/events/${cancelled.id}/cancel`,
    { message: "The projector broke." },
    host.token,
  );
  await newBooking(runner, full, guest);
  const booking = await newBooking(runner, event, guest, 2);
  await runner.call(
    "POST",
    `/api/events/${event.id}/announcements`,
    { subject: "Bring a cushion", body: "The chairs are hard." },
    host.token,
  );
  return { host, guest, event, draft, cancelled, full, ticket: booking.tickets[0]?.id ?? "" };
}

/** Every file that a page names is there: the server's pages name some of the app's without knowing its build. */
function expectFiles(page: Page): void {
  page.on("response", (answer) => {
    if (new URL(answer.url()).pathname.startsWith("/assets/")) {
      expect.soft(answer.status(), answer.url()).toBeLessThan(400);
    }
  });
}

/** Waits until a page shows what it has to show, then looks at it. */
async function look(page: Page, url: string, who: "anybody" | "signed in" = "anybody"): Promise<void> {
  await test.step(url, async () => {
    await page.goto(url);
    const title = page.getByRole("heading", { level: 1 }).first();
    await expect(title).toBeVisible();
    if (who === "signed in") await expect(title).not.toHaveText(/^(Log in|Вход|Войти)$/);
    await page.waitForLoadState("networkidle");
    await expectAccessible(page);
    const over = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(over, `pixels that stick out of ${url}`).toBeLessThanOrEqual(0);
    if (await page.evaluate(() => matchMedia("(pointer: coarse)").matches)) await expectTargets(page);
    await expect(page).toHaveTitle(/Guestlist/);
  });
}

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true };
const DESK = { viewport: { width: 1280, height: 900 } };

const LOOKS: [name: string, options: BrowserContextOptions][] = [
  ["light, English, 390 px", { colorScheme: "light", locale: "en-GB", ...PHONE }],
  ["dark, English, 1280 px", { colorScheme: "dark", locale: "en-GB", ...DESK }],
  ["light, Russian, 1280 px", { colorScheme: "light", locale: "ru-RU", ...DESK }],
  ["dark, Russian, 390 px", { colorScheme: "dark", locale: "ru-RU", ...PHONE }],
  [
    "light, Russian, 320 px",
    { colorScheme: "light", locale: "ru-RU", viewport: { width: 320, height: 640 }, hasTouch: true },
  ],
];

for (const [name, options] of LOOKS) {
  test(`a guest's pages: ${name}`, async ({ browser, runner }) => {
    test.setTimeout(240_000);
    const { guest, event, cancelled, full, ticket } = await world(runner, options);
    const { origin } = runner;
    const stranger = await browser.newContext(options);
    const page = await stranger.newPage();
    expectFiles(page);
    for (const path of [
      "/",
      "/?online=true&price=paid",
      `/e/${event.slug}`,
      `/e/${full.slug}`,
      `/e/${cancelled.slug}`,
      "/e/nothing-of-that-name",
      "/log-in",
      "/sign-up",
      "/verify",
      "/forgot-password",
      "/no-such-page",
      "/account/reset",
      "/account/verify",
    ]) {
      await look(page, `${origin}${path}`);
    }
    await stranger.close();
    const context = await browser.newContext(options);
    const own = await context.newPage();
    await signIn(own, origin, guest);
    for (const path of ["/tickets", `/tickets/${ticket}`, `/e/${event.slug}`, "/profile"]) {
      await look(own, `${origin}${path}`, "signed in");
    }
    await context.close();
  });

  test(`an organizer's pages: ${name}`, async ({ browser, runner }) => {
    test.setTimeout(240_000);
    const { host, event, draft, cancelled } = await world(runner, options);
    const { origin } = runner;
    const stranger = await browser.newContext(options);
    const page = await stranger.newPage();
    expectFiles(page);
    for (const path of ["/organize/", "/organize/door"]) await look(page, `${origin}${path}`);
    await stranger.close();
    const context = await browser.newContext(options);
    const own = await context.newPage();
    await signIn(own, origin, host);
    for (const path of [
      "",
      "events/new",
      `events/${draft.id}`,
      `events/${draft.id}/edit`,
      `events/${event.id}`,
      `events/${event.id}/guests`,
      `events/${event.id}/announcements`,
      `events/${event.id}/door-passes`,
      `events/${event.id}/edit`,
      `events/${cancelled.id}`,
      "no-such-page",
    ]) {
      await look(own, `${origin}/organize/${path}`, "signed in");
    }
    await look(own, `${origin}/e/${draft.slug}`, "signed in");
    await expect(own.getByRole("heading", { level: 1 })).toHaveText(draft.name);
    await context.close();
  });
}
