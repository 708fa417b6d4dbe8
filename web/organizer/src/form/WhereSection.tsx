import { TextField } from "@guestlist/shared/ui";
import { ExternalLink } from "lucide-react";
import { useFormContext, useWatch } from "react-hook-form";
import { useTranslations } from "use-intl";
import { Segmented } from "../ui/Segmented";
import { pointOf } from "./point";
import { Section } from "./Section";
import type { Faults } from "./useFaults";
import type { Values } from "./values";

/** Where it is: at a place, online, or both. */
export function WhereSection({ faults }: { faults: Faults }) {
  const t = useTranslations("form");
  const { register, setValue } = useFormContext<Values>();
  const [where, typed] = useWatch<Values, ["where", "point"]>({ name: ["where", "point"] });
  const point = pointOf(typed);
  return (
    <Section title={t("where")} hint={t("where_hint")}>
      <Segmented
        legend={t("where_how")}
        name="where"
        value={where}
        onChange={(next) => setValue("where", next, { shouldDirty: true })}
        choices={[
          { value: "place", label: t("at_place") },
          { value: "online", label: t("online") },
          { value: "both", label: t("both") },
        ]}
      />
      {where !== "online" && (
        <>
          <TextField
            label={t("place")}
            fault={faults.at("place")}
            autoComplete="off"
            {...register("place")}
          />
          <TextField
            label={t("address")}
            hint={t("address_hint")}
            optional
            fault={faults.at("address")}
            autoComplete="off"
            {...register("address")}
          />
          <div className="grid gap-1">
            <TextField
              label={t("point")}
              hint={t("point_hint")}
              optional
              fault={faults.at("point")}
              autoComplete="off"
              inputMode="text"
              {...register("point")}
            />
            {point && (
              <a
                className="small inline-flex min-h-8 pointer-coarse:min-h-11 items-center gap-1 justify-self-start"
                href={`https://www.openstreetmap.org/?mlat=${point.latitude}&mlon=${point.longitude}#map=17/${point.latitude}/${point.longitude}`}
                target="_blank"
                rel="noreferrer"
              >
                {t("point_check")}
                <ExternalLink aria-hidden size={14} />
              </a>
            )}
          </div>
        </>
      )}
      {where !== "place" && (
        <TextField
          type="url"
          label={t("link")}
          hint={t("link_hint")}
          placeholder="https://"
          fault={faults.at("link")}
          autoComplete="off"
          {...register("link")}
        />
      )}
    </Section>
  );
}
