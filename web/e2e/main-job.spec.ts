/** The main job, from nothing to a scanned ticket, as people do it: an organizer, two guests and the door, by what they see. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium, type Locator } from "@playwright/test";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { FakeCamera } from "./camera";
import {
  codeFor,
  expect,
  expectAccessible,
  inDays,
  logIn,
  mailTo,
  newEmail,
  newEvent,
  newPerson,
  test,
} from "./fixtures";

const PASSWORD = "correct horse battery";

test("from nothing to a scanned ticket", async ({ browser, runner, launchOptions }) => {
  test.setTimeout(240_000);
  const name = `Silent film night ${crypto.randomUUID().slice(0, 6)}`;

  // The organizer: signs up, writes a draft, publishes it.
  const desk = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const host = await desk.newPage();
  const hostEmail = newEmail("host");
  await test.step("an organizer signs up", async () => {
    await host.goto(`${runner.origin}/organize/`);
    await expect(host.getByRole("heading", { name: "Log in" })).toBeVisible();
    await host.getByRole("link", { name: "Sign up" }).click();
    await host.getByLabel("Name").fill("Vera Lind");
    await host.getByLabel("Email address").fill(hostEmail);
    await host.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await host.getByRole("button", { name: "Sign up" }).click();
    await host.getByLabel("Six digits from the mail").fill(await codeFor(runner, hostEmail));
    await expect(host.getByRole("heading", { name: "Your first event" })).toBeVisible();
  });

  await test.step("and writes an event, which saves itself", async () => {
    await host.getByRole("link", { name: "New event" }).first().click();
    await host.getByLabel("Name", { exact: true }).fill(name);
    await host.getByLabel("Description").fill("Bring a **cushion**.");
    await host.getByLabel("Starts").fill(`${inDays(14)}T20:00`);
    await host.getByLabel("Ends").fill(`${inDays(14)}T23:00`);
    await host.getByLabel("Place", { exact: true }).fill("Kino Rodina");
    await host.getByLabel("Number of places").fill("3");
    await expect(host.getByText("Saved. Only you see it.")).toBeVisible();
    await host.getByRole("button", { name: "Publish…" }).click();
    await host.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await expect(host.getByText("Published. Now share the link.")).toBeVisible();
  });
  const link = await host.getByRole("textbox", { name: "Link to the event" }).inputValue();

  // A newcomer with a phone, who got the link.
  const phone = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const guest = await phone.newPage();
  const guestEmail = newEmail("ada");
  await test.step("a newcomer books in three steps", async () => {
    await guest.goto(link);
    await expect(guest.getByRole("heading", { level: 1, name })).toBeVisible();
    await guest.getByRole("button", { name: "One more" }).click();
    await guest.getByRole("button", { name: "Book 2 places" }).click();
    await guest.getByLabel("Name").fill("Ада Лавлейс");
    await guest.getByLabel("Email address").fill(guestEmail);
    await guest.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await guest.getByRole("button", { name: "Continue" }).click();
    await expect(guest.getByRole("heading", { name: "Look into your mail" })).toBeVisible();
    await expectAccessible(guest);
    await guest.getByLabel("Six digits from the mail").fill(await codeFor(runner, guestEmail));
    await expect(guest.getByText("You're on the list")).toBeVisible();
    await expectAccessible(guest);
  });

  await test.step("gets one mail with both codes", async () => {
    const mail = await mailTo(runner, guestEmail, new RegExp(name));
    expect(mail.html.match(/<img [^>]*/g) ?? []).toHaveLength(2);
    expect((await runner.mails(guestEmail)).filter(({ subject }) => subject.includes(name))).toHaveLength(1);
  });

  await test.step("somebody with an account takes the last place in one click", async () => {
    const mia = await newPerson(runner, "Mia Brandt");
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
    const page = await context.newPage();
    await logIn(page, runner.origin, mia);
    await page.goto(link);
    await page.getByRole("button", { name: "Book a place" }).click();
    await expect(page.getByText("You're on the list")).toBeVisible();
    await context.close();
    const other = await browser.newPage();
    await other.goto(link);
    await expect(other.getByRole("button", { name: "All places are taken" })).toBeDisabled();
    await other.close();
  });

  await test.step("the organizer sees them come", async () => {
    await host.getByRole("link", { name: "Guests", exact: true }).click();
    await expect(host.getByText("Ада Лавлейс")).toBeVisible();
    await expect(host.getByText("Mia Brandt")).toBeVisible();
    await host.getByLabel(/Search by the beginning/).fill("ада");
    await expect(host.getByText("Mia Brandt")).toBeHidden();
  });

  // The door, with a camera of its own, opened by the pass that the organizer shows.
  await host.getByRole("link", { name: "Door", exact: true }).click();
  await host.getByLabel("Name of the door").fill("Main entrance");
  await host.getByRole("button", { name: "Make a pass" }).click();
  const pass = await host.getByRole("textbox", { name: "Link to the scanner" }).inputValue();
  await guest.getByRole("link", { name: "Show my tickets" }).click();
  const code = guest.getByRole("img", { name: /QR code of ticket 1 of 2/ });
  await expect(code).toBeVisible();
  await expectAccessible(guest);

  const camera = new FakeCamera();
  const doorBrowser = await chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), ...camera.args],
  });
  try {
    await test.step("the door lets the ticket in, once", async () => {
      const page = await doorBrowser.newPage({ viewport: { width: 390, height: 844 } });
      await page.addInitScript(() => localStorage.setItem("guestlist.door.pace", "tap"));
      await page.goto(pass);
      await expect(page.locator("[data-ready=true]")).toBeVisible();
      camera.show(await readCode(code));
      await page.getByRole("button", { name: "Start scanning" }).click();
      const verdict = page.locator(".verdict");
      await expect(verdict).toHaveAttribute("data-outcome", "admitted");
      await expect(verdict).toContainText("Ада Лавлейс");
    });
    await test.step("and everybody sees it", async () => {
      await guest.reload();
      await expect(guest.getByText("You're in")).toBeVisible();
      await host.getByRole("link", { name: "Overview", exact: true }).click();
      await expect(host.getByText("of 3 booked")).toBeVisible();
    });
  } finally {
    await doorBrowser.close();
    camera.remove();
  }

  await test.step("a move is shown before it is saved, and mailed", async () => {
    await host.getByRole("link", { name: "Edit", exact: true }).click();
    await host.getByLabel("Starts").fill(`${inDays(14)}T21:00`);
    await host.getByRole("button", { name: "Save changes…" }).click();
    const dialog = host.getByRole("dialog");
    await expect(dialog).toContainText("the new time");
    await expectAccessible(host);
    await dialog.getByRole("button", { name: /^Save and tell/ }).click();
    await expect(host.getByText(/^Saved\. 2 people are being told/)).toBeVisible();
    const mail = await mailTo(runner, guestEmail, /.*/);
    expect(mail).toBeTruthy();
  });
  await desk.close();
  await phone.close();
});

/** What a QR code on the page says, read from the pixels that a camera would see. */
async function readCode(code: Locator): Promise<string> {
  const wasm = readFileSync(createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm"));
  prepareZXingModule({ overrides: { wasmBinary: wasm.buffer as ArrayBuffer } });
  const [found] = await readBarcodes(await code.screenshot(), { formats: ["QRCode"] });
  if (!found) throw new Error("no code could be read from the ticket on the screen");
  return found.text;
}

test("a guest changes their mind, and somebody else gets the place", async ({ browser, runner }) => {
  const [host, first] = await Promise.all([newPerson(runner, "Vera Lind"), newPerson(runner, "Mia Brandt")]);
  const event = await newEvent(runner, host, { capacity: 1 });
  const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  await logIn(page, runner.origin, first);
  await page.goto(`/e/${event.slug}`);
  await page.getByRole("button", { name: "Book a place" }).click();
  await expect(page.getByText("You're on the list")).toBeVisible();
  await page.getByRole("button", { name: "I can't come" }).click();
  await page.getByRole("button", { name: "Cancel my place" }).click();
  await expect(page.getByRole("button", { name: "Book a place" })).toBeVisible();
  await mailTo(runner, first.email, /cancel/i);
  await page.close();
});
