/** On a phone: what pages show only on the way or when something is amiss, and the server's pages by themselves, has targets for thumbs. */
import type { BrowserContextOptions } from "@playwright/test";
import {
  codeFor,
  expect,
  inDays,
  mailTo,
  newBooking,
  newEmail,
  newEvent,
  newPerson,
  signIn,
  test,
} from "./fixtures";
import { expectTargets, smallTargets } from "./targets";

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, hasTouch: true };
const KINO = {
  name: "Kino Rodina",
  address: "Weserstraße 58, Berlin",
  latitude: 52.4899,
  longitude: 13.4302,
};

test.use(PHONE);

test("small targets are found; those in a sentence, a label or a card are none", async ({ page }) => {
  await page.setContent(`<style>* { margin: 0 } button { width: 44px; height: 44px } .wide { display: inline-block; padding: 20px }</style>
    <p>Words around <a href="/">a link</a>, and <em>more <a href="/">of them</a></em>.</p>
    <p>An address<br><a href="/">A map</a></p>
    <p>An address<br><a href="/" class="wide">A large map</a></p>
    <button>Large</button> <button style="height: 40px" aria-label="Close">x</button>
    <label class="wide"><input type="checkbox"> I agree</label> <input type="checkbox" aria-label="Alone">
    <article style="position: relative; height: 100px"><a href="/">A card<b style="position: absolute; inset: 0"></b></a></article>`);
  expect((await smallTargets(page)).map((each) => each.replace(/^\S+ x \S+: /, ""))).toEqual([
    'a "A map"',
    'button "Close"',
    'input "Alone"',
  ]);
});

test("on the way to a place", async ({ page, runner }) => {
  const event = await newEvent(runner, await newPerson(runner, "Vera Lind"), { place: KINO });
  const email = newEmail("ada");
  await page.goto(`/e/${event.slug}`);
  await page.getByRole("button", { name: "Book a place" }).click();
  await expect(page.getByLabel("Name")).toBeVisible();
  await expectTargets(page);
  await page.getByRole("button", { name: "I have an account" }).click();
  await expect(page.getByRole("link", { name: "Forgot the password?" })).toBeVisible();
  await expectTargets(page);
  await page.getByRole("button", { name: "I'm new here" }).click();
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Continue" }).click();
  const code = page.getByLabel("Six digits from the mail");
  await expect(code).toBeVisible();
  await expectTargets(page);
  await code.fill(await codeFor(runner, email));
  await expect(page.getByText("You're on the list")).toBeVisible();
  await expect(page.getByRole("link", { name: "Add to calendar" })).toBeVisible();
  await expectTargets(page);
  await page.getByRole("button", { name: "I can't come" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectTargets(page);
});

test("on the way to an account and to a new password", async ({ page }) => {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Email address").fill(newEmail("ada"));
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Sign up" }).click();
  await expect(page.getByLabel("Six digits from the mail")).toBeVisible();
  await expectTargets(page);
  await page.goto("/forgot-password");
  await page.getByLabel("Email address").fill(newEmail("ada"));
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
  await expectTargets(page);
});

test("notices, and what can be done about them", async ({ page, runner }) => {
  const [vera, olga, guest] = await Promise.all([
    newPerson(runner, "Vera Lind"),
    newPerson(runner, "Olga Brandt"),
    newPerson(runner, "Ada Lovelace"),
  ]);
  const [event, other] = await Promise.all([newEvent(runner, vera), newEvent(runner, olga)]);
  await newBooking(runner, event, guest);
  await signIn(page, runner.origin, guest);
  await page.goto(`/e/${other.slug}`);
  await page.getByRole("button", { name: "Book a place" }).click();
  await expect(page.getByRole("link", { name: "See the other event" })).toBeVisible();
  await expectTargets(page);
  await page.goto("/");
  await expect(page.getByRole("article").first()).toBeVisible();
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Free", exact: true }).click();
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectTargets(page);
});

test("a profile whose address isn't verified, and its list of zones", async ({ page, runner }) => {
  const [email, password] = [newEmail("ada"), "correct horse battery"];
  await runner.call("POST", "/api/users", { email, password, name: "Ada Lovelace", language: "en" });
  await signIn(page, runner.origin, { name: "Ada Lovelace", email, password, token: "" });
  await page.goto("/profile");
  await expect(page.getByRole("link", { name: "Verify it" })).toBeVisible();
  await page.getByRole("combobox", { name: "Time zone" }).click();
  await page.getByPlaceholder("Search: a city").fill("kathm");
  await expect(page.getByRole("listbox").getByRole("option")).toHaveCount(1);
  await expectTargets(page);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Take the zone out" })).toBeVisible();
  await expectTargets(page);
});

test("who gets no mails asks for them by a thumb", async ({ page, runner }) => {
  for (const end of ["bounce", "complaint"] as const) {
    const email = `${end}+thumb@simulator.amazonses.com`;
    const [host, mia] = await Promise.all([newPerson(runner, "Vera"), newPerson(runner, "Mia", "en", email)]);
    const { tickets } = await newBooking(runner, await newEvent(runner, host), mia);
    const me = () => runner.call<{ suppressed?: string }>("GET", "/api/me", undefined, mia.token);
    await expect.poll(async () => (await me()).suppressed, { timeout: 60_000 }).toBeDefined();
    await page.context().clearCookies();
    await signIn(page, runner.origin, mia);
    for (const path of ["/profile", "/tickets", `/tickets/${tickets[0]?.id}`]) {
      await page.goto(path);
      await expect(page.getByRole("region", { name: /^Mails to you come back|^We mail you/ })).toBeVisible();
      await expectTargets(page);
    }
  }
});

test("the server's pages, where no script runs", async ({ browser, runner }) => {
  const [host, guest] = await Promise.all([
    newPerson(runner, "Vera Lind"),
    newPerson(runner, "Ada Lovelace"),
  ]);
  const event = await newEvent(runner, host, { place: KINO, online_link: "https://example.org/room" });
  await newBooking(runner, event, guest);
  const mail = await mailTo(runner, guest.email, new RegExp(event.name));
  const ticket = /\/e\/\S+\/tickets\/\S+/.exec(mail.text)?.[0];
  expect(ticket, "the mail leads to the ticket").toBeDefined();
  const context = await browser.newContext({ ...PHONE, javaScriptEnabled: false, baseURL: runner.origin });
  const page = await context.newPage();
  for (const path of [
    `/e/${event.slug}`,
    ticket ?? "",
    "/e/nothing-of-that-name",
    "/account/verify",
    "/account/reset",
    "/account/reset?token=abc",
    "/account/forgot",
    "/account/sign-in",
    "/account/unsubscribe?token=abc",
  ]) {
    await test.step(path, async () => {
      await page.goto(path);
      for (const more of await page.locator("summary").all()) await more.click();
      await expectTargets(page);
    });
  }
  await context.close();
});

test("the whole line of a mail's switch turns it", async ({ page, runner }) => {
  await signIn(page, runner.origin, await newPerson(runner, "Ada Lovelace"));
  await page.goto("/profile");
  const mail = page.getByRole("switch", { name: "Remind me the day before" });
  await expect(mail).toBeChecked();
  const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await page.getByText("Remind me the day before").tap();
  await saved;
  await expect(mail).not.toBeChecked();
});

test("a host's draft leads to its form", async ({ page, runner }) => {
  const host = await newPerson(runner, "Vera Lind");
  const [starts, ends] = [`${inDays(9)}T18:00`, `${inDays(9)}T20:00`];
  const draft = { name: "A draft", kind: "talk", zone: "Europe/Berlin", starts, ends, place: KINO };
  const { slug } = await runner.call<{ slug: string }>("POST", "/api/events", draft, host.token);
  await signIn(page, runner.origin, host);
  await page.goto(`/e/${slug}`);
  await expect(page.locator(".notice").getByRole("link")).toBeVisible();
  await expectTargets(page);
});
