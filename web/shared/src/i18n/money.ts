import { useLocale } from "use-intl";

/** An amount in minor units: 1250 is 12.50 EUR. */
export interface Money {
  amount: number;
  currency: string;
}

/**
 * The currencies that don't have two digits after the point: the same list as in shared/domain/src/money.rs. Browsers have
 * another one, for cash: they'd make 500 forints of 50 000 fillér into 50 000.
 */
const DIGITS: Record<string, number> = {
  ...Object.fromEntries(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ").map((code) => [code, 0]),
  ),
  ...Object.fromEntries("BHD IQD JOD KWD LYD OMR TND".split(" ").map((code) => [code, 3])),
};

/** How many digits stand after a currency's point. */
export function digitsOf(currency: string): number {
  return DIGITS[currency] ?? 2;
}

/** Says an amount as the reader's language does: "€12.50", "12,50 €", and without a fraction where there is none. */
export function sayMoney(locale: string, { amount, currency }: Money): string {
  const digits = digitsOf(currency);
  const whole = amount % 10 ** digits === 0;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: whole ? 0 : digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}

/** Says amounts of money. */
export function useMoney(): (money: Money) => string {
  const locale = useLocale();
  return (money) => sayMoney(locale, money);
}
