import type { Language } from "@guestlist/shared/i18n";
import type english from "./en";

/** Every word of this app. English is the one whose shape the others are checked against. */
type Messages = typeof english;

declare module "use-intl" {
  interface AppConfig {
    Messages: Messages;
  }
}

const LOADERS: Record<Language, () => Promise<{ default: Messages }>> = {
  en: () => import("./en"),
  ru: () => import("./ru"),
};

/** Brings the words of a language. */
export async function load(language: Language): Promise<Messages> {
  return (await LOADERS[language]()).default;
}
