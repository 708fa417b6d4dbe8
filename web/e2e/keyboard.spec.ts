/** Whole journeys without a pointer: Tab to what is needed, Enter, and typing. */
import type { Locator, Page } from "@playwright/test";
import { codeFor, expect, newEmail, newEvent, newPerson, signIn, test } from "./fixtures";

/** Presses Tab until this has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let pressed = 0; pressed < 80; pressed += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  await expect(target).toBeFocused();
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}

async function type(page: Page, target: Locator, text: string): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.type(text);
}

test("a guest books, looks at the ticket and thinks twice about cancelling, by keyboard", async ({
  page,
  runner,
}) => {
  const event = await newEvent(runner, await newPerson(runner, "Vera Lind"));
  const email = newEmail("ada");
  await page.goto(`/e/${event.slug}`);
  await press(page, page.getByRole("button", { name: "One more" }));
  await press(page, page.getByRole("button", { name: "Book 2 places" }));
  await type(page, page.getByLabel("Name"), "Ada Lovelace");
  await type(page, page.getByLabel("Email address"), email);
  await type(page, page.getByLabel("Password", { exact: true }), "correct horse battery");
  await page.keyboard.press("Enter");
  await type(page, page.getByLabel("Six digits from the mail"), await codeFor(runner, email));
  await expect(page.getByText("You're on the list")).toBeVisible();
  await press(page, page.getByRole("link", { name: "Show my tickets" }));
  await expect(page.getByRole("img", { name: /QR code of ticket 1 of 2/ })).toBeVisible();
  const leave = page.getByRole("button", { name: "I can't come" });
  await press(page, leave);
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(leave).toBeFocused();
});

test("an organizer publishes an event and opens its door, by keyboard", async ({ page, runner }) => {
  const vera = await newPerson(runner, "Vera Lind");
  await signIn(page, runner.origin, vera);
  await page.goto("/organize/");
  await press(page, page.getByRole("link", { name: "New event" }).first());
  await type(page, page.getByLabel("Name", { exact: true }), "An evening without a mouse");
  await type(page, page.getByLabel("Place", { exact: true }), "Kino Rodina");
  await type(page, page.getByLabel("Number of places"), "5");
  await expect(page.getByText("Saved. Only you see it.")).toBeVisible();
  await press(page, page.getByRole("button", { name: "Publish…" }));
  await press(page, page.getByRole("dialog").getByRole("button", { name: "Publish" }));
  await expect(page.getByText("Published. Now share the link.")).toBeVisible();
  await press(page, page.getByRole("link", { name: "Door", exact: true }));
  await type(page, page.getByLabel("Name of the door"), "Main entrance");
  await press(page, page.getByRole("button", { name: "Make a pass" }));
  await expect(page.getByRole("textbox", { name: "Link to the scanner" })).toHaveValue(/\/organize\/door#/);
});
