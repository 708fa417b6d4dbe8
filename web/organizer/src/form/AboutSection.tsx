import { Tabs } from "@base-ui/react/tabs";
import { Loading, SelectField, TextArea, TextField } from "@guestlist/shared/ui";
import { lazy, Suspense } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { useTranslations } from "use-intl";
import { Section } from "./Section";
import type { Faults } from "./useFaults";
import type { EventView, Values } from "./values";

const Markdown = lazy(() => import("./Markdown"));

const KINDS: EventView["kind"][] = [
  "party",
  "gathering",
  "film_night",
  "concert",
  "talk",
  "workshop",
  "conference",
];

/** What it is. */
export function AboutSection({ faults }: { faults: Faults }) {
  const t = useTranslations("form");
  const kinds = useTranslations("kinds");
  const { register } = useFormContext<Values>();
  return (
    <Section title={t("about")} hint={t("about_hint")}>
      <TextField
        label={t("name")}
        fault={faults.at("name")}
        autoComplete="off"
        maxLength={200}
        className="input font-semibold text-lg"
        {...register("name")}
      />
      <SelectField label={t("kind")} fault={faults.at("kind")} {...register("kind")}>
        {KINDS.map((kind) => (
          <option key={kind} value={kind}>
            {kinds(kind)}
          </option>
        ))}
      </SelectField>
      <Description faults={faults} />
    </Section>
  );
}

function Description({ faults }: { faults: Faults }) {
  const t = useTranslations("form");
  const { register } = useFormContext<Values>();
  const text = useWatch<Values, "description">({ name: "description" });
  const tab =
    "min-h-8 pointer-coarse:min-h-11 rounded-control px-3 text-soft data-[active]:bg-tint data-[active]:font-semibold data-[active]:text-ink";
  return (
    <Tabs.Root defaultValue="write" className="relative">
      <Tabs.List
        aria-label={t("description_tabs")}
        className="row -top-1 pointer-coarse:-top-4 z-1 gap-1 text-sm max-[22.5rem]:mb-1 min-[22.5rem]:absolute min-[22.5rem]:right-0"
      >
        <Tabs.Tab value="write" className={tab}>
          {t("write")}
        </Tabs.Tab>
        <Tabs.Tab value="preview" className={tab}>
          {t("look")}
        </Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="write" keepMounted>
        <TextArea
          label={t("description")}
          hint={t("description_hint")}
          fault={faults.at("description")}
          rows={8}
          {...register("description")}
        />
      </Tabs.Panel>
      <Tabs.Panel value="preview">
        <p className="label mb-1">{t("description")}</p>
        <div className="card pad min-h-56">
          {text.trim() === "" ? (
            <p className="soft">{t("description_empty")}</p>
          ) : (
            <Suspense fallback={<Loading />}>
              <Markdown text={text} />
            </Suspense>
          )}
        </div>
      </Tabs.Panel>
    </Tabs.Root>
  );
}
