/** Pictures for people to look at; no tests. `npm run screenshots` remakes those of the README, `npm run looks` takes every page. */
import { defineConfig } from "@playwright/test";
import config from "./playwright.config";

export default defineConfig(config, {
  testDir: "e2e/screenshots",
  testMatch: ["readme.ts", "looks.ts"],
  // Playwright empties this one; the pictures lie beside it.
  outputDir: "e2e/results/traces",
  timeout: 900_000,
  reporter: "list",
  use: { trace: "off", actionTimeout: 8_000 },
});
