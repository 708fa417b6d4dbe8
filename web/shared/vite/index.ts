/** What both apps' builds share: the fonts under stable names, each text file compressed beside itself, and where the functions are. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin, ServerOptions } from "vite";

export { messages } from "./messages.ts";
export { router } from "./router.ts";

/** Text comes in several weights, so its font is variable; names and big numbers are always bold. */
const FONTS = [
  ["onest", (letters: string) => `@fontsource-variable/onest/files/onest-${letters}-wght-normal.woff2`],
  ["unbounded", (letters: string) => `@fontsource/unbounded/files/unbounded-${letters}-700-normal.woff2`],
] as const;
const LETTERS = ["latin", "latin-ext", "cyrillic"] as const;

/** The fonts' files by their names here: `onest-latin.woff2`. */
function fontFiles(): Map<string, string> {
  const require = createRequire(import.meta.url);
  const pairs = FONTS.flatMap(([font, path]) =>
    LETTERS.map((letters) => [font, letters, path(letters)] as const),
  );
  return new Map(pairs.map(([font, letters, path]) => [`${font}-${letters}.woff2`, require.resolve(path)]));
}

/** Puts the fonts at /assets/fonts/<font>-<letters>.woff2, where tokens.css and the server's pages look for them. */
export function fonts(): Plugin {
  const files = fontFiles();
  return {
    name: "guestlist-fonts",
    generateBundle() {
      for (const [name, file] of files) {
        this.emitFile({ type: "asset", fileName: `assets/fonts/${name}`, source: readFileSync(file) });
      }
    },
    configureServer(server) {
      server.middlewares.use("/assets/fonts", (request, response, next) => {
        const file = files.get((request.url ?? "").slice(1));
        if (!file) return next();
        response.setHeader("content-type", "font/woff2");
        response.end(readFileSync(file));
      });
    },
  };
}

/** The functions, as `cargo run` serves them. */
const RUNNER = process.env.GUESTLIST_RUNNER ?? "http://localhost:4040";

/** For `vite dev`: what isn't the app's own comes from the runner. */
export const server: ServerOptions = {
  proxy: Object.fromEntries(
    ["/api", "/covers", "/pictures", "/.well-known", "/uploads"].map((path) => [path, RUNNER]),
  ),
};

const TEXT = /\.(?:js|css|html|svg|json|webmanifest|wasm)$/;

/** Writes .br and .gz beside each text file of the build: the runner serves them as they are, and CloudFront likewise. */
export function compressed(): Plugin {
  let folder = "";
  /** Whether there is a new build: a bundle is closed too when it failed, and then says why by itself. */
  let written = false;
  return {
    name: "guestlist-compressed",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    writeBundle() {
      written = true;
    },
    // After the service worker is written, which is the last of the build.
    closeBundle: {
      order: "post",
      sequential: true,
      handler() {
        if (!written) return;
        written = false;
        for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
          const file = join(folder, name);
          if (!TEXT.test(name) || !statSync(file).isFile()) continue;
          const text = readFileSync(file);
          writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }));
          writeFileSync(
            `${file}.br`,
            brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
          );
        }
      },
    },
  };
}
