/**
 * Words are compiled when the app is built: what a browser gets then needs no parser of ICU messages (some 10 kB), only
 * the few lines that fill in what was parsed.
 */
import compile from "icu-minify/compile";
import type { Plugin } from "vite";

type Words = { [key: string]: string | Words };
type Compiled = { [key: string]: ReturnType<typeof compile> | Compiled };

/** A language's file of words, in either app (the door has its own there) or what they share. */
const FILE = /\/src\/(?:door\/)?(?:messages|i18n)\/[a-z]{2}\.json$/;

function compiled(words: Words): Compiled {
  return Object.fromEntries(
    Object.entries(words).map(([key, word]) => [
      key,
      typeof word === "string" ? compile(word) : compiled(word),
    ]),
  );
}

export function messages(): Plugin {
  return {
    name: "guestlist-messages",
    enforce: "pre",
    config: () => ({
      resolve: {
        alias: [{ find: /^use-intl\/format-message$/, replacement: "use-intl/format-message/format-only" }],
      },
    }),
    transform: {
      filter: { id: FILE },
      handler: (code) => ({ code: JSON.stringify(compiled(JSON.parse(code))), map: null }),
    },
  };
}
