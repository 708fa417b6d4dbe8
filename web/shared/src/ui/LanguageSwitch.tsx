import { useTranslations } from "use-intl";
import { LANGUAGES, useLanguage } from "../i18n";

const NAMES = { en: "English", ru: "Русский" } as const;

/** The languages, each in its own name. */
export function LanguageSwitch() {
  const t = useTranslations("common");
  const { language, choose } = useLanguage();
  return (
    <fieldset className="row gap-1 text-sm">
      <legend className="sr-only">{t("language")}</legend>
      {LANGUAGES.map((code) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-pressed={code === language}
          className="min-h-11 rounded-control px-3 text-soft aria-pressed:font-semibold aria-pressed:text-ink"
          onClick={() => choose(code)}
        >
          {NAMES[code]}
        </button>
      ))}
    </fieldset>
  );
}
