import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

/** Debian's and other systems' Chromium: Playwright's own download isn't needed. */
const chromium =
  process.env.CHROMIUM ??
  ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
    existsSync(path),
  );

export default defineConfig({
  testDir: "e2e",
  globalSetup: "./e2e/build.ts",
  outputDir: "e2e/results",
  // A test that passes the second time is a test that fails.
  retries: 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["list"], ["json", { outputFile: "e2e/results/report.json" }]],
  use: {
    browserName: "chromium",
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
      ],
    },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    serviceWorkers: "allow",
    actionTimeout: 20_000,
    trace: "retain-on-failure",
  },
});
