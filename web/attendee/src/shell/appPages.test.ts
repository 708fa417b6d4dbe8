import { expect, test } from "vitest";
import { APP_PAGES } from "./appPages";

test("the app's pages open without a connection, with or without a query", () => {
  for (const path of ["/", "/log-in", "/verify", "/tickets", "/tickets/tkt_1", "/profile", "/bookings"]) {
    expect(path).toMatch(APP_PAGES);
    expect(`${path}?price=free`).toMatch(APP_PAGES);
  }
  expect("/log-in?to=/tickets/tkt_1&email=ada@example.org").toMatch(APP_PAGES);
});

test("nobody else's do", () => {
  for (const path of [
    "/organize/",
    "/e/kino",
    "/account/reset",
    "/api/events",
    "/docs",
    "/tickets/a/b",
    "/log-inn",
  ]) {
    expect(path).not.toMatch(APP_PAGES);
    expect(`${path}?to=/tickets`).not.toMatch(APP_PAGES);
  }
});
