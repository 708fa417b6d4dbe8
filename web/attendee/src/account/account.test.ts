import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { wayBack, withWayBack } from "./back";
import { faultsOf } from "./typed";

beforeEach(() => vi.stubGlobal("location", new URL("http://guestlist.test/log-in")));
afterEach(() => vi.unstubAllGlobals());

test("the way back leads to this app only", () => {
  const back = (query: string) => wayBack(new URLSearchParams(query));
  expect(back("to=/tickets/tkt_1")).toBe("/tickets/tkt_1");
  expect(back(withWayBack("/log-in", "/?when=today&price=free").split("?").slice(1).join("?"))).toBe(
    "/?when=today&price=free",
  );
  for (const elsewhere of [
    "https://evil.example",
    "//evil.example",
    "///evil.example",
    "//",
    "/\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r\n/evil.example",
    "/\t\\evil.example",
    "/e/x\\y",
    "\t//evil.example",
    "/.//evil.example",
    "/e/..//evil.example",
    "javascript:alert(1)",
    "",
  ])
    expect(back(`to=${encodeURIComponent(elsewhere)}`)).toBe("/");
  expect(back("")).toBe("/");
  expect(back("to=/%09/evil.example")).toBe("/");
  expect(back("to=/e/kino?when=%2F%2Fx")).toBe("/e/kino?when=//x");
  expect(withWayBack("/log-in", "/")).toBe("/log-in");
});

test("the address that was typed comes along with the way back", () => {
  const link = withWayBack("/forgot-password", "/e/kino", " ada+x@example.org ");
  const query = new URLSearchParams(link.split("?")[1]);
  expect(query.get("email")).toBe("ada+x@example.org");
  expect(wayBack(query)).toBe("/e/kino");
  expect(withWayBack("/forgot-password", "/", " ")).toBe("/forgot-password");
});

test("what can't be right is said before anybody is asked", () => {
  const all = ["name", "email", "password"] as const;
  expect(faultsOf({ name: " ", email: "", password: "" }, all, true)).toEqual({
    name: "needed",
    email: "needed",
    password: "needed",
  });
  expect(faultsOf({ name: "Ада", email: "ada@example", password: "пароль" }, all, true)).toEqual({
    email: "email_form",
    password: "password_short",
  });
  expect(faultsOf({ name: "Ada", email: " ada@example.org ", password: "место у окна" }, all, true)).toEqual(
    {},
  );
  // An old password is as long as it is, and blanks belong to it.
  expect(
    faultsOf({ name: "", email: "ada@example.org", password: "  " }, ["email", "password"], false),
  ).toEqual({});
});
