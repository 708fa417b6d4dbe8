import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { compressed, fonts, messages, router, server } from "../shared/vite/index.ts";
import { APP_PAGES } from "./src/shell/appPages.ts";

/** Chunks whose names stay, so that the server's pages can name what the app needs on them. */
const NAMES: Record<string, string> = { EventPage: "event", en: "words-en", ru: "words-ru" };

export default defineConfig({
  base: "/",
  plugins: [
    messages(),
    router(),
    react(),
    tailwindcss(),
    fonts(),
    VitePWA({
      // The app registers it by itself, once the first view stands (src/shell/worker.ts).
      injectRegister: false,
      // A new version waits until every tab of the old one is closed: nobody's page loses what it was made of.
      registerType: "prompt",
      manifest: {
        id: "/",
        name: "Guestlist",
        short_name: "Guestlist",
        description: "Find an event, book a place, show your ticket at the door.",
        start_url: "/",
        scope: "/",
        display: "standalone",
        background_color: "#fcf9f3",
        theme_color: "#fcf9f3",
        icons: [
          { src: "/icon.svg", sizes: "any", type: "image/svg+xml" },
          { src: "/icon-192.png", sizes: "192x192", type: "image/png" },
          { src: "/icon-512.png", sizes: "512x512", type: "image/png" },
          { src: "/icon-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
        ],
        shortcuts: [{ name: "Tickets · Билеты", url: "/tickets" }],
      },
      workbox: {
        inlineWorkboxRuntime: true,
        sourcemap: false,
        globPatterns: [
          "index.html",
          "assets/*.{js,css}",
          "icon.svg",
          "assets/fonts/*-{latin,cyrillic}.woff2",
        ],
        // Hashed names need no question whether they are still the same.
        dontCacheBustURLsMatching: /-[\w-]{8}\.(?:js|css)$/,
        cleanupOutdatedCaches: true,
        navigateFallback: "/index.html",
        navigateFallbackAllowlist: [APP_PAGES],
        runtimeCaching: [
          {
            // An event's page that was opened before opens without a connection too, as it was.
            urlPattern: ({ request, sameOrigin, url }) =>
              sameOrigin && request.mode === "navigate" && /^\/e\/[^/]+$/.test(url.pathname),
            handler: "NetworkFirst",
            options: {
              cacheName: "event-pages",
              networkTimeoutSeconds: 10,
              // One that wasn't opens as the app, which says that there is no connection.
              precacheFallback: { fallbackURL: "/index.html" },
              expiration: { maxEntries: 40, maxAgeSeconds: 30 * 86_400 },
              cacheableResponse: { statuses: [200] },
            },
          },
          {
            // Pictures never change under their name.
            urlPattern: ({ sameOrigin, url }) => sameOrigin && /^\/(?:covers|pictures)\//.test(url.pathname),
            handler: "CacheFirst",
            options: {
              cacheName: "pictures",
              expiration: { maxEntries: 120, maxAgeSeconds: 30 * 86_400, purgeOnQuotaError: true },
              cacheableResponse: { statuses: [200] },
            },
          },
        ],
      },
    }),
    compressed(),
  ],
  build: {
    manifest: true,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // Nothing inlined as data: the policy lets scripts and fonts come from this origin only.
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        // One file with all that every page needs: what names it waits for no second round.
        codeSplitting: { groups: [{ name: "app", tags: ["$initial"] }] },
        // The server's pages name these as well.
        entryFileNames: "assets/app.js",
        chunkFileNames: ({ name }) => `assets/${NAMES[name] ?? "[name]-[hash]"}.js`,
        assetFileNames: (asset) =>
          asset.names.includes("style.css") ? "assets/app.css" : "assets/[name]-[hash][extname]",
      },
    },
  },
  server,
});
