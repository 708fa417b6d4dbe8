/**
 * Draws the door's icons from public/icons/door.svg: `node icons.mjs`. What it makes is checked in. Systems cut the maskable
 * one to their own shape (https://w3c.github.io/manifest/#icon-masks): its ticket lies within the circle that stays.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { chromium } from "@playwright/test";

const drawing = readFileSync(new URL("public/icons/door.svg", import.meta.url), "utf8");
const ICONS = [
  { name: "door-192.png", size: 192, corner: "22%" },
  { name: "door-512.png", size: 512, corner: "22%" },
  { name: "door-maskable-512.png", size: 512, corner: "0" },
  { name: "door-apple-180.png", size: 180, corner: "0" },
];

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
for (const { name, size, corner } of ICONS) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(
    `<body style="margin:0"><div style="width:${size}px;height:${size}px;overflow:hidden;border-radius:${corner}">${drawing}</div>`,
  );
  writeFileSync(
    new URL(`public/icons/${name}`, import.meta.url),
    await page.screenshot({ omitBackground: true }),
  );
}
await browser.close();
