import { expect, test } from "vitest";
import english from "./en";
import russian from "./ru";

type Words = { [key: string]: unknown };
/** A compiled message: a text, or an array of texts and arguments (icu-minify). */
type Message = string | unknown[];

const PLURAL = 2;

function messagesOf(words: Words, at = ""): [string, Message][] {
  return Object.entries(words).flatMap(([key, word]) =>
    typeof word === "string" || Array.isArray(word)
      ? [[`${at}${key}`, word] as [string, Message]]
      : messagesOf(word as Words, `${at}${key}.`),
  );
}

/** Every argument in a message, with the forms of those that have some. */
function argumentsOf(message: unknown): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  const note = (name: string, forms: string[]) => {
    const known = found.get(name) ?? new Set();
    for (const form of forms) known.add(form);
    found.set(name, known);
  };
  const look = (part: unknown): void => {
    if (!Array.isArray(part)) return;
    const [name, kind, forms] = part as unknown[];
    if (typeof name === "string" && part.length === 1) {
      note(name, []);
      return;
    }
    if (typeof name === "string" && kind === PLURAL && forms && typeof forms === "object") {
      note(name, Object.keys(forms));
      for (const form of Object.values(forms)) lookIn(form);
      return;
    }
    lookIn(part);
  };
  const lookIn = (parts: unknown): void => {
    if (Array.isArray(parts)) for (const part of parts) look(part);
  };
  lookIn(message);
  return found;
}

const en = new Map(messagesOf(english));
const ru = new Map(messagesOf(russian));

test("both languages have the same messages", () => {
  expect([...ru.keys()].sort()).toEqual([...en.keys()].sort());
});

test("both speak of the same things", () => {
  for (const [key, message] of en)
    expect([key, [...argumentsOf(ru.get(key)).keys()].sort()]).toEqual([
      key,
      [...argumentsOf(message).keys()].sort(),
    ]);
});

test("Russian has all its plural forms, unless only one and many are told apart", () => {
  const needed = ["one", "few", "many", "other"];
  for (const [key, message] of ru)
    for (const [name, forms] of argumentsOf(message)) {
      if (forms.size === 0 || [...forms].every((form) => form === "=1" || form === "other")) continue;
      expect([key, name, needed.filter((form) => !forms.has(form))]).toEqual([key, name, []]);
    }
});

test("nothing is left in English", () => {
  const same = [...en].filter(([key, message]) => JSON.stringify(message) === JSON.stringify(ru.get(key)));
  expect(same.map(([key]) => key)).toEqual([]);
});
