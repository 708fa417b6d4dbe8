import { useWhen, useZone } from "@guestlist/shared/i18n";
import { TextField, ZoneField } from "@guestlist/shared/ui";
import { useRef } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { useTranslations } from "use-intl";
import { Section } from "./Section";
import type { Faults } from "./useFaults";
import type { Values } from "./values";
import { between, instantOf, moved } from "./wall";

/** When it is, on the wall where it is. */
export function WhenSection({ faults }: { faults: Faults }) {
  const t = useTranslations("form");
  const { register, setValue, getValues } = useFormContext<Values>();
  const [starts, ends, zone] = useWatch<Values, ["starts", "ends", "zone"]>({
    name: ["starts", "ends", "zone"],
  });
  // How long it lasts, as of the last start that was one: moving the start moves the end with it.
  const lasting = useRef({ starts, lasts: between(starts, ends) });
  const follow = () => {
    const next = getValues("starts");
    const { lasts } = lasting.current;
    if (!(Number(next.slice(0, 4)) >= 2000) || !(lasts > 0)) return;
    if (getValues("ends") === moved(lasting.current.starts, lasts)) {
      setValue("ends", moved(next, lasts), { shouldDirty: true });
    }
    lasting.current = { starts: next, lasts };
  };
  const remember = () => {
    const lasts = between(getValues("starts"), getValues("ends"));
    if (lasts > 0) lasting.current = { starts: getValues("starts"), lasts };
  };
  const startsAt = instantOf(starts, zone);
  return (
    <Section title={t("when")} hint={t("when_hint")}>
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <TextField
          type="datetime-local"
          label={t("starts")}
          fault={faults.at("starts")}
          {...register("starts", { onChange: follow })}
        />
        <TextField
          type="datetime-local"
          label={t("ends")}
          min={starts}
          fault={faults.at("ends")}
          {...register("ends", { onChange: remember })}
        />
      </div>
      <ZoneField
        label={t("zone")}
        value={zone}
        at={startsAt ?? Date.now()}
        fault={faults.at("zone")}
        onChange={(next) => setValue("zone", next, { shouldDirty: true })}
      />
      <Said starts={starts} ends={ends} zone={zone} />
    </Section>
  );
}

/** The same as guests will read it, so that a slip is seen. */
function Said({ starts, ends, zone }: Pick<Values, "starts" | "ends" | "zone">) {
  const t = useTranslations("form");
  const when = useWhen();
  const own = useZone();
  const [from, to] = [instantOf(starts, zone), instantOf(ends, zone)];
  if (from === null || to === null || to <= from) return null;
  const moment = { starts_at: new Date(from).toISOString(), ends_at: new Date(to).toISOString(), zone };
  const there = when(moment);
  const here = when(moment, own);
  return (
    <p className="small rounded-control bg-tint px-4 py-3 first-letter:uppercase">
      <strong>{there.date}</strong>, {there.time}
      {there.elsewhere && ` · ${t("your_time", { when: here.short })}`}
    </p>
  );
}
