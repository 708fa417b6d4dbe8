/** The door, with real cameras (as far as Chromium is concerned), real codes and the real API: two doors, no network, conflicts. */
import { type Browser, chromium, type Locator, type Page } from "@playwright/test";
import { FakeCamera } from "./camera";
import {
  test as base,
  type Event,
  expect,
  expectAccessible,
  newBooking,
  newEvent,
  newPerson,
  type Person,
} from "./fixtures";
import type { Runner } from "./runner";

/** A device at a door: a browser of its own, with a camera of its own. */
class Device {
  constructor(
    readonly page: Page,
    private readonly camera: FakeCamera,
  ) {}

  /** Opens a pass and waits until its list is there. */
  async open(url: string): Promise<void> {
    await this.page.goto(url);
    await expect(this.page.locator("[data-ready=true]")).toBeVisible();
  }

  async startCamera(name = "Start scanning"): Promise<void> {
    await this.page.getByRole("button", { name }).click();
    await expect(this.page.locator("video[data-running=true]")).toBeVisible();
  }

  tab(place: 0 | 1 | 2): Locator {
    return this.page.getByRole("tab").nth(place);
  }

  /** Holds a code before the camera, and gives what the door says. */
  async scan(code: string): Promise<Locator> {
    await this.tab(1).click();
    this.camera.show(code);
    await this.tab(0).click();
    const verdict = this.page.locator(".verdict");
    await expect(verdict).toBeVisible();
    // Taken away again, so that it isn't scanned a second time.
    this.camera.show(null);
    return verdict;
  }

  async next(): Promise<void> {
    await this.page.locator(".verdict .next").click();
    await expect(this.page.locator(".verdict")).toHaveCount(0);
  }

  /** How many scans and undoings wait to be sent. */
  unsent(): Locator {
    return this.page.locator("[data-unsent]");
  }

  /** Waits until the app is stored, so that it opens without a network. */
  async installed(): Promise<void> {
    await this.page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
  }
}

interface Worlds {
  /** Makes a device; its browser ends with the test. */
  device(options?: { locale?: string; width?: number; dark?: boolean; camera?: boolean }): Promise<Device>;
}

const test = base.extend<Worlds>({
  device: async ({ launchOptions }, use) => {
    const made: { browser: Browser; camera: FakeCamera }[] = [];
    await use(async ({ locale = "en-GB", width = 390, dark = false, camera: allowed = true } = {}) => {
      const camera = new FakeCamera();
      const args = [...(launchOptions.args ?? []), ...(allowed ? camera.args : [])];
      const browser = await chromium.launch({ ...launchOptions, args });
      made.push({ browser, camera });
      const context = await browser.newContext({
        locale,
        timezoneId: "Europe/Berlin",
        viewport: { width, height: 844 },
        colorScheme: dark ? "dark" : "light",
      });
      // Verdicts stay until they were looked at, however slow the machine is.
      await context.addInitScript(() => localStorage.setItem("guestlist.door.pace", "tap"));
      return new Device(await context.newPage(), camera);
    });
    for (const { browser, camera } of made) {
      await browser.close();
      camera.remove();
    }
  },
});

interface Booked {
  id: string;
  /** What each ticket's code says. */
  codes: string[];
}

async function book(runner: Runner, event: Event, guest: Person, party_size: number): Promise<Booked> {
  const booking = await newBooking(runner, event, guest, party_size);
  const tickets = await Promise.all(
    booking.tickets.map(({ id }) =>
      runner.call<{ token: string }>("GET", `/api/tickets/${id}`, undefined, guest.token),
    ),
  );
  return { id: booking.id, codes: tickets.map(({ token }) => token) };
}

interface Pass {
  id: string;
  url: string;
}

async function pass(runner: Runner, event: Event, host: Person, door: string): Promise<Pass> {
  const made = await runner.call<Pass>("POST", `/api/events/${event.id}/door-passes`, { door }, host.token);
  // The runner says where it is by its own name; browsers come by the one that the test knows.
  return { id: made.id, url: `${runner.origin}/organize/door#${made.url.split("#")[1]}` };
}

interface Scan {
  outcome: string;
  shown_offline?: string;
  door: string;
  undone_at?: string;
}

async function scansOf(runner: Runner, event: Event, host: Person): Promise<Scan[]> {
  const page = await runner.call<{ items: Scan[] }>(
    "GET",
    `/api/events/${event.id}/check-ins`,
    undefined,
    host.token,
  );
  return page.items;
}

async function night(runner: Runner, party = 3) {
  const [host, guest] = await Promise.all([
    newPerson(runner, "Vera Lind"),
    newPerson(runner, "Пётр Семёнов"),
  ]);
  const event = await newEvent(runner, host);
  return { host, guest, event, booked: await book(runner, event, guest, party) };
}

test("a pass opens a door, which tells good tickets from others", async ({ runner, device }) => {
  const { host, event, booked } = await night(runner);
  const other = await night(runner, 1);
  const { url } = await pass(runner, event, host, "North");
  const door = await device();
  await door.open(url);
  await expect(door.page, "the pass is kept, and nowhere to be seen").toHaveURL(
    `${runner.origin}/organize/door`,
  );
  await expect(door.page.getByRole("heading", { name: event.name })).toBeVisible();
  await expectAccessible(door.page);
  await door.startCamera();

  const green = await door.scan(booked.codes[0] ?? "");
  await expect(green).toHaveAttribute("data-outcome", "admitted");
  await expect(green).toContainText("Come in");
  await expect(green).toContainText("Пётр Семёнов");
  await expect(green).toContainText("Ticket 1 of 3");
  await expect(green, "how long it took is there to be read").toHaveAttribute("data-took", /^\d+$/);
  await door.next();
  await expect(door.page.locator("[data-admitted='1']")).toContainText("of 3 booked");

  const amber = await door.scan(booked.codes[0] ?? "");
  await expect(amber).toHaveAttribute("data-outcome", "already_in");
  await expect(amber).toContainText(/Let in at \d\d:\d\d, here/);
  await expectAccessible(door.page);
  await door.next();

  const reds: [string, string][] = [
    ["https://example.org/menu", "isn't a Guestlist ticket"],
    [other.booked.codes[0] ?? "", "another event"],
    [`${(booked.codes[1] ?? "").slice(0, -4)}0000`, "signature is wrong"],
  ];
  for (const [code, why] of reds) {
    const red = await door.scan(code);
    await expect(red).toHaveAttribute("data-outcome", "refused");
    await expect(red).toContainText(why);
    await door.next();
  }
  await door.tab(2).click();
  await expect(door.page.getByRole("listitem")).toHaveCount(5);
  await expectAccessible(door.page);
  await expect(door.unsent()).toHaveAttribute("data-unsent", "0");
  expect(await scansOf(runner, event, host)).toHaveLength(5);
});

test("a verdict makes way for the next by itself", async ({ runner, device }) => {
  const { host, event } = await night(runner, 1);
  const door = await device();
  await door.open((await pass(runner, event, host, "North")).url);
  await door.page.getByRole("button", { name: "Menu" }).click();
  await door.page.getByLabel("After a verdict").selectOption("Go on by itself");
  await door.page.keyboard.press("Escape");
  await door.startCamera();
  await door.scan("https://example.org");
  await expect(door.page.locator(".verdict")).toHaveCount(0);
  await expect(door.page.getByRole("region", { name: "The last scan" })).toContainText("Turned away");
});

test("two doors at once let a ticket in once", async ({ runner, device }) => {
  const { host, event, booked } = await night(runner, 2);
  const [north, south] = await Promise.all([device(), device()]);
  await north.open((await pass(runner, event, host, "North")).url);
  await south.open((await pass(runner, event, host, "South")).url);
  await Promise.all([north.startCamera(), south.startCamera()]);

  await expect(await north.scan(booked.codes[0] ?? "")).toHaveAttribute("data-outcome", "admitted");
  await expect(await south.scan(booked.codes[1] ?? "")).toHaveAttribute("data-outcome", "admitted");
  await Promise.all([north.next(), south.next()]);
  await south.tab(1).click();
  await expect(south.page.getByText(/In since \d\d:\d\d, North/), "each learns of the other's").toBeVisible({
    timeout: 30_000,
  });
  const amber = await south.scan(booked.codes[0] ?? "");
  await expect(amber).toHaveAttribute("data-outcome", "already_in");
  await expect(amber).toContainText(/Let in at \d\d:\d\d, North/);
  await south.next();
  await expect(north.page.locator("[data-admitted='2']"), "and counts them").toBeVisible({
    timeout: 30_000,
  });
});

test("without a network it opens, decides, remembers and undoes; with one again it tells", async ({
  runner,
  device,
}) => {
  const { host, event, booked } = await night(runner);
  const door = await device();
  await door.open((await pass(runner, event, host, "North")).url);
  await door.installed();

  await door.page.context().setOffline(true);
  await door.page.reload();
  await expect(door.page.getByText("Offline, with the list of")).toBeVisible();
  await door.startCamera();
  await expect(await door.scan(booked.codes[0] ?? "")).toHaveAttribute("data-outcome", "admitted");
  await door.next();
  await expect(await door.scan(booked.codes[0] ?? "")).toHaveAttribute("data-outcome", "already_in");
  await door.next();
  await expect(await door.scan(booked.codes[1] ?? "")).toHaveAttribute("data-outcome", "admitted");
  await door.page.locator(".verdict").getByRole("button", { name: "Undo" }).click();
  await expect(door.unsent()).toHaveAttribute("data-unsent", "4");
  await expect(door.page.locator("[data-admitted='1']")).toBeVisible();
  expect(await scansOf(runner, event, host)).toHaveLength(0);

  await door.page.reload();
  await expect(door.unsent(), "nothing is lost by closing it").toHaveAttribute("data-unsent", "4");
  await door.page.context().setOffline(false);
  await expect(door.unsent()).toHaveAttribute("data-unsent", "0");
  await expect(door.page.getByText("Online")).toBeVisible();
  const scans = await scansOf(runner, event, host);
  expect(scans.map(({ outcome, shown_offline }) => [outcome, shown_offline]).sort()).toEqual([
    ["admitted", "admitted"],
    ["admitted", "admitted"],
    ["already_in", "already_in"],
  ]);
  expect(scans.filter(({ undone_at }) => undone_at)).toHaveLength(1);
  await expect(door.page.locator("[data-admitted='1']")).toBeVisible();
  await door.tab(2).click();
  await expect(door.page.getByRole("heading", { name: "To look at" }), "all agree").toHaveCount(0);
});

test("what the server knew better is reported, and never rewritten", async ({ runner, device }) => {
  const { host, guest, event, booked } = await night(runner, 1);
  const late = await newPerson(runner, "Ada Lovelace");
  const called = await book(runner, event, late, 1);
  const [north, south] = await Promise.all([device(), device({ dark: true })]);
  await north.open((await pass(runner, event, host, "North")).url);
  await south.open((await pass(runner, event, host, "South")).url);
  await Promise.all([north.startCamera(), south.startCamera()]);

  await south.page.context().setOffline(true);
  await expect(await north.scan(booked.codes[0] ?? "")).toHaveAttribute("data-outcome", "admitted");
  await runner.call("POST", `/api/bookings/${called.id}/cancel`, {}, late.token);

  const names = [guest.name, late.name];
  for (const code of [booked.codes[0] ?? "", called.codes[0] ?? ""]) {
    await expect(await south.scan(code)).toHaveAttribute("data-outcome", "admitted");
    await south.next();
  }
  await south.page.context().setOffline(false);
  const reports = south.page.getByRole("region", { name: "To look at" });
  await expect(south.page.getByRole("alert")).toContainText(/Let in here at/);
  await south.page.getByRole("button", { name: "Read it" }).click();
  for (const name of names) await expect(reports).toContainText(name);
  await expect(reports).toContainText(/already in since \d\d:\d\d, North/);
  await expect(reports).toContainText("The booking was cancelled.");
  await expectAccessible(south.page);
  const scans = south.page.getByRole("region", { name: "Scans of this device" });
  await expect(scans.getByText("Let in", { exact: false })).toHaveCount(2);
  await expect(south.unsent()).toHaveAttribute("data-unsent", "0");

  await reports.getByRole("button", { name: "Noted" }).first().click();
  await expect(reports.getByRole("button", { name: "Noted" })).toHaveCount(1);
  await expect(reports.getByRole("listitem"), "noted, and still to be read").toHaveCount(2);
  const known = await scansOf(runner, event, host);
  expect(
    known.filter(({ outcome, shown_offline }) => shown_offline && shown_offline !== outcome),
  ).toHaveLength(2);
});

test("a slow network isn't waited for, and what comes late is said at once", async ({ runner, device }) => {
  const { host, guest, event, booked } = await night(runner, 1);
  const door = await device();
  await door.open((await pass(runner, event, host, "North")).url);
  await door.startCamera();
  // Called off after the list was downloaded; and the answer to the scan hangs until the door has decided.
  await runner.call("POST", `/api/bookings/${booked.id}/cancel`, {}, guest.token);
  let answer = () => {};
  const decided = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await door.page.route(`**/api/events/${event.id}/check-ins`, async (route) => {
    if (route.request().method() === "POST") await decided;
    await route.continue();
  });
  await expect(await door.scan(booked.codes[0] ?? "")).toHaveAttribute("data-outcome", "admitted");
  answer();
  await expect(door.page.getByRole("alert")).toContainText("The booking was cancelled.");
  await expect(door.unsent()).toHaveAttribute("data-unsent", "0");
});

test("people are let in by name, whatever the accents", async ({ runner, device }) => {
  const { host, event, booked } = await night(runner, 2);
  const door = await device({ dark: true });
  await door.open((await pass(runner, event, host, "North")).url);
  await door.tab(1).click();
  await door.page.getByLabel("Name on the booking").fill("семен");
  await expectAccessible(door.page);
  await door.page.getByRole("button", { name: "Let in: Пётр Семёнов, ticket 2" }).click();
  await expect(door.page.locator(".verdict")).toContainText("Ticket 2 of 2");
  await door.page.keyboard.press("Enter");
  await expect(door.page.getByText(/In since \d\d:\d\d, North/)).toBeVisible();
  await expect(door.page.getByRole("button", { name: /^Let in: / })).toHaveCount(1);
  await door.page.getByLabel("Name on the booking").fill("nobody");
  await expect(door.page.getByText("Nobody on the list is called that.")).toBeVisible();
  // A hand-held scanner types what it reads, and Enter.
  await door.page.getByLabel("Name on the booking").fill(booked.codes[1] ?? "");
  await door.page.keyboard.press("Enter");
  await expect(door.page.locator(".verdict")).toHaveAttribute("data-outcome", "already_in");
});

test("a revoked pass is told plainly; its scans are kept and go out with the next one", async ({
  runner,
  device,
}) => {
  const { host, event, booked } = await night(runner, 1);
  const first = await pass(runner, event, host, "North");
  const door = await device({ dark: true });
  await door.open(first.url);
  await door.startCamera();
  await door.page.context().setOffline(true);
  await door.scan(booked.codes[0] ?? "");
  await door.next();
  await runner.call("DELETE", `/api/events/${event.id}/door-passes/${first.id}`, undefined, host.token);
  await door.page.context().setOffline(false);
  await expect(door.page.getByRole("heading", { name: "This pass was revoked" })).toBeVisible();
  await expect(door.page.getByText("1 scan on this device wasn't sent.")).toBeVisible();
  await expectAccessible(door.page);

  await door.page.getByRole("button", { name: "Leave this door" }).click();
  const leave = door.page.getByRole("button", { name: "Leave and delete" });
  await expect(leave, "not while something waits").toBeDisabled();
  await door.page.getByRole("button", { name: "Stay" }).click();

  await door.open((await pass(runner, event, host, "North")).url);
  await expect(door.unsent()).toHaveAttribute("data-unsent", "0");
  expect(await scansOf(runner, event, host)).toHaveLength(1);
});

test("leaving asks for what waits to be saved first", async ({ runner, device }) => {
  const { host, event, booked } = await night(runner, 1);
  const door = await device();
  await door.open((await pass(runner, event, host, "North")).url);
  await door.startCamera();
  await door.page.context().setOffline(true);
  await door.scan(booked.codes[0] ?? "");
  await door.next();
  await door.page.getByRole("button", { name: "Menu" }).click();
  await expectAccessible(door.page);
  await door.page.getByRole("button", { name: "Leave this door" }).click();
  const leave = door.page.getByRole("button", { name: "Leave and delete" });
  await expect(leave).toBeDisabled();
  const saved = door.page.waitForEvent("download");
  await door.page.getByRole("button", { name: "Save the scans as a file" }).click();
  expect((await saved).suggestedFilename()).toContain(event.id);
  await leave.click();
  await expect(door.page.getByRole("heading", { name: "The door needs a pass" })).toBeVisible();
  await expectAccessible(door.page);
});

test("the pass itself can be scanned or pasted, and nothing else will do", async ({ runner, device }) => {
  const { host, event } = await night(runner, 1);
  const { url } = await pass(runner, event, host, "North");
  const door = await device({ locale: "ru-RU", width: 1280, dark: true });
  await door.page.goto(`${runner.origin}/organize/door`);
  await expect(door.page.getByRole("heading", { name: "Для входа нужен пропуск" })).toBeVisible();
  await door.page.getByLabel("Или вставьте ссылку").fill(`${runner.origin}/e/something`);
  await door.page.getByRole("button", { name: "Открыть вход" }).click();
  await expect(door.page.getByText("Это не пропуск.")).toBeVisible();
  await expectAccessible(door.page);
  await door.page.getByLabel("Или вставьте ссылку").fill(url);
  await door.page.getByRole("button", { name: "Открыть вход" }).click();
  await expect(door.page.getByRole("heading", { name: event.name })).toBeVisible();
  await expect(door.page.getByText("На связи")).toBeVisible();
  await door.startCamera("Начать");
  await expectAccessible(door.page);
});

test("where the camera isn't allowed it says what to do, and names still work", async ({
  runner,
  device,
}) => {
  const { host, event } = await night(runner, 1);
  const door = await device({ camera: false });
  await door.open((await pass(runner, event, host, "North")).url);
  await door.page.getByRole("button", { name: "Start scanning" }).click();
  await expect(door.page.getByRole("heading", { name: /camera/ })).toBeVisible();
  await expect(door.page.getByText("You can let people in by name meanwhile.")).toBeVisible();
  await expectAccessible(door.page);
  await door.tab(1).click();
  await expect(door.page.getByRole("button", { name: "Let in: Пётр Семёнов, ticket 1" })).toBeVisible();
});
