/**
 * The seeded city on days that are always the same, so that two pictures of it differ only where the product does, and in
 * what is drawn of ids: covers and codes.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import { Runner } from "../runner";

/** When the city is founded: a Sunday far enough ahead of any clock, since the runner's goes forward only. */
export const FOUNDED = new Date("2033-01-16T09:00:00Z");
const PASSWORDS: Record<string, string> = {
  vera: "a warm welcome",
  anton: "место у окна",
  mia: "front row please",
};

/** An event as the API gives it, as far as pictures need it. */
export interface CityEvent {
  id: string;
  slug: string;
  name: string;
}

/** A booking as the API gives it to its guest or to the organizer. */
export interface CityBooking {
  id: string;
  name: string;
  tickets: { id: string }[];
}

export class City {
  private constructor(
    readonly runner: Runner,
    private readonly folder: string,
  ) {}

  /** Starts an empty house, moves its clock, and starts it anew with the city. */
  static async found(): Promise<City> {
    const folder = mkdtempSync(join(tmpdir(), "guestlist-city-"));
    const empty = await Runner.start({ data: folder });
    await forward(empty, FOUNDED);
    await empty.stop();
    const runner = await Runner.start({ data: folder, seed: true });
    await runner.said(/The city is there/);
    return new City(runner, folder);
  }

  async end(): Promise<void> {
    await this.runner.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Lets the time pass until then. */
  async until(then: Date): Promise<void> {
    await forward(this.runner, then);
  }

  account(who: string): { email: string; password: string } {
    return { email: `${who}@guestlist.test`, password: PASSWORDS[who] ?? "one of the city" };
  }

  /** A token of somebody's; it holds for a quarter of an hour. */
  async token(who: string): Promise<string> {
    const session = await this.runner.call<{ access_token: string }>(
      "POST",
      "/api/tokens",
      this.account(who),
    );
    return session.access_token;
  }

  /** An event of somebody's by its name. */
  async event(name: string, host = "vera"): Promise<CityEvent> {
    const token = await this.token(host);
    const page = await this.runner.call<{ items: CityEvent[] }>(
      "GET",
      "/api/me/events?limit=50",
      undefined,
      token,
    );
    const found = page.items.find((event) => event.name === name);
    if (!found) throw new Error(`${host} has no event "${name}"`);
    return found;
  }

  async book(who: string, event: CityEvent, places = 1): Promise<CityBooking> {
    const wanted = { party_size: places, allow_overlap: true };
    return this.runner.call("POST", `/api/events/${event.id}/bookings`, wanted, await this.token(who));
  }

  /** The browser of somebody, or of nobody in particular, whose clock stands still at a time. */
  async browser(
    browser: Browser,
    { who, at, ...options }: BrowserContextOptions & { who?: string | undefined; at: Date },
  ): Promise<BrowserContext> {
    const context = await browser.newContext({ serviceWorkers: "block", ...options });
    await context.clock.setFixedTime(at);
    // As where scroll bars lie over the page: no empty strip in the picture.
    await context.addInitScript(() => {
      addEventListener("DOMContentLoaded", () => {
        document.documentElement.style.scrollbarGutter = "auto";
      });
    });
    if (who !== undefined) {
      const answer = await context.request.post(`${this.runner.origin}/api/tokens`, {
        data: { ...this.account(who), cookie: true },
      });
      if (!answer.ok()) throw new Error(`${who} can't log in: ${await answer.text()}`);
      await context.addInitScript(() => localStorage.setItem("guestlist.signed-in", "1"));
    }
    return context;
  }
}

async function forward(runner: Runner, then: Date): Promise<void> {
  const { now } = await runner.call<{ now: string }>("GET", "/dev/clock.json");
  const seconds = Math.round((then.getTime() - Date.parse(now)) / 1000);
  if (seconds > 0) await runner.call("POST", "/dev/clock", { forward: `${seconds}s` });
}

/** Opens a page and waits until everything on it is there: data, pictures, letters. */
export async function open(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole("heading", { level: 1 }).first().waitFor();
  await page.waitForLoadState("networkidle");
  await page.evaluate(() => document.fonts.ready);
}
