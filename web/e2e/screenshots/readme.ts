/** The four pictures of the README: `npm run screenshots`. */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, type Page, test } from "@playwright/test";
import { City, open } from "./city";
import { AHEAD, book, CONCERT, come, DOOR, LIVE } from "./evening";

const FOLDER = fileURLToPath(new URL("../../../docs/screenshots/", import.meta.url));
/** In the README a wide one and a narrow one stand side by side, both as high: change their widths there with these. */
const DESKTOP = { width: 1152, height: 1024 };
const PHONE = { width: 390, height: 844 };

async function shoot(page: Page, name: string): Promise<void> {
  // A hairline around it: white on GitHub's white has no edge.
  await page.evaluate(() => {
    const frame = document.createElement("div");
    Object.assign(frame.style, {
      position: "fixed",
      inset: "0",
      zIndex: "1000",
      border: "1px solid rgb(128 120 110 / 45%)",
      pointerEvents: "none",
    });
    document.body.append(frame);
  });
  await page.screenshot({ path: `${FOLDER}${name}.png`, animations: "disabled", caret: "hide" });
}

test("the pictures of the README", async ({ browser }) => {
  mkdirSync(FOLDER, { recursive: true });
  const city = await City.found();
  const { origin } = city.runner;
  try {
    const concert = await city.event(CONCERT);

    await test.step("an event's page", async () => {
      await book(city, concert, AHEAD);
      const context = await city.browser(browser, { at: AHEAD, viewport: DESKTOP });
      const page = await context.newPage();
      await open(page, `${origin}/e/${concert.slug}`);
      await shoot(page, "event");
      await context.close();
    });

    await test.step("a ticket", async () => {
      const context = await city.browser(browser, { at: AHEAD, viewport: PHONE, who: "mia" });
      const page = await context.newPage();
      await open(page, `${origin}/tickets`);
      await page.getByRole("link", { name: CONCERT }).click();
      await page.getByRole("img", { name: /QR code of ticket 1 of 2/ }).waitFor();
      await page.waitForLoadState("networkidle");
      await shoot(page, "ticket");
      await context.close();
    });

    await book(city, concert, DOOR, AHEAD);
    await come(city, concert);

    await test.step("the organizer's evening", async () => {
      const context = await city.browser(browser, {
        at: LIVE,
        viewport: DESKTOP,
        who: "vera",
        colorScheme: "dark",
      });
      const page = await context.newPage();
      await open(page, `${origin}/organize/events/${concert.id}`);
      await shoot(page, "organizer");
      await context.close();
    });

    await test.step("the door", async () => {
      const token = await city.token("vera");
      const { url } = await city.runner.call<{ url: string }>(
        "POST",
        `/api/events/${concert.id}/door-passes`,
        { door: "Main entrance" },
        token,
      );
      const context = await city.browser(browser, { at: LIVE, viewport: PHONE });
      const page = await context.newPage();
      await page.addInitScript(() => localStorage.setItem("guestlist.door.pace", "tap"));
      await page.goto(`${origin}/organize/door#${url.split("#")[1]}`);
      await page.locator("[data-ready=true]").waitFor();
      await page.getByRole("tab").nth(1).click();
      await page
        .getByRole("button", { name: /^Let in: Mia Okafor/ })
        .first()
        .click();
      await expect(page.locator(".verdict")).toHaveAttribute("data-outcome", "admitted");
      await shoot(page, "door");
      await context.close();
    });
  } finally {
    await city.end();
  }
});
