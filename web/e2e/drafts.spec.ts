/** A draft is published as its form stands, or not at all; and an event is changed by its organizer alone. */
import { expect, expectAccessible, newEvent, newPerson, signIn, test } from "./fixtures";

const PHONE = { width: 390, height: 844 };

test("a draft isn't published while its form lacks something, and then as it was typed", async ({
  page,
  runner,
}) => {
  await page.setViewportSize(PHONE);
  await signIn(page, runner.origin, await newPerson(runner, "Vera Lind"));
  const overview = page.getByRole("link", { name: "Overview", exact: true });
  const edit = page.getByRole("link", { name: "Edit", exact: true }).first();
  const publish = page.getByRole("button", { name: "Publish", exact: true });

  await page.goto("/organize/events/new");
  await page.getByLabel("Name", { exact: true }).fill("Silent film night");
  await page.getByLabel("Place", { exact: true }).fill("Kino Rodina");
  await expect(page.getByText("Still missing: Places.")).toBeVisible();
  await page.getByText("Paid", { exact: true }).click();
  await expect(page.getByText("Still missing: Places, Price.")).toBeVisible();
  await overview.click();
  await expect(page.getByText(/as it should be: Places, Price\./)).toBeVisible();
  await expect(publish).toBeDisabled();
  await expectAccessible(page);

  await edit.click();
  await page.getByLabel("Number of places").fill("10");
  await page.getByLabel("Price per person").fill("12,505");
  await expect(page.getByText("Saved, except what is marked.")).toBeVisible();
  await overview.click();
  await expect(page.getByText(/as it should be: Price\./)).toBeVisible();
  await expect(publish).toBeDisabled();

  await edit.click();
  await page.getByLabel("Price per person").fill("12,50");
  await page.getByLabel("Description").fill("Typed last.");
  await overview.click();
  await publish.click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText("10 places can be booked, not one more.")).toBeVisible();
  await expect(dialog.getByText("It costs €12.50 per person.")).toBeVisible();
  await dialog.getByRole("button", { name: "Publish" }).click();
  await expect(page.getByText("Published. Now share the link.")).toBeVisible();
  const id = /evt_\w+/.exec(page.url())?.[0];
  expect(await runner.call("GET", `/api/events/${id}`)).toMatchObject({
    description: "Typed last.",
    capacity: 10,
    price: { amount: 1250, currency: "EUR" },
  });
});

test("somebody else's event is no organizer's page", async ({ page, runner }) => {
  const [host, other] = await Promise.all([newPerson(runner, "Vera Lind"), newPerson(runner, "Bob")]);
  const event = await newEvent(runner, host);
  await signIn(page, runner.origin, other);
  for (const path of ["", "/guests", "/edit"]) {
    await page.goto(`/organize/events/${event.id}${path}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This event isn't yours");
    await expect(page.getByRole("navigation", { name: "Pages of this event" })).toHaveCount(0);
  }
  await expectAccessible(page);
});

for (const [language, width] of [
  ["en", 390],
  ["ru", 320],
] as const) {
  test(`an event's pages are in one line: ${language}, ${width} px`, async ({ browser, runner }) => {
    const host = await newPerson(runner, "Vera Lind", language);
    const event = await newEvent(runner, host);
    const context = await browser.newContext({
      locale: language === "ru" ? "ru-RU" : "en-GB",
      viewport: { width, height: 844 },
    });
    const page = await context.newPage();
    await signIn(page, runner.origin, host);
    await page.goto(`${runner.origin}/organize/events/${event.id}/edit`);
    const current = page.locator("nav [aria-current=page]");
    await expect(current).toBeInViewport({ ratio: 0.99 });
    const heights = await page
      .locator("header nav li")
      .evaluateAll((items) => new Set(items.map((item) => item.getBoundingClientRect().top)).size);
    expect(heights).toBe(1);
    await context.close();
  });
}
