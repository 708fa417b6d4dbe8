import { readFileSync } from "node:fs";
import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { FieldFault, Problem } from "../api/problem";
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
const invalid = (pointer: string, code: FieldFault["code"], detail: string, limit = 0) =>
  problem("invalid", 422, { errors: [{ pointer, code, detail, limit }] });

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
    const short = invalid("/password", "too_short", "is too short: at least 10 characters", 10);
    expect(inLanguage("en", (say) => say.fault(short, "/password"))).toBe(
      "This is too short: at least 10 characters.",
    );
    expect(inLanguage("ru", (say) => say.fault(short, "/password"))).toContain("не меньше 10 символов");
    expect(inLanguage("ru", (say) => say.fault(invalid("/email", "required", "is needed"), "/email"))).toBe(
      "Это нужно заполнить.",
    );
  });

  test("is said of that field only", () => {
    const fault = invalid("/email", "required", "is needed");
    expect(inLanguage("en", (say) => [say.fault(fault, "/name"), say.fault(null, "/email")])).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("what we have no words for is read on in English, and asked to be looked at in Russian", () => {
    // As a server says it that is newer than this page.
    const newer: Problem = JSON.parse(
      '{"code":"invalid","status":422,"detail":"","errors":[{"pointer":"/name","code":"not_yet_known","detail":"is odd"}]}',
    );
    for (const odd of [invalid("/name", "invalid", "is odd"), newer]) {
      expect(inLanguage("en", (say) => say.fault(odd, "/name"))).toBe("Is odd.");
      expect(inLanguage("ru", (say) => say.fault(odd, "/name"))).toBe("Проверьте, пожалуйста, это поле.");
    }
  });

  test("there are words for every code that the API has, in both languages, and for no other", () => {
    const description = readFileSync(new URL("../../../../openapi.json", import.meta.url), "utf8");
    const { FaultCode } = JSON.parse(description).components.schemas;
    const codes: FieldFault["code"][] = FaultCode.oneOf.map((each: { const: string }) => each.const);
    expect(codes).toContain("required");
    for (const words of [common, russian])
      expect(Object.keys(words.problems.faults).sort()).toEqual([...codes].sort());
    for (const code of codes.filter((code) => code !== "invalid"))
      for (const limit of [1, 3, 21, 500]) {
        const fault = { code, limit };
        expect(inLanguage("en", (say) => say.said(fault))).toMatch(/^[A-Z][^{}]+\.$/);
        expect(inLanguage("ru", (say) => say.said(fault))).toMatch(/^[А-ЯЁ][^{}]+\.$/);
      }
  });

  test("a limit stands in the words, in the form that its number asks for", () => {
    const ru = (code: FieldFault["code"], limit: number) =>
      inLanguage("ru", (say) => say.said({ code, limit }));
    expect(ru("too_large", 1_000_000)).toMatch(/^Не больше 1\s000\s000\.$/);
    expect(ru("too_far_ahead", 10)).toBe("До этого больше 10 лет.");
    expect(ru("too_far_ahead", 1)).toBe("До этого больше 1 года.");
    expect(ru("lasts_too_long", 31)).toBe("Событие длится не больше 31 дня.");
  });
});
