/** The reader's language: what the profile says, else what they chose here, else what the page or the browser says. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useRef, useState } from "react";
import { type AbstractIntlMessages, IntlProvider } from "use-intl";
import { recall, remember } from "../storage";

export { useFormatter, useLocale, useNow, useTranslations } from "use-intl";
export { digitsOf, type Money, sayMoney, useMoney } from "./money";
export { clockOf, dayIn, type Moment, sayWhen, useWhen, useZone, type When } from "./when";

export const LANGUAGES = ["en", "ru"] as const;
export type Language = (typeof LANGUAGES)[number];

const CHOSEN = "guestlist.language";

function isLanguage(code: string | null | undefined): code is Language {
  return LANGUAGES.includes(code as Language);
}

/** The language to begin with. `page` is that of a page which the server has written in one already. */
export function firstLanguage(page?: string): Language {
  const chosen = recall(CHOSEN);
  if (isLanguage(chosen)) return chosen;
  if (isLanguage(page)) return page;
  return navigator.languages.map((language) => language.slice(0, 2)).find(isLanguage) ?? "en";
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

/** A language with its words. */
export interface Spoken {
  language: Language;
  messages: AbstractIntlMessages;
}

/**
 * Gives everything below it words. `load` brings a language's words. Nothing is shown until they are there, unless the
 * `initial` ones are given.
 */
export function LanguageProvider({
  load,
  initial,
  children,
}: {
  load: (language: Language) => Promise<AbstractIntlMessages>;
  initial?: Spoken;
  children: ReactNode;
}) {
  const [language, setLanguage] = useState(() => initial?.language ?? firstLanguage());
  const [spoken, setSpoken] = useState(initial);
  const wanted = useRef(language);
  useEffect(() => {
    wanted.current = language;
    if (spoken?.language === language) {
      document.documentElement.lang = language;
      return;
    }
    load(language).then(
      (messages) => wanted.current === language && setSpoken({ language, messages }),
      // No connection: it stays as it is, and another try is one press away.
      () => spoken && wanted.current === language && setLanguage(spoken.language),
    );
  }, [language, load, spoken]);
  const choice = useMemo(
    () => ({
      language,
      choose(next: Language) {
        remember(CHOSEN, next);
        setLanguage(next);
      },
    }),
    [language],
  );
  if (!spoken) return null;
  return (
    <Context value={choice}>
      <IntlProvider
        locale={localeOf(spoken.language)}
        messages={spoken.messages}
        timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
      >
        {children}
      </IntlProvider>
    </Context>
  );
}
