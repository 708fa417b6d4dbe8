import { Combobox } from "@base-ui/react/combobox";
import { Check, ChevronDown, X } from "lucide-react";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { Field } from "./Field";
import { allZones, isFound, type ZoneChoice, zoneChoice } from "./zones";

/** A zone of the world, found by city, by the zone's name or by its offset. */
export function ZoneField({
  label,
  value,
  at,
  hint,
  fault,
  onChange,
  onClear,
}: {
  label: string;
  /** Its IANA name; null while none is chosen. */
  value: string | null;
  /** When: the offset from UTC is that of then. Now, unless said otherwise. */
  at?: number;
  hint?: ReactNode;
  fault: string | undefined;
  onChange: (zone: string) => void;
  /** Takes the zone out, where none is a choice too. */
  onClear?: () => void;
}) {
  const t = useTranslations("common.zones");
  const locale = useLocale();
  const [now] = useState(Date.now);
  const moment = at ?? now;
  const chosen = useMemo(
    () => (value === null ? null : zoneChoice(value, moment, locale)),
    [value, moment, locale],
  );
  // Some 400 of them, so not before they are looked through; their offsets are those of when that began.
  const [opened, setOpened] = useState<number | null>(null);
  const zones = useMemo(() => {
    if (opened !== null) return allZones(value === null ? [] : [value], opened, locale);
    return chosen ? [chosen] : [];
  }, [opened, value, chosen, locale]);
  const [box, setBox] = useState<HTMLElement | null>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  return (
    <Field
      label={label}
      hint={
        <>
          {chosen && `${chosen.name}, ${chosen.offset}`}
          {chosen && hint && <br />}
          {hint}
        </>
      }
      fault={fault}
    >
      <Combobox.Root
        items={zones}
        onOpenChange={(open) => open && setOpened(moment)}
        value={chosen}
        onValueChange={(zone: ZoneChoice | null) => zone && onChange(zone.id)}
        itemToStringLabel={nameOf}
        isItemEqualToValue={(one: ZoneChoice, other: ZoneChoice) => one.id === other.id}
        filter={(zone: ZoneChoice, query: string) => isFound(zone, query)}
        autoHighlight
        limit={60}
      >
        {/* The list is in it, beside its button: not at the end of the page. */}
        <div ref={setBox}>
          <div className="flex gap-2">
            <Combobox.Trigger
              ref={trigger}
              name="zone"
              className="input flex items-center justify-between gap-2 text-left"
            >
              <span className={chosen ? "min-w-0" : "soft"}>{chosen ? nameOf(chosen) : t("none")}</span>
              <ChevronDown aria-hidden size={18} className="shrink-0 text-soft" />
            </Combobox.Trigger>
            {onClear && chosen && (
              <button
                type="button"
                className="button quiet compact shrink-0"
                aria-label={t("clear")}
                onClick={() => {
                  onClear();
                  // The button goes away with what it took out.
                  trigger.current?.focus();
                }}
              >
                <X aria-hidden size={18} />
              </button>
            )}
          </div>
        </div>
        <Combobox.Portal container={box}>
          <Combobox.Positioner positionMethod="fixed" sideOffset={4} className="z-40 outline-none">
            <Combobox.Popup
              aria-label={label}
              className="w-(--anchor-width) rounded-card border border-line bg-card p-2 shadow-float"
            >
              <Combobox.Input
                aria-label={t("search")}
                placeholder={t("search")}
                autoComplete="off"
                className="input mb-1"
              />
              <Combobox.Empty className="soft p-3 empty:hidden">{t("unknown")}</Combobox.Empty>
              <Combobox.List className="max-h-72 overflow-y-auto overscroll-contain">
                {(zone: ZoneChoice) => (
                  <Combobox.Item
                    key={zone.id}
                    value={zone}
                    className="grid min-h-11 cursor-pointer grid-cols-[20px_1fr_auto] items-center gap-2 rounded-control px-2 py-2 data-highlighted:bg-tint"
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

function nameOf(zone: ZoneChoice): string {
  return zone.id.replaceAll("_", " ");
}
