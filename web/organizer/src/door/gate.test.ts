import { expect, test } from "vitest";
import { Gate } from "./gate";

test("a code that stays in view is let through once, however long", () => {
  const gate = new Gate();
  const seen = Array.from({ length: 100 }, (_, tenth) => gate.admits("a", tenth * 100));
  expect(seen.filter(Boolean)).toHaveLength(1);
});

test("out of sight for three seconds, it is shown anew", () => {
  const gate = new Gate();
  expect(gate.admits("a", 0)).toBe(true);
  expect(gate.admits("a", 2_999)).toBe(false);
  expect(gate.admits("a", 5_998)).toBe(false);
  expect(gate.admits("a", 8_998)).toBe(true);
});

test("what is held up while its verdict is shown isn't shown anew after it, and another code is", () => {
  const gate = new Gate();
  gate.admits("a", 0);
  for (let now = 100; now <= 5_000; now += 100) gate.stays("a", now);
  gate.stays("b", 5_050);
  expect(gate.admits("a", 5_100)).toBe(false);
  expect(gate.admits("b", 5_200)).toBe(true);
});

test("another code is let through at once, and so is the first after it", () => {
  const gate = new Gate();
  expect(gate.admits("a", 0)).toBe(true);
  expect(gate.admits("b", 100)).toBe(true);
  expect(gate.admits("a", 200)).toBe(true);
});

test("opened, it lets the same code through at once", () => {
  const gate = new Gate();
  gate.admits("a", 0);
  gate.open();
  expect(gate.admits("a", 100)).toBe(true);
});
