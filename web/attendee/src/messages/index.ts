import type { Language } from "@guestlist/shared/i18n";
import type common from "../../../shared/src/i18n/en.json";
import type own from "./en.json";

/** Every word of this app. English is the one whose shape the others are checked against. */
type Messages = typeof own & { common: typeof common };

declare module "use-intl" {
  interface AppConfig {
    Messages: Messages;
  }
}

const LOADERS: Record<Language, () => Promise<Messages>> = {
  en: async () => {
    const [own, common] = await Promise.all([
      import("./en.json"),
      import("../../../shared/src/i18n/en.json"),
    ]);
    return { ...own.default, common: common.default };
  },
  ru: async () => {
    const [own, common] = await Promise.all([
      import("./ru.json"),
      import("../../../shared/src/i18n/ru.json"),
    ]);
    return { ...own.default, common: common.default };
  },
};

/** Brings the words of a language. */
export function load(language: Language): Promise<Messages> {
  return LOADERS[language]();
}
