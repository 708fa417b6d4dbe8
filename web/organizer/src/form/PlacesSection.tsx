import { SelectField, TextField } from "@guestlist/shared/ui";
import { useMemo } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { useLocale, useTranslations } from "use-intl";
import { Segmented } from "../ui/Segmented";
import { Section } from "./Section";
import type { Faults } from "./useFaults";
import type { Values } from "./values";

/** Those that most will look for, first. */
const COMMON = ["EUR", "USD", "GBP", "CHF", "RUB", "KZT", "GEL", "AMD", "RSD", "TRY", "UAH", "PLN"];

/** How many can come, and what it costs. */
export function PlacesSection({ faults }: { faults: Faults }) {
  const t = useTranslations("form");
  const locale = useLocale();
  const { register, setValue } = useFormContext<Values>();
  const [limited, paid] = useWatch<Values, ["limited", "paid"]>({ name: ["limited", "paid"] });
  const currencies = useMemo(() => {
    const names = new Intl.DisplayNames(locale, { type: "currency" });
    return [...new Set([...COMMON, ...Intl.supportedValuesOf("currency")])].map((code) => ({
      code,
      label: `${code} · ${names.of(code)}`,
    }));
  }, [locale]);
  return (
    <Section title={t("places")} hint={t("places_hint")}>
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <Segmented
          legend={t("capacity_how")}
          name="limited"
          value={limited ? "limited" : "open"}
          onChange={(next) => setValue("limited", next === "limited", { shouldDirty: true })}
          choices={[
            { value: "limited", label: t("limited") },
            { value: "open", label: t("open") },
          ]}
        />
        {limited && (
          <TextField
            label={t("capacity")}
            inputMode="numeric"
            autoComplete="off"
            fault={faults.at("capacity")}
            {...register("capacity")}
          />
        )}
      </div>
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <Segmented
          legend={t("price_how")}
          name="paid"
          value={paid ? "paid" : "free"}
          onChange={(next) => setValue("paid", next === "paid", { shouldDirty: true })}
          choices={[
            { value: "free", label: t("free") },
            { value: "paid", label: t("paid") },
          ]}
        />
        {paid && (
          <div className="grid grid-cols-[minmax(0,1fr)_minmax(0,1.2fr)] items-start gap-3">
            <TextField
              label={t("amount")}
              inputMode="decimal"
              autoComplete="off"
              fault={faults.at("amount")}
              {...register("amount")}
            />
            <SelectField label={t("currency")} fault={faults.at("currency")} {...register("currency")}>
              {currencies.map(({ code, label }) => (
                <option key={code} value={code}>
                  {label}
                </option>
              ))}
            </SelectField>
          </div>
        )}
      </div>
      {paid && <p className="small soft">{t("paid_hint")}</p>}
    </Section>
  );
}
