import { Combobox } from "@base-ui/react/combobox";
import { useLocale } from "@guestlist/shared/i18n";
import { Field } from "@guestlist/shared/ui";
import { ChevronDown, X } from "lucide-react";
import { useMemo } from "react";
import { useTranslations } from "use-intl";

interface Zone {
  /** As IANA calls it. */
  value: string;
  /** "Berlin · Germany Time (GMT+1)" */
  label: string;
}

/** What browsers still call by its old name: people look for the new one. */
const RENAMED: Record<string, string> = {
  "America/Buenos_Aires": "America/Argentina/Buenos_Aires",
  "America/Godthab": "America/Nuuk",
  "Asia/Calcutta": "Asia/Kolkata",
  "Asia/Katmandu": "Asia/Kathmandu",
  "Asia/Rangoon": "Asia/Yangon",
  "Asia/Saigon": "Asia/Ho_Chi_Minh",
  "Atlantic/Faeroe": "Atlantic/Faroe",
  "Europe/Kiev": "Europe/Kyiv",
};

/** "America/Argentina/Buenos_Aires" as "Buenos Aires". */
function cityOf(zone: string): string {
  return (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");
}

function zonesIn(locale: string): Zone[] {
  const now = new Date();
  return Intl.supportedValuesOf("timeZone").map((listed) => {
    const value = RENAMED[listed] ?? listed;
    const name = (timeZoneName: "shortGeneric" | "shortOffset") =>
      new Intl.DateTimeFormat(locale, { timeZone: listed, timeZoneName })
        .formatToParts(now)
        .find((part) => part.type === "timeZoneName")?.value ?? "";
    return { value, label: `${cityOf(value)} · ${name("shortGeneric")} (${name("shortOffset")})` };
  });
}

/** One's own zone, found by typing a city's name. */
export function ZoneField({
  zone,
  choose,
  hint,
  fault,
}: {
  zone: string | null;
  choose: (zone: string | null) => void;
  hint: string;
  fault: string | undefined;
}) {
  const t = useTranslations("profile");
  const locale = useLocale();
  const zones = useMemo(() => zonesIn(locale), [locale]);
  const chosen =
    zones.find(({ value }) => value === (zone && (RENAMED[zone] ?? zone))) ??
    (zone ? { value: zone, label: zone } : null);
  return (
    <Combobox.Root
      items={zones}
      value={chosen}
      onValueChange={(next) => choose(next?.value ?? null)}
      isItemEqualToValue={(one, other) => one.value === other.value}
      limit={60}
    >
      <Field label={t("zone")} hint={hint} fault={fault}>
        <Combobox.InputGroup className="relative">
          <Combobox.Input className="input pr-24" placeholder={t("zone_search")} autoComplete="off" />
          <span className="absolute inset-y-0 right-0 flex text-soft">
            <Combobox.Clear className="grid w-11 place-items-center" aria-label={t("zone_clear")}>
              <X aria-hidden size={20} />
            </Combobox.Clear>
            <Combobox.Trigger className="grid w-11 place-items-center" aria-label={t("zone_open")}>
              <ChevronDown aria-hidden size={20} />
            </Combobox.Trigger>
          </span>
        </Combobox.InputGroup>
      </Field>
      <Combobox.Portal>
        <Combobox.Positioner className="z-50" sideOffset={4}>
          <Combobox.Popup className="max-h-72 w-(--anchor-width) overflow-y-auto rounded-control border border-line bg-card p-1 shadow-float">
            <Combobox.Empty className="empty:hidden">
              <p className="soft p-3">{t("zone_empty")}</p>
            </Combobox.Empty>
            <Combobox.List>
              {(item: Zone) => (
                <Combobox.Item
                  key={item.value}
                  value={item}
                  className="min-h-11 cursor-pointer rounded-control px-3 py-2 data-highlighted:bg-tint"
                >
                  {item.label}
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
