/** Mails that come back or are called unwanted, by the addresses of SES's mailbox simulator, which the runner knows. */
import {
  expect,
  expectAccessible,
  mailTo,
  newBooking,
  newEvent,
  newPerson,
  type Person,
  signIn,
  test,
} from "./fixtures";
import type { Runner } from "./runner";

let count = 0;

/** Somebody whose every mail ends so, with a ticket; gives its page. */
async function guest(runner: Runner, end: "bounce" | "complaint") {
  count += 1;
  const email = `${end}+${count}@simulator.amazonses.com`;
  const [host, mia] = await Promise.all([newPerson(runner, "Vera"), newPerson(runner, "Mia", "en", email)]);
  const event = await newEvent(runner, host);
  const { tickets } = await newBooking(runner, event, mia);
  await expect.poll(async () => (await me(runner, mia)).suppressed, { timeout: 60_000 }).toBeDefined();
  return { host, mia, event, ticket: `/tickets/${tickets[0]?.id}` };
}

function me(runner: Runner, person: Person): Promise<{ suppressed?: string }> {
  return runner.call("GET", "/api/me", undefined, person.token);
}

test("who gets no mails sees why and the ticket, and a code brings them back", async ({ page, runner }) => {
  const { mia, ticket } = await guest(runner, "bounce");
  await signIn(page, runner.origin, mia);
  await page.goto("/profile");
  const notice = page.getByRole("region", { name: "Mails to you come back" });
  await expect(notice).toContainText(mia.email);
  await expectAccessible(page);
  await page.goto(ticket);
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expect(notice).toBeVisible();
  await expect(page.getByRole("button", { name: "Mail it again" })).toBeHidden();
  await expectAccessible(page);

  const before = (await runner.mails(mia.email)).filter((mail) => /\d{6}/.test(mail.subject)).length;
  await notice.getByRole("link", { name: "Get a code" }).click();
  await expect(page.getByText("so we send one code a day there")).toBeVisible();
  await expectAccessible(page);
  const codes = async () => (await runner.mails(mia.email)).filter((mail) => /\d{6}/.test(mail.subject));
  await expect.poll(async () => (await codes()).length, { timeout: 60_000 }).toBe(before + 1);
  const newest = await mailTo(runner, mia.email, /\d{6}/);
  // To open the page again asks for nothing, and to ask again voids nothing.
  let requests = 0;
  page.on("request", (request) => {
    if (request.url().endsWith("/request-verification")) requests += 1;
  });
  await page.reload();
  await page.getByRole("button", { name: "Send the code" }).click();
  await expect(page.getByText("Unless one went out already")).toBeVisible();
  expect(requests).toBe(1);
  expect(await codes()).toHaveLength(before + 1);
  // Each mail to that address bounces, this one too, before the code is entered.
  await page.getByLabel("Six digits from the mail").fill(/\d{6}/.exec(newest.subject)?.[0] ?? "");
  await expect(page.getByText("Mails to you go out again.")).toBeVisible();
  await page.getByRole("link", { name: "Go on" }).click();
  await expect(page.getByRole("img", { name: /QR code/ })).toBeVisible();
  await expect(notice).toBeHidden();
});

test("who called a mail unwanted asks for mails again; the organizer sees both", async ({ page, runner }) => {
  const { host, mia, event } = await guest(runner, "complaint");
  const organizer = await page.context().browser()?.newContext({ baseURL: runner.origin });
  if (!organizer) throw new Error("there is no browser");
  const list = await organizer.newPage();
  await signIn(list, runner.origin, host);
  await list.goto(`/organize/events/${event.id}/guests`);
  await expect(list.getByText("Wants no mails")).toBeVisible();
  await expectAccessible(list);

  await signIn(page, runner.origin, mia);
  await page.goto("/profile");
  const notice = page.getByRole("region", { name: "We mail you nothing any more" });
  await expect(notice).toBeVisible();
  await notice.getByRole("button", { name: "Send me mails again" }).click();
  await expect(notice).toBeHidden();
  await list.reload();
  await expect(list.getByRole("rowheader", { name: mia.name })).toBeVisible();
  await expect(list.getByText("Wants no mails")).toBeHidden();
  await organizer.close();
});

test("an organizer whose mails come back is told where their events are", async ({ page, runner }) => {
  const { mia } = await guest(runner, "bounce");
  await signIn(page, runner.origin, mia);
  await page.goto("/organize/");
  const notice = page.getByRole("region", { name: "Mails to you come back" });
  await expect(notice).toContainText(mia.email);
  await expectAccessible(page);
  await notice.getByRole("link", { name: "in your profile" }).click();
  await expect(page.getByRole("link", { name: "Get a code" })).toBeVisible();
});
