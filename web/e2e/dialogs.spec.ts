/** Whatever opens over a page, in both themes: nothing that axe finds, nothing that sticks out, nothing too small for a thumb, and focus goes back to where it came from. */
import type { BrowserContextOptions, Locator, Page } from "@playwright/test";
import {
  codeFor,
  type Event,
  expect,
  expectAccessible,
  inDays,
  newBooking,
  newEmail,
  newEvent,
  newPerson,
  type Person,
  signIn,
  test,
} from "./fixtures";
import type { Runner } from "./runner";
import { expectTargets } from "./targets";

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 900 };

const LOOKS: [name: string, options: BrowserContextOptions][] = [
  ["English, 390 px", { locale: "en-GB", viewport: PHONE, hasTouch: true }],
  ["Russian, 1280 px", { locale: "ru-RU", viewport: DESK }],
];

interface World {
  host: Person;
  guest: Person;
  event: Event;
  draft: Event;
  ticket: string;
}

async function world(runner: Runner, language: string): Promise<World> {
  const [host, guest] = await Promise.all([
    newPerson(runner, "Vera Lind", language),
    newPerson(runner, "Ада Лавлейс", language),
  ]);
  const event = await newEvent(runner, host, { name: "Silent film night under the open sky" });
  const draft = await newDraft(runner, host.token);
  const booking = await newBooking(runner, event, guest, 2);
  return { host, guest, event, draft, ticket: booking.tickets[0]?.id ?? "" };
}

function newDraft(runner: Runner, token: string): Promise<Event> {
  return runner.call(
    "POST",
    "/api/events",
    {
      name: "A draft",
      kind: "talk",
      zone: "Europe/Berlin",
      starts: `${inDays(20)}T18:00`,
      ends: `${inDays(20)}T20:00`,
      place: { name: "Kino Rodina" },
    },
    token,
  );
}

/** Opens something and looks at it in both themes; Escape closes it, and one is where one was. */
async function look(page: Page, opener: Locator, opened: Locator): Promise<void> {
  await test.step(`${await opened.toString()} at ${new URL(page.url()).pathname}`, async () => {
    await opener.click();
    await expect(opened).toBeVisible();
    await lookAt(page, opened);
    await page.keyboard.press("Escape");
    await expect(opened).toHaveCount(0);
    await expect(opener, "focus is back at what opened it").toBeFocused();
  });
}

async function lookAt(page: Page, opened: Locator): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await expect(opened).toBeVisible();
    await expectAccessible(page);
  }
  const over = await opened.evaluate((element) => {
    const { left, right } = element.getBoundingClientRect();
    return Math.max(-left, right - innerWidth, element.scrollWidth - element.clientWidth);
  });
  expect(over, "pixels that stick out").toBeLessThanOrEqual(1);
  if (await page.evaluate(() => matchMedia("(pointer: coarse)").matches)) await expectTargets(page);
}

for (const [name, options] of LOOKS) {
  const russian = options.locale === "ru-RU";
  const say = (english: string, inRussian: string) => (russian ? inRussian : english);

  test(`a guest's dialogs: ${name}`, async ({ browser, runner }) => {
    test.setTimeout(180_000);
    const { guest, event, ticket } = await world(runner, russian ? "ru" : "en");
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    const page = await context.newPage();
    await signIn(page, runner.origin, guest);
    const cancel = page.getByRole("button", { name: say("I can't come", "Не смогу прийти") });

    for (const path of [`/e/${event.slug}`, `/tickets/${ticket}`]) {
      await page.goto(path);
      await look(page, cancel, page.getByRole("dialog"));
    }

    await page.goto("/profile");
    const zone = page.getByRole("combobox", { name: say("Time zone", "Часовой пояс") });
    await look(page, zone, page.getByRole("listbox"));
    await zone.click();
    await page.getByPlaceholder(say("Search: a city", "Поиск")).fill("kathm");
    await expect(page.getByRole("listbox").getByRole("option")).toHaveCount(1);
    await lookAt(page, page.getByRole("listbox"));
    await page.keyboard.press("Enter");
    await expect(zone).toHaveText("Asia/Kathmandu");
    await expect(zone).toBeFocused();
    await page.getByRole("button", { name: say("Take the zone out", "Убрать часовой пояс") }).click();
    await expect(zone).toHaveText(say("Not set", "Не указан"));
    await expect(zone).toBeFocused();
    await expectAccessible(page);
    await context.close();
  });

  test(`an organizer's dialogs: ${name}`, async ({ browser, runner }) => {
    test.setTimeout(240_000);
    const { host, event, draft } = await world(runner, russian ? "ru" : "en");
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    const page = await context.newPage();
    await signIn(page, runner.origin, host);
    const dialog = page.getByRole("dialog");
    const button = (english: string, inRussian: string) =>
      page.getByRole("button", { name: say(english, inRussian), exact: true });
    const go = (path: string) => page.goto(`/organize/${path}`);

    await go("");
    await look(page, button("Your account", "Ваш аккаунт"), page.getByRole("menu"));

    await go(`events/${draft.id}`);
    await look(page, button("Publish", "Опубликовать"), dialog);
    await look(page, button("Discard draft", "Удалить черновик"), dialog);

    await go(`events/${draft.id}/edit`);
    await look(page, button("Preview", "Просмотр"), dialog);
    const zone = page.getByRole("combobox", { name: say("Time zone", "Часовой пояс") });
    await look(page, zone, page.getByRole("listbox"));

    await go(`events/${event.id}`);
    await look(page, button("Cancel the event", "Отменить событие"), dialog);

    await go(`events/${event.id}/guests`);
    await look(page, page.getByRole("button", { name: /Ада Лавлейс/ }), dialog);

    await go(`events/${event.id}/announcements`);
    await page.getByLabel(say("Subject", "Тема")).fill("Bring a cushion");
    await page.getByLabel(say("Message", "Сообщение")).fill("The chairs are hard.");
    await look(page, button("Review and send", "Проверить и отправить"), dialog);

    await go(`events/${event.id}/door-passes`);
    await page.getByRole("textbox").fill("Main entrance");
    await button("Make a pass", "Сделать пропуск").click();
    const code = page.getByRole("img", { name: /Main entrance/ });
    await expect(code).toBeVisible();
    await lookAt(page, code);
    await look(page, page.getByRole("button", { name: /«Main entrance»|“Main entrance”/ }), dialog);

    await go(`events/${event.id}/edit`);
    await page.getByLabel(say("Starts", "Начало")).fill(`${inDays(14)}T21:00`);
    await look(page, page.getByRole("button", { name: say("Save changes…", "Сохранить…") }), dialog);

    // The same was changed elsewhere meanwhile.
    await runner.call("PATCH", `/api/events/${event.id}`, { starts: `${inDays(14)}T20:30` }, host.token);
    await page.getByRole("button", { name: say("Save changes…", "Сохранить…") }).click();
    await expect(dialog).toBeVisible();
    await lookAt(page, dialog);
    await context.close();
  });

  test(`publishing asks for a verified address first: ${name}`, async ({ browser, runner }) => {
    const [email, password] = [newEmail("host"), "correct horse battery"];
    const language = russian ? "ru" : "en";
    await runner.call("POST", "/api/users", { email, password, name: "Vera Lind", language });
    const { access_token: token } = await runner.call<{ access_token: string }>("POST", "/api/tokens", {
      email,
      password,
    });
    const draft = await newDraft(runner, token);
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    const page = await context.newPage();
    await signIn(page, runner.origin, { name: "Vera Lind", email, password, token });
    await page.goto(`/organize/events/${draft.id}`);
    const publish = page.getByRole("button", { name: say("Publish", "Опубликовать"), exact: true });
    const dialog = page.getByRole("dialog");
    await publish.click();
    await dialog.getByRole("button", { name: say("Publish", "Опубликовать"), exact: true }).click();
    const digits = dialog.getByRole("textbox");
    await expect(digits).toBeVisible();
    await lookAt(page, dialog);
    await digits.fill(await codeFor(runner, email));
    await page.keyboard.press("Enter");
    await expect(digits).toHaveCount(0);
    await expect(page.getByRole("main"), "what opened it is gone").toBeFocused();
    // It is said in a corner, and stays for a few seconds.
    await expect(page.getByText(say("Published. Now share the link.", "Опубликовано."))).toBeVisible();
    await expectAccessible(page);
    await context.close();
  });

  test(`a door's dialogs and lists: ${name}`, async ({ browser, runner }) => {
    test.setTimeout(180_000);
    const { host, event } = await world(runner, russian ? "ru" : "en");
    const pass = await runner.call<{ url: string }>(
      "POST",
      `/api/events/${event.id}/door-passes`,
      { door: "North" },
      host.token,
    );
    const context = await browser.newContext({ ...options, reducedMotion: "reduce" });
    await context.addInitScript(() => localStorage.setItem("guestlist.door.pace", "tap"));
    const page = await context.newPage();
    await page.goto(`/organize/door#${pass.url.split("#")[1]}`);
    await expect(page.locator("[data-ready=true]")).toBeVisible();
    const dialog = page.getByRole("dialog");
    const menu = page.getByRole("button", { name: say("Menu", "Меню"), exact: true });
    await look(page, menu, dialog);
    await menu.click();
    await page.getByRole("button", { name: say("Leave this door", "Уйти с этого входа") }).click();
    await expect(dialog).toHaveCount(1);
    await lookAt(page, dialog);
    await page.keyboard.press("Escape");
    await expect(dialog).toHaveCount(0);
    await expect(menu, "focus is back at what opened it").toBeFocused();

    await page.getByRole("tab").nth(1).click();
    const names = page.getByRole("tabpanel");
    await expect(names.getByText("Ада Лавлейс")).toBeVisible();
    await lookAt(page, names);
    await names.getByRole("button").first().click();
    const verdict = page.locator(".verdict");
    await expect(verdict).toHaveAttribute("data-outcome", "admitted");
    await lookAt(page, verdict);
    await verdict.locator(".next").click();
    await expect(verdict).toHaveCount(0);

    await page.getByRole("tab").nth(2).click();
    await expect(names.getByText("Ада Лавлейс")).toBeVisible();
    await lookAt(page, names);
    await names.getByRole("button", { name: /Ада Лавлейс/ }).click();
    await expect(names.getByRole("button", { name: /Ада Лавлейс/ })).toHaveCount(0);
    await lookAt(page, names);
    await context.close();
  });
}
