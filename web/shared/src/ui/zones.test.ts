import { describe, expect, test } from "vitest";
import { allZones, isFound } from "./zones";

describe("zones", () => {
  const at = Date.parse("2026-12-04T19:00:00Z");
  const all = allZones([], at, "en");
  const found = (query: string) => all.filter((zone) => isFound(zone, query)).map((zone) => zone.id);
  test("are found by city, by what it was called before, by region, by name and by offset", () => {
    expect(found("kathm")).toEqual(["Asia/Kathmandu"]);
    expect(found("Katmandu")).toEqual(["Asia/Kathmandu"]);
    expect(found("sao paulo")).toEqual(["America/Sao_Paulo"]);
    expect(found("buenos")).toContain("America/Argentina/Buenos_Aires");
    expect(found("nepal")).toEqual(["Asia/Kathmandu"]);
    expect(found("GMT+5:45")).toEqual(["Asia/Kathmandu"]);
    expect(found("europe berl")).toEqual(["Europe/Berlin"]);
    expect(found("atlantis")).toEqual([]);
  });
  test("hold one that the browser doesn't list", () => {
    expect(allZones(["Etc/GMT+3"], at, "en").map((zone) => zone.id)).toContain("Etc/GMT+3");
  });
});
