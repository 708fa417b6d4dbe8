import { type ReactNode, useId, useState } from "react";
import { useTranslations } from "use-intl";
import type { Filters, Span } from "./filters";

const SPANS: Span[] = ["today", "weekend", "week"];
const PRICES = ["free", "paid"] as const;

/** What to choose events by. Each choice is in the page's address at once. */
export function FilterBar({ filters, choose }: { filters: Filters; choose: (filters: Filters) => void }) {
  const t = useTranslations("home");
  const id = useId();
  const hasDates = filters.from !== undefined || filters.to !== undefined;
  const [open, setOpen] = useState(false);
  const picking = hasDates || open;

  function chooseWhen(when: Span | null) {
    const { when: _when, from: _from, to: _to, ...others } = filters;
    setOpen(false);
    choose(when ? { ...others, when } : others);
  }
  function chooseDay(name: "from" | "to", day: string) {
    const next: Filters = { ...filters };
    delete next.when;
    delete next[name];
    const other = name === "from" ? next.to : next.from;
    if (day) next[name] = day;
    // An end before the start: the other one follows.
    if (day && other && (name === "from" ? other < day : day < other)) {
      next.from = day;
      next.to = day;
    }
    choose(next);
  }
  function choosePrice(price: "free" | "paid") {
    const { price: before, ...others } = filters;
    choose(before === price ? others : { ...others, price });
  }
  function chooseOnline() {
    const { online, ...others } = filters;
    choose(online ? others : { ...others, online: true });
  }

  return (
    <search aria-label={t("filters")} className="filters">
      <fieldset>
        <legend className="sr-only">{t("when")}</legend>
        <Choice on={!filters.when && !picking} choose={() => chooseWhen(null)}>
          {t("any_day")}
        </Choice>
        {SPANS.map((span) => (
          <Choice key={span} on={filters.when === span && !open} choose={() => chooseWhen(span)}>
            {t(span)}
          </Choice>
        ))}
        <button
          type="button"
          className="choice"
          aria-pressed={picking}
          aria-expanded={picking}
          aria-controls={`${id}-dates`}
          onClick={() => (picking ? chooseWhen(null) : setOpen(true))}
        >
          {t("dates")}
        </button>
      </fieldset>
      <div id={`${id}-dates`} hidden={!picking} className="dates">
        {(["from", "to"] as const).map((name) => (
          <label key={name} htmlFor={`${id}-${name}`}>
            {t(name)}
            <input
              id={`${id}-${name}`}
              className="input"
              type="date"
              value={filters[name] ?? ""}
              min={name === "to" ? filters.from : undefined}
              onChange={(change) => chooseDay(name, change.target.value)}
            />
          </label>
        ))}
      </div>
      <fieldset>
        <legend className="sr-only">{t("price")}</legend>
        {PRICES.map((price) => (
          <Choice key={price} on={filters.price === price} choose={() => choosePrice(price)}>
            {t(price)}
          </Choice>
        ))}
      </fieldset>
      <fieldset>
        <legend className="sr-only">{t("where")}</legend>
        <Choice on={filters.online === true} choose={chooseOnline}>
          {t("online")}
        </Choice>
      </fieldset>
    </search>
  );
}

function Choice({ on, choose, children }: { on: boolean; choose: () => void; children: ReactNode }) {
  return (
    <button type="button" className="choice" aria-pressed={on} onClick={choose}>
      {children}
    </button>
  );
}
