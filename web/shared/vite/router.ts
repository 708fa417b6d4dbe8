/**
 * React Router's one file makes contexts, components and classes as it is loaded, and names them: as far as a bundler can
 * know, each of that has an effect, so that all of it stays, with what it calls: forms, prefetching, its server's side.
 * Marked as what it is, the parts that nobody uses are left out (1.4 kB compressed, 4 kB where `Link` isn't used).
 */
import type { Plugin } from "vite";

const NAMED = /^\w+\.displayName = "\w+";$/gm;
const MADE = /^(var \w+ =) (React\d*\.(?:createContext|forwardRef|memo)\()/gm;
const CLASS = /^(var \w+ =) (class extends React\d*\.Component \{\n[\s\S]*?^\});$/gm;

/** Lets a build leave out what it doesn't use of React Router. */
export function router(): Plugin {
  return {
    name: "guestlist-router",
    apply: "build",
    transform: {
      filter: { id: /\/react-router\/dist\/.*\.mjs$/ },
      handler: (code) => ({
        code: code
          .replace(NAMED, "")
          .replace(MADE, "$1 /* @__PURE__ */ $2")
          .replace(CLASS, "$1 /* @__PURE__ */ (() => $2)();"),
        map: null,
      }),
    },
  };
}
