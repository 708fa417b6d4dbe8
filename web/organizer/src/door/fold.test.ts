import { describe, expect, test } from "vitest";
import vectors from "../../../../shared/domain/vectors/folded.json";
import { answersTo, fold } from "./fold";

test.each(vectors)("$text is folded as the server folds it", ({ text, folded }) => {
  expect(fold(text)).toBe(folded);
});

describe("a name answers to", () => {
  const answers = (name: string, typed: string) => answersTo(fold(name), typed);
  test.each([
    ["Пётр Семёнов", "семен"],
    ["Пётр Семёнов", "ПЕТР С"],
    ["José Núñez", "nunez jo"],
    ["Ada Lovelace", " "],
    ["Łódź Øre", "łodz"],
    ["Anne-Marie", "anne-m"],
  ])("%s: %s", (name, typed) => expect(answers(name, typed)).toBe(true));
  test.each([
    ["Ada Lovelace", "lace"],
    ["Ada Lovelace", "ada b"],
  ])("%s, not: %s", (name, typed) => expect(answers(name, typed)).toBe(false));
});
