import { useMoney, useWhen } from "@guestlist/shared/i18n";
import { useFormatter, useTranslations } from "use-intl";
import { minorUnits } from "./money";
import type { Part, Values } from "./values";
import { instantOf } from "./wall";

/** Says a part of a form in words, to set two of them side by side. */
export function usePartWords(): (part: Part, values: Values) => string {
  const t = useTranslations("form");
  const kinds = useTranslations("kinds");
  const format = useFormatter();
  const when = useWhen();
  const money = useMoney();
  const wall = (text: string, zone: string) => {
    const instant = instantOf(text, zone);
    return instant === null ? "–" : when({ starts_at: new Date(instant).toISOString(), zone }).short;
  };
  return (part, values) => {
    switch (part) {
      case "name":
        return values.name;
      case "kind":
        return kinds(values.kind);
      case "description": {
        const text = values.description.trim().replace(/\s+/g, " ");
        return text === "" ? "–" : text.length > 160 ? `${text.slice(0, 159)}…` : text;
      }
      case "starts":
        return wall(values.starts, values.zone);
      case "ends":
        return wall(values.ends, values.zone);
      case "zone":
        return values.zone.replaceAll("_", " ");
      case "place":
        return values.where === "online"
          ? "–"
          : [values.place, values.address, values.point].filter(Boolean).join(", ");
      case "online_link":
        return values.where === "place" ? "–" : values.link;
      case "capacity":
        return values.limited ? format.number(Number(values.capacity)) : t("open");
      case "price": {
        const amount = values.paid ? minorUnits(values.amount, values.currency) : null;
        return amount === null ? t("free") : money({ amount, currency: values.currency });
      }
      case "language":
        return t(`languages.${values.language}`);
      case "visibility":
        return t(values.visibility);
    }
  };
}
