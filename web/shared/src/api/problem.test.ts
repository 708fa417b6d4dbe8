import { expect, test } from "vitest";
import { faultAt, mayPass, problemOf, secondsToWait, Unreachable } from "./problem";

const SOLD_OUT = { code: "sold_out", status: 409, detail: "Every place is taken.", places_left: 0 };

test("what the server said stays as it is", () => {
  expect(problemOf(SOLD_OUT)).toBe(SOLD_OUT);
});

test("what fetch throws means that nothing answered", () => {
  expect(problemOf(new TypeError("Failed to fetch")).code).toBe("offline");
  expect(problemOf(new Unreachable()).code).toBe("offline");
});

test("anything else is a fault of ours", () => {
  for (const thrown of [
    new Error("?"),
    "text",
    null,
    undefined,
    { code: 7, detail: [] },
    new DOMException("x"),
  ])
    expect(problemOf(thrown).code).toBe("internal");
});

test("only what may pass is worth repeating", () => {
  expect(mayPass(problemOf(new Unreachable()))).toBe(true);
  expect(mayPass({ code: "busy", status: 503, detail: "" })).toBe(true);
  expect(mayPass(SOLD_OUT)).toBe(false);
});

test("fields and patience are read from where the server puts them", () => {
  const errors = [{ pointer: "/email", code: "required" as const, detail: "is needed" }];
  const invalid = { code: "invalid", status: 422, detail: "", errors };
  expect(faultAt(invalid, "/email")).toBe(errors[0]);
  expect(faultAt(invalid, "/name")).toBeUndefined();
  expect(faultAt(null, "/email")).toBeUndefined();
  expect(secondsToWait({ ...SOLD_OUT, retry_after: 30 })).toBe(30);
  expect(secondsToWait(SOLD_OUT)).toBeNull();
});
