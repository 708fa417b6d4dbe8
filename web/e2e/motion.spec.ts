import type { Page } from "@playwright/test";
import { expect, newEvent, newPerson, test } from "./fixtures";

/** How many transitions begin when every element's colours and a button's look change. */
function transitions(page: Page): Promise<number> {
  return page.evaluate(() => {
    document.body.getBoundingClientRect();
    for (const element of document.querySelectorAll<HTMLElement>("body, body *")) {
      element.style.color = "rgb(1, 2, 3)";
      element.style.filter = "brightness(0.5)";
    }
    return document.getAnimations().filter((animation) => animation instanceof CSSTransition).length;
  });
}

test("who asks for less motion gets no transition, not a short one", async ({ page, runner }) => {
  const event = await newEvent(runner, await newPerson(runner, "Ada Byron"));
  for (const path of ["/", `/e/${event.slug}`, "/login", "/organize"]) {
    for (const reducedMotion of ["no-preference", "reduce"] as const) {
      await page.emulateMedia({ reducedMotion });
      await page.goto(path);
      await expect(page.locator(".button").first(), path).toBeVisible();
      const begun = expect(await transitions(page), `${path}, ${reducedMotion}`);
      if (reducedMotion === "reduce") begun.toBe(0);
      else begun.toBeGreaterThan(0);
    }
  }
});
