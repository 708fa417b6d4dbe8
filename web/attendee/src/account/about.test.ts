import { expect, test } from "vitest";
import { type About, merge } from "./about";

const ADA: About = { name: "Ada", language: "en", zone: null };

test("a change to something else leaves what is typed as it is", () => {
  const typed = { ...ADA, name: "Ada Lovelace " };
  expect(merge(typed, ADA, ADA)).toEqual({ typed, elsewhere: {} });
});

test("what only the profile changed is taken over", () => {
  const typed = { ...ADA, name: "Ada Lovelace" };
  expect(merge(typed, ADA, { ...ADA, language: "ru", zone: "Asia/Tbilisi" })).toEqual({
    typed: { name: "Ada Lovelace", language: "ru", zone: "Asia/Tbilisi" },
    elsewhere: {},
  });
});

test("where both changed, what is typed stays and the other is told", () => {
  const typed = { ...ADA, name: "Ada Lovelace", zone: "Europe/Riga" };
  expect(merge(typed, ADA, { ...ADA, name: "Ada King", zone: null })).toEqual({
    typed,
    elsewhere: { name: "Ada King" },
  });
});

test("what was saved here is no change elsewhere", () => {
  const typed = { ...ADA, name: " Ada Lovelace" };
  expect(merge(typed, ADA, { ...ADA, name: "Ada Lovelace" }).elsewhere).toEqual({});
});
