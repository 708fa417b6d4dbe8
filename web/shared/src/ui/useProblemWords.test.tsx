import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Problem } from "../api/problem";
import { LanguageProvider } from "../i18n";
import common from "../i18n/en.json";
import russian from "../i18n/ru.json";
import { newBrowser } from "../testing/browser";
import { useProblemWords } from "./useProblemWords";

type Words = ReturnType<typeof useProblemWords>;

function Asking({ ask }: { ask: (words: Words) => void }) {
  ask(useProblemWords());
  return null;
}

/** What the words are in a language. */
function inLanguage<T>(language: "en" | "ru", ask: (words: Words) => T): T {
  const said: T[] = [];
  const messages = { common: language === "en" ? common : russian };
  renderToStaticMarkup(
    <LanguageProvider load={async () => messages} initial={{ language, messages }}>
      <Asking ask={(words) => said.push(ask(words))} />
    </LanguageProvider>,
  );
  const [first] = said;
  if (first === undefined) throw new Error("nothing was said");
  return first;
}

const problem = (code: string, status: number, more: Partial<Problem> = {}): Problem => ({
  code,
  status,
  detail: "In English.",
  ...more,
});
const invalid = (pointer: string, detail: string) =>
  problem("invalid", 422, { errors: [{ pointer, detail }] });

beforeEach(() => {
  newBrowser(() => Response.json({}));
});
afterEach(() => vi.unstubAllGlobals());

describe("what happened", () => {
  test("a page's own words go first", () => {
    const own = { sold_out: "Zu spät" };
    expect(inLanguage("en", (say) => say.text(problem("sold_out", 409), own))).toBe("Zu spät");
  });

  test("how long to wait is said in seconds, then in minutes", () => {
    const often = (retry_after: number) => problem("too_many_requests", 429, { retry_after });
    expect(inLanguage("en", (say) => say.text(often(1)))).toBe("That was often. Try again in 1 second.");
    expect(inLanguage("en", (say) => say.text(often(61)))).toBe("That was often. Try again in 61 seconds.");
    expect(inLanguage("en", (say) => say.text(often(600)))).toBe("That was often. Try again in 10 minutes.");
    expect(inLanguage("ru", (say) => say.text(often(121)))).toContain("через 3 минуты");
    expect(inLanguage("ru", (say) => say.text(often(21)))).toContain("через 21 секунду");
  });

  test("no answer is no fault of ours, and neither is told in the server's words", () => {
    const offline = problem("offline", 0, { detail: "" });
    expect(inLanguage("en", (say) => say.title(offline))).toBe("No connection");
    expect(inLanguage("en", (say) => say.title(problem("internal", 500)))).toBe(
      "Something broke on our side",
    );
    expect(inLanguage("en", (say) => say.text(problem("internal", 500)))).not.toContain("In English.");
  });

  test("the API's sentence stands in where we have none, but never in a Russian page", () => {
    expect(inLanguage("en", (say) => say.text(problem("new_code", 409)))).toBe("In English.");
    expect(inLanguage("ru", (say) => say.text(problem("new_code", 409)))).toMatch(/^[^A-Za-z]+$/);
  });
});

describe("what is wrong with a field", () => {
  test("is a sentence of its own, in either language", () => {
    const short = invalid("/password", "is too short: at least 10 characters");
    expect(inLanguage("en", (say) => say.fault(short, "/password"))).toBe(
      "This is too short: at least 10 characters.",
    );
    expect(inLanguage("ru", (say) => say.fault(short, "/password"))).toContain("не меньше 10 символов");
    expect(inLanguage("ru", (say) => say.fault(invalid("/email", "is needed"), "/email"))).toBe(
      "Это нужно заполнить.",
    );
  });

  test("is said of that field only", () => {
    const fault = invalid("/email", "must not be empty");
    expect(inLanguage("en", (say) => [say.fault(fault, "/name"), say.fault(null, "/email")])).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("what we have no words for is read on in English, and asked to be looked at in Russian", () => {
    const odd = invalid("/capacity", "must be at least 1; leave it out for as many as come");
    expect(inLanguage("en", (say) => say.fault(odd, "/capacity"))).toBe(
      "Must be at least 1; leave it out for as many as come.",
    );
    expect(inLanguage("ru", (say) => say.fault(odd, "/capacity"))).toBe("Проверьте, пожалуйста, это поле.");
  });
});
