/** What browser tests start from: a runner per worker, people with accounts, and events. */
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import { type Mail, Runner } from "./runner";

export { expect };

/** Somebody with an account and a verified address. */
export interface Person {
  name: string;
  email: string;
  password: string;
  token: string;
}

let count = 0;

/** An address that nobody else in this worker has. */
export function newEmail(name = "guest"): string {
  count += 1;
  return `${name}${count}@guestlist.test`;
}

/** The newest mail to an address whose subject matches, as soon as it is there. */
export async function mailTo(runner: Runner, to: string, subject: RegExp): Promise<Mail> {
  let found: Mail | undefined;
  await expect
    .poll(
      async () => {
        found = (await runner.mails(to)).find((mail) => subject.test(mail.subject));
        return found !== undefined;
      },
      { message: `a mail to ${to} about ${subject}`, timeout: 60_000 },
    )
    .toBe(true);
  if (!found) throw new Error("unreachable");
  return found;
}

/** The six digits that an address was sent. */
export async function codeFor(runner: Runner, email: string): Promise<string> {
  const mail = await mailTo(runner, email, /\d{6}/);
  return /\d{6}/.exec(mail.subject)?.[0] ?? "";
}

/** Signs somebody up through the API. What pages say to them is in their language. */
export async function newPerson(
  runner: Runner,
  name: string,
  language = "en",
  email = newEmail(),
): Promise<Person> {
  const password = "correct horse battery";
  await runner.call("POST", "/api/users", { email, password, name, language });
  await runner.call("POST", "/api/users/verify-email", { email, code: await codeFor(runner, email) });
  const { access_token } = await runner.call<{ access_token: string }>("POST", "/api/tokens", {
    email,
    password,
  });
  return { name, email, password, token: access_token };
}

/** Signs a page's browser in by the API: the cookie is what a log-in leaves behind, the mark tells the apps to resume it. */
export async function signIn(page: Page, origin: string, person: Person): Promise<void> {
  const answer = await page.request.post(`${origin}/api/tokens`, {
    data: { email: person.email, password: person.password, cookie: true },
  });
  expect(answer.ok()).toBe(true);
  await page.addInitScript(() => {
    localStorage["guestlist.signed-in"] ??= "1";
  });
}

/** Logs somebody in as people do it, through the attendees' app. */
export async function logIn(page: Page, origin: string, person: Person): Promise<void> {
  await page.goto(`${origin}/log-in`);
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("link", { name: "Profile" })).toBeVisible();
}

/** The day so many days from now, as fields for a date take it. */
export function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}

/** An event as the API gives it, as far as tests look at it. */
export interface Event {
  id: string;
  slug: string;
  name: string;
}

/** A published event of somebody, two weeks ahead unless said otherwise. */
export async function newEvent(
  runner: Runner,
  host: Person,
  more: Record<string, unknown> = {},
): Promise<Event> {
  const day = inDays(14);
  const event = await runner.call<Event>(
    "POST",
    "/api/events",
    {
      name: `Film night ${crypto.randomUUID().slice(0, 8)}`,
      kind: "film_night",
      description: "Bring a **cushion**.",
      zone: "Europe/Berlin",
      starts: `${day}T20:00`,
      ends: `${day}T23:00`,
      place: { name: "Kino Rodina", address: "Weserstraße 58, Berlin" },
      capacity: 40,
      ...more,
    },
    host.token,
  );
  await runner.call("POST", `/api/events/${event.id}/publish`, {}, host.token);
  return event;
}

/** A booking as the API gives it, as far as tests look at it. */
export interface Booking {
  id: string;
  tickets: { id: string }[];
}

/** Places that somebody books at an event. */
export function newBooking(runner: Runner, event: Event, guest: Person, party_size = 1): Promise<Booking> {
  return runner.call("POST", `/api/events/${event.id}/bookings`, { party_size }, guest.token);
}

/** Fails on anything that axe finds on the page as it is now (WCAG 2.2 A and AA, and best practices). */
export async function expectAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).analyze();
  const said = found.violations.map((violation) => ({
    rule: violation.id,
    what: violation.help,
    where: violation.nodes.map((node) => node.target.join(" ")),
  }));
  expect(said, `axe on ${page.url()}`).toEqual([]);
}

interface PerWorker {
  runner: Runner;
}

export const test = base.extend<object, PerWorker>({
  runner: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is asked for from the pattern.
    async ({}, use) => {
      const runner = await Runner.start();
      await use(runner);
      await runner.stop();
    },
    { scope: "worker" },
  ],
  baseURL: async ({ runner }, use) => {
    await use(runner.origin);
  },
});
