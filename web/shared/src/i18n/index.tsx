/** The reader's language: what the profile says, else what they chose here, else what the page or the browser says. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { type AbstractIntlMessages, IntlProvider } from "use-intl";

export { useFormatter, useLocale, useNow, useTranslations } from "use-intl";
export { type Moment, useWhen } from "./when";
export { useZone } from "./zone";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

const CHOSEN = "guestlist.language";

function isLanguage(code: string | null | undefined): code is Language {
  return LANGUAGES.includes(code as Language);
}

function first(): Language {
  const chosen = localStorage.getItem(CHOSEN);
  if (isLanguage(chosen)) return chosen;
  const wanted = navigator.languages.map((language) => language.slice(0, 2)).find(isLanguage);
  return wanted ?? "en";
}

/** The reader's own kind of a language, as British or American English: dates and numbers follow it. */
export function localeOf(language: Language): string {
  const own = navigator.languages.find((candidate) => candidate.toLowerCase().startsWith(`${language}-`));
  return own ?? { en: "en-GB", ru: "ru-RU" }[language];
}

interface Choice {
  language: Language;
  choose(language: Language): void;
}

const Context = createContext<Choice>({ language: "en", choose: () => {} });

/** The language, and the way to another. */
export function useLanguage(): Choice {
  return useContext(Context);
}

/** Gives everything below it words. `load` brings a language's words; nothing is shown until they are there. */
export function LanguageProvider({
  load,
  children,
}: {
  load: (language: Language) => Promise<AbstractIntlMessages>;
  children: ReactNode;
}) {
  const [language, setLanguage] = useState(first);
  const [loaded, setLoaded] = useState<{ language: Language; messages: AbstractIntlMessages }>();
  useEffect(() => {
    let current = true;
    load(language).then((messages) => {
      if (!current) return;
      document.documentElement.lang = language;
      setLoaded({ language, messages });
    });
    return () => {
      current = false;
    };
  }, [language, load]);
  const choice = useMemo(
    () => ({
      language,
      choose(next: Language) {
        localStorage.setItem(CHOSEN, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  if (!loaded) return null;
  return (
    <Context value={choice}>
      <IntlProvider
        locale={localeOf(loaded.language)}
        messages={loaded.messages}
        timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
      >
        {children}
      </IntlProvider>
    </Context>
  );
}
