import { expect, test } from "vitest";
import { sayMoney } from "./money";

function say(locale: string, amount: number, currency: string): string {
  return sayMoney(locale, { amount, currency }).replaceAll(/[\u00A0\u202F]/g, " ");
}

test("amounts are said as the language does, without an empty fraction", () => {
  expect(say("en-GB", 1250, "EUR")).toBe("€12.50");
  expect(say("en-GB", 1200, "EUR")).toBe("€12");
  expect(say("ru-RU", 60_000, "RUB")).toBe("600 ₽");
  expect(say("ru-RU", 1250, "EUR")).toBe("12,50 €");
});

test("fractions are those of ISO 4217, whatever browsers think of cash", () => {
  expect(say("en-GB", 500, "JPY")).toBe("¥500");
  expect(say("en-GB", 1205, "KWD")).toContain("1.205");
  expect(say("en-GB", 250_000, "HUF")).toMatch(/2,500$/);
  expect(say("en-GB", 150_050, "COP")).toContain("1,500.50");
});
