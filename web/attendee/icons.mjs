/**
 * Draws the app's icons from the ticket in public/icon.svg, by the system's Chromium: `npm run icons -w @guestlist/attendee`.
 * They are kept in the repository; this makes them anew after a change of the drawing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const folder = new URL("public/", import.meta.url);
const ticket = /<path[^>]*d="([^"]+)"/.exec(readFileSync(new URL("icon.svg", folder), "utf8"))?.[1];

const RED = "#b3382c";
const PAPER = "#fcf9f3";
/** `share` is how much of the width the ticket takes, `round` the radius of the corners; both as a part of the width. */
const ICONS = [
  { name: "icon-192.png", size: 192, ground: PAPER, ink: RED, share: 0.72, round: 0.22 },
  { name: "icon-512.png", size: 512, ground: PAPER, ink: RED, share: 0.72, round: 0.22 },
  // Systems cut these into their own shape: the ground reaches the edges, the ticket stays in the middle.
  { name: "icon-180.png", size: 180, ground: PAPER, ink: RED, share: 0.66, round: 0 },
  { name: "icon-maskable-512.png", size: 512, ground: RED, ink: PAPER, share: 0.56, round: 0 },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
for (const { name, size, ground, ink, share, round } of ICONS) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  const shift = 8 * (1 - share);
  await page.setContent(
    `<body style="margin:0"><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" width="${size}" height="${size}" style="display:block">
      <rect width="16" height="16" rx="${16 * round}" fill="${ground}"/>
      <path transform="translate(${shift} ${shift}) scale(${share})" fill="${ink}" d="${ticket}"/>
    </svg></body>`,
  );
  writeFileSync(new URL(name, folder), await page.screenshot({ omitBackground: true }));
  await page.close();
}
await browser.close();
