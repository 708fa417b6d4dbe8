/**
 * Every page as it looks, in both themes and languages, narrow and wide, into e2e/results/looks: `npm run looks`. To take a
 * few only, name what they begin with: `LOOKS=ticket,o-live npm run looks`.
 */
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BrowserContext, expect, test as plain } from "@playwright/test";
import { City } from "./city";
import { LIVE } from "./evening";
import { doors, guests, organizers, type Shot } from "./shots";
import { IDLE, type World, worldOf } from "./world";

const FOLDER = fileURLToPath(new URL("../results/looks/", import.meta.url));
const ONLY = (process.env.LOOKS ?? "").split(",").filter((name) => name !== "");

interface Look {
  colorScheme: "light" | "dark";
  language: "en" | "ru";
  width: number;
}

const LOOKS: Look[] = (["light", "dark"] as const).flatMap((colorScheme) =>
  (["en", "ru"] as const).flatMap((language) =>
    [390, 1280].map((width) => ({ colorScheme, language, width })),
  ),
);

const test = plain.extend<object, { evening: { city: City; world: World } }>({
  evening: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what is asked for from the pattern.
    async ({}, use) => {
      mkdirSync(FOLDER, { recursive: true });
      const city = await City.found();
      await use({ city, world: await worldOf(city) });
      await city.end();
    },
    { scope: "worker", timeout: 300_000 },
  ],
});

/** The newest mails to somebody, one of each kind. */
async function mails({ runner }: City, who: string): Promise<Shot[]> {
  const found = await runner.call<{ id: number; subject: string }[]>(
    "GET",
    `/dev/mailbox.json?to=${who}@guestlist.test`,
  );
  return found.slice(0, 12).map(({ id }, place) => ({
    name: `m-${who}-${place}`,
    path: `/dev/mailbox/${id}/html`,
  }));
}

async function shoot(context: BrowserContext, origin: string, shot: Shot, look: Look): Promise<void> {
  const page = await context.newPage();
  try {
    const settled = () =>
      shot.waits ? page.waitForTimeout(shot.waits) : page.waitForLoadState("networkidle");
    await shot.before?.(page);
    await page.goto(`${origin}${shot.path}`);
    await settled();
    await shot.after?.(page);
    await settled();
    const path = `${FOLDER}${shot.name}-${look.width}-${look.colorScheme}-${look.language}.png`;
    await page.screenshot({ path, fullPage: shot.window !== true, animations: "disabled" });
  } finally {
    await context.setOffline(false);
    await page.close();
  }
}

/** Those of one and the same browser together. */
function byVisitor(shots: Shot[]): Shot[][] {
  const groups = new Map<string, Shot[]>();
  for (const shot of shots) {
    const key = shot.apart ? shot.name : `${shot.who} ${shot.plain}`;
    groups.set(key, [...(groups.get(key) ?? []), shot]);
  }
  return [...groups.values()];
}

for (const look of LOOKS) {
  test(`${look.width} px, ${look.colorScheme}, ${look.language}`, async ({ browser, evening }) => {
    const { city, world } = evening;
    for (const who of ["vera", "mia", IDLE]) {
      await city.runner.call("PATCH", "/api/me", { language: look.language }, await city.token(who));
    }
    const letters = await mails(city, look.language === "en" ? "mia" : "anton");
    const shots = [...guests(world), ...organizers(world), ...doors(world), ...letters].filter(
      ({ name }) => ONLY.length === 0 || ONLY.some((beginning) => name.startsWith(beginning)),
    );
    const failed: string[] = [];
    // One log-in each: more would be too many for one person.
    for (const theirs of byVisitor(shots)) {
      const context = await city.browser(browser, {
        who: theirs[0]?.who,
        at: LIVE,
        colorScheme: look.colorScheme,
        locale: { en: "en-GB", ru: "ru-RU" }[look.language],
        viewport: { width: look.width, height: look.width < 720 ? 844 : 900 },
        javaScriptEnabled: theirs[0]?.plain !== true,
      });
      await context.addInitScript(() => localStorage.setItem("guestlist.door.pace", "tap"));
      for (const shot of theirs) {
        await test.step(shot.name, () =>
          shoot(context, city.runner.origin, shot, look).catch((error: unknown) => {
            failed.push(`${shot.name}: ${error}`);
          }),
        );
      }
      await context.close();
    }
    expect(failed, "pages that couldn't be taken").toEqual([]);
  });
}
