import { Combobox } from "@base-ui/react/combobox";
import { Field } from "@guestlist/shared/ui";
import { Check, ChevronDown } from "lucide-react";
import { useMemo, useState } from "react";
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
  // Some 400 of them, so not before they are looked through; their offsets are those of when that began.
  const [opened, setOpened] = useState<number | null>(null);
  const zones = useMemo(
    () => (opened === null ? [zoneChoice(value, at, locale)] : allZones([value], opened, locale)),
    [opened, value, at, locale],
  );
  const [box, setBox] = useState<HTMLElement | null>(null);
  const chosen = useMemo(() => zoneChoice(value, at, locale), [value, at, locale]);
  return (
    <Field label={t("zone")} hint={`${chosen.name}, ${chosen.offset}`} fault={fault}>
      <Combobox.Root
        items={zones}
        onOpenChange={(open) => open && setOpened(at)}
        value={chosen}
        onValueChange={(zone: ZoneChoice | null) => zone && onChange(zone.id)}
        itemToStringLabel={(zone: ZoneChoice) => zone.id.replaceAll("_", " ")}
        isItemEqualToValue={(one: ZoneChoice, other: ZoneChoice) => one.id === other.id}
        filter={(zone: ZoneChoice, query: string) => isFound(zone, query)}
        autoHighlight
        limit={60}
      >
        <div ref={setBox} className="relative">
          <Combobox.Trigger name="zone" className="input flex items-center justify-between gap-2 text-left">
            <Combobox.Value>{(zone: ZoneChoice) => zone.id.replaceAll("_", " ")}</Combobox.Value>
            <ChevronDown aria-hidden size={18} className="shrink-0 text-soft" />
          </Combobox.Trigger>
        </div>
        <Combobox.Portal container={box}>
          <Combobox.Positioner positionMethod="fixed" sideOffset={4} className="z-40 outline-none">
            <Combobox.Popup
              aria-label={t("zone")}
              className="w-(--anchor-width) rounded-card border border-line bg-card p-2 shadow-float"
            >
              <Combobox.Input
                aria-label={t("zone_search")}
                placeholder={t("zone_search")}
                autoComplete="off"
                className="input mb-1"
              />
              <Combobox.Empty className="soft p-3 empty:hidden">{t("zone_none")}</Combobox.Empty>
              <Combobox.List className="max-h-72 overflow-y-auto overscroll-contain">
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
