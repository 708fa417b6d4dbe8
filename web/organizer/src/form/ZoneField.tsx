import { Combobox } from "@base-ui/react/combobox";
import { Field } from "@guestlist/shared/ui";
import { Check, ChevronDown } from "lucide-react";
import { useMemo } from "react";
import { useLocale, useTranslations } from "use-intl";
import { allZones, isFound, type ZoneChoice, zoneChoice } from "./zones";

/** The zone of the wall, found by city, country's zone name or offset. */
export function ZoneField({
  value,
  at,
  fault,
  onChange,
}: {
  value: string;
  /** When: the offset from UTC is that of then. */
  at: number;
  fault: string | undefined;
  onChange: (zone: string) => void;
}) {
  const t = useTranslations("form");
  const locale = useLocale();
  const zones = useMemo(() => allZones([value], at, locale), [value, at, locale]);
  const chosen = useMemo(() => zoneChoice(value, at, locale), [value, at, locale]);
  return (
    <Field label={t("zone")} hint={`${chosen.name}, ${chosen.offset}`} fault={fault}>
      <Combobox.Root
        items={zones}
        value={chosen}
        onValueChange={(zone: ZoneChoice | null) => zone && onChange(zone.id)}
        itemToStringLabel={(zone: ZoneChoice) => zone.id.replaceAll("_", " ")}
        isItemEqualToValue={(one: ZoneChoice, other: ZoneChoice) => one.id === other.id}
        filter={(zone: ZoneChoice, query: string) => isFound(zone, query)}
        autoHighlight
        limit={60}
      >
        <Combobox.InputGroup className="relative">
          <Combobox.Input name="zone" autoComplete="off" className="input pr-12" />
          <Combobox.Trigger
            aria-label={t("zone_open")}
            className="absolute inset-y-0 right-0 grid w-12 place-items-center text-soft"
          >
            <ChevronDown aria-hidden size={18} />
          </Combobox.Trigger>
        </Combobox.InputGroup>
        <Combobox.Portal>
          <Combobox.Positioner sideOffset={4} className="z-40 outline-none">
            <Combobox.Popup className="max-h-80 w-(--anchor-width) overflow-y-auto rounded-card border border-line bg-card p-1 shadow-float">
              <Combobox.Empty className="soft p-3 empty:hidden">{t("zone_none")}</Combobox.Empty>
              <Combobox.List>
                {(zone: ZoneChoice) => (
                  <Combobox.Item
                    key={zone.id}
                    value={zone}
                    className="grid cursor-pointer grid-cols-[20px_1fr_auto] items-baseline gap-2 rounded-control px-2 py-2 data-highlighted:bg-tint"
                  >
                    <Combobox.ItemIndicator className="col-start-1">
                      <Check aria-hidden size={16} />
                    </Combobox.ItemIndicator>
                    <span className="col-start-2 min-w-0">
                      {zone.city} <span className="small soft">{zone.region}</span>
                    </span>
                    <span className="small soft tabular-nums">{zone.offset}</span>
                  </Combobox.Item>
                )}
              </Combobox.List>
            </Combobox.Popup>
          </Combobox.Positioner>
        </Combobox.Portal>
      </Combobox.Root>
    </Field>
  );
}
