import { SelectField } from "@guestlist/shared/ui";
import { useFormContext, useWatch } from "react-hook-form";
import { useTranslations } from "use-intl";
import { Segmented } from "../ui/Segmented";
import { Section } from "./Section";
import type { Faults } from "./useFaults";
import type { Values } from "./values";

/** Who it is for. */
export function AudienceSection({ faults }: { faults: Faults }) {
  const t = useTranslations("form");
  const { register, setValue } = useFormContext<Values>();
  const visibility = useWatch<Values, "visibility">({ name: "visibility" });
  return (
    <Section title={t("audience")} hint={t("audience_hint")}>
      <div className="grid gap-1">
        <Segmented
          legend={t("visibility")}
          name="visibility"
          value={visibility}
          onChange={(next) => setValue("visibility", next, { shouldDirty: true })}
          choices={[
            { value: "public", label: t("public") },
            { value: "unlisted", label: t("unlisted") },
          ]}
        />
        <p className="small soft">{visibility === "public" ? t("public_hint") : t("unlisted_hint")}</p>
      </div>
      <SelectField
        label={t("language")}
        hint={t("language_hint")}
        fault={faults.at("language")}
        {...register("language")}
      >
        <option value="en">{t("languages.en")}</option>
        <option value="ru">{t("languages.ru")}</option>
      </SelectField>
    </Section>
  );
}
