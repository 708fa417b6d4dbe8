import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed, fonts, messages } from "../shared/vite/index.ts";

/** The functions, as `cargo run` serves them. */
const RUNNER = process.env.GUESTLIST_RUNNER ?? "http://localhost:4040";

export default defineConfig({
  base: "/",
  plugins: [messages(), react(), tailwindcss(), fonts(), compressed()],
  build: {
    manifest: true,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // Nothing inlined as data: the policy lets scripts and fonts come from this origin only.
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        // The server's pages name these two, so they stay.
        entryFileNames: "assets/app.js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: (asset) =>
          asset.names.includes("style.css") ? "assets/app.css" : "assets/[name]-[hash][extname]",
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/covers", "/pictures", "/.well-known", "/uploads"].map((path) => [path, RUNNER]),
    ),
  },
});
