/** Amounts between what is typed and minor units: whole numbers all the way, never a float. */
import { digitsOf } from "@guestlist/shared/i18n";

/** What was typed as minor units, or null where it is no amount in this currency. A comma is a point. */
export function minorUnits(typed: string, currency: string): number | null {
  const found = /^(\d{1,12})(?:[.,](\d*))?$/.exec(typed.replace(/[\s\u00A0\u202F]/g, ""));
  if (!found) return null;
  const [, whole = "", part = ""] = found;
  const digits = digitsOf(currency);
  if (part.replace(/0+$/, "").length > digits) return null;
  return Number(whole + part.slice(0, digits).padEnd(digits, "0"));
}

/** Minor units as one would type them. */
export function typedAmount(amount: number, currency: string): string {
  const digits = digitsOf(currency);
  const text = String(amount).padStart(digits + 1, "0");
  if (digits === 0) return text;
  const part = text.slice(-digits);
  return Number(part) === 0 ? text.slice(0, -digits) : `${text.slice(0, -digits)}.${part}`;
}
