/** Accounts as guests meet them: on the way in, on a device that others use too, and without a connection. */
import {
  codeFor,
  expect,
  logIn,
  mailTo,
  newBooking,
  newEmail,
  newEvent,
  newPerson,
  signIn,
  test,
} from "./fixtures";

test("a log-out in the organizers' app takes the tickets off the device", async ({ page, runner }) => {
  const [host, mia, bob] = await Promise.all([
    newPerson(runner, "Vera Lind"),
    newPerson(runner, "Mia Brandt"),
    newPerson(runner, "Bob"),
  ]);
  const event = await newEvent(runner, host);
  const { tickets } = await newBooking(runner, event, mia);
  const ticket = `/tickets/${tickets[0]?.id}`;
  const code = page.getByRole("img", { name: /QR code/ });
  await logIn(page, runner.origin, mia);
  await page.goto("/tickets");
  await expect(page.getByRole("link", { name: event.name })).toBeVisible();
  // Another tab of hers shows the ticket meanwhile.
  const other = await page.context().newPage();
  await other.goto(ticket);
  await expect(other.getByRole("img", { name: /QR code/ })).toBeVisible();

  await page.goto("/organize/");
  await page.getByRole("button", { name: "Your account" }).click();
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await expect(other.getByRole("img", { name: /QR code/ })).toBeHidden();
  await page.goto("/tickets");
  await expect(page.getByRole("heading", { name: "Log in" })).toBeVisible();
  await page.goto(ticket);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(code).toBeHidden();

  await logIn(page, runner.origin, bob);
  await page.goto(ticket);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(code).toBeHidden();
});

test("a profile doesn't conflict with what its own page changed", async ({ page, runner }) => {
  await signIn(page, runner.origin, await newPerson(runner, "Ada"));
  await page.goto("/profile");
  await page.getByLabel("Name").fill("Ada Lovelace");
  const saved = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await page.getByRole("switch", { name: "Remind me the day before" }).click();
  await saved;
  const spoken = page.waitForResponse((answer) => answer.request().method() === "PATCH");
  await page.getByRole("button", { name: "Русский" }).click();
  await spoken;
  await expect(page.getByLabel("Имя")).toHaveValue("Ada Lovelace");
  await page.getByRole("button", { name: "Сохранить", exact: true }).click();
  await expect(page.getByRole("status").filter({ hasText: "✓" })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Имя")).toHaveValue("Ada Lovelace");
  await expect(page.getByRole("combobox").first()).toHaveValue("ru");
});

test("a sign-up that is loaded anew goes on at the code", async ({ page, runner }) => {
  const email = newEmail("ada");
  await page.goto("/sign-up?to=/tickets");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Sign up" }).click();
  const code = page.getByLabel("Six digits from the mail");
  await expect(code).toBeVisible();
  await page.reload();
  await code.fill(await codeFor(runner, email));
  // No password outlives the page: it is asked for, and nothing else.
  await expect(page.getByRole("heading", { name: "Log in" })).toBeFocused();
  await expect(page.getByLabel("Email address")).toHaveValue(email);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(`${runner.origin}/tickets`);
  await page.goto("/profile");
  await expect(page.getByLabel("Name")).toHaveValue("Ada Lovelace");
});

test("who verifies an address that a stranger signed up with gets a new password", async ({
  page,
  runner,
}) => {
  const email = newEmail("ada");
  const stranger = { name: "Mallory", email, password: "what only Mallory knows" };
  await runner.call("POST", "/api/users", stranger);
  await page.goto("/sign-up?to=/tickets");
  await page.getByLabel("Name").fill("Ada Lovelace");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery");
  await page.getByRole("button", { name: "Sign up" }).click();
  await page.getByLabel("Six digits from the mail").fill(await codeFor(runner, email));
  await expect(page.getByText("the password has to be chosen anew")).toBeVisible();
  const mail = await mailTo(runner, email, /password/i);
  const link = /https?:\/\/\S+\/account\/reset\S+/.exec(mail.text)?.[0] ?? "";
  await page.goto(link.replace(/^https?:\/\/[^/]+/, runner.origin));
  await page.getByLabel("New password").fill("correct horse battery staple");
  await page.getByRole("button", { name: "Save password" }).click();
  await expect(page.getByRole("button", { name: "Save password" })).toBeHidden();
  await page.goto("/log-in?to=/tickets");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill("correct horse battery staple");
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page).toHaveURL(`${runner.origin}/tickets`);
});

test("a forgotten password brings address and event along", async ({ page, runner }) => {
  const host = await newPerson(runner, "Vera Lind");
  const event = await newEvent(runner, host);
  await page.goto(`/e/${event.slug}`);
  await page.getByRole("button", { name: "Book a place" }).click();
  await page.getByRole("button", { name: "I have an account" }).click();
  await page.getByLabel("Email address").fill(host.email);
  await page.getByRole("link", { name: "Forgot the password?" }).click();
  await expect(page.getByLabel("Email address")).toHaveValue(host.email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await page.getByRole("main").getByRole("link", { name: "Log in" }).click();
  await expect(page.getByLabel("Email address")).toHaveValue(host.email);
  await page.getByLabel("Password", { exact: true }).fill(host.password);
  await page.getByRole("button", { name: "Log in" }).click();
  await expect(page.getByRole("heading", { level: 1, name: event.name })).toBeVisible();
});

test("at the limit of a party the focus stays where it is", async ({ page, runner }) => {
  const event = await newEvent(runner, await newPerson(runner, "Vera Lind"), { capacity: 2 });
  await page.goto(`/e/${event.slug}`);
  const more = page.getByRole("button", { name: "One more" });
  await more.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Book 2 places" })).toBeVisible();
  await expect(more).toBeFocused();
  await expect(more).toBeDisabled();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Book 2 places" })).toBeVisible();
});

test("without a connection an address with a query opens the app too", async ({ page }) => {
  await page.goto("/");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.context().setOffline(true);
  await page.goto("/log-in?to=/tickets&email=ada@guestlist.test");
  await expect(page.getByLabel("Email address")).toHaveValue("ada@guestlist.test");
  await page.goto("/?price=free");
  await expect(page.getByRole("link", { name: "Guestlist" }).first()).toBeVisible();
});
