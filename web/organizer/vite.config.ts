import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { VitePWA } from "vite-plugin-pwa";
import { compressed, messages, router, server } from "../shared/vite/index.ts";

/** The door as an app of its own, which opens without a network. */
const door = VitePWA({
  // Registered by the door alone (src/door/update.ts): whoever only organizes needs none.
  injectRegister: false,
  registerType: "prompt",
  includeManifestIcons: false,
  manifest: {
    id: "/organize/door",
    name: "Guestlist Door",
    short_name: "Door",
    description: "Scan tickets at the door, also without a network.",
    start_url: "/organize/door",
    scope: "/organize/",
    display: "standalone",
    theme_color: "#a12721",
    background_color: "#fcf9f3",
    icons: [
      { src: "icons/door-192.png", sizes: "192x192", type: "image/png" },
      { src: "icons/door-512.png", sizes: "512x512", type: "image/png" },
      { src: "icons/door-maskable-512.png", sizes: "512x512", type: "image/png", purpose: "maskable" },
    ],
  },
  workbox: {
    globPatterns: ["**/*.{js,css,html,svg,png,wasm}"],
    // The first one works at once; a later one waits until it is asked for.
    clientsClaim: true,
    // The door opens from what is stored. Organizers' pages come from the server, so that they are never a release
    // behind, and from what is stored only where there is no server. Nothing else is touched: /api never is.
    directoryIndex: null,
    navigateFallback: "/organize/index.html",
    navigateFallbackAllowlist: [/^\/organize\/door$/],
    runtimeCaching: [
      {
        urlPattern: ({ request }) => request.mode === "navigate",
        handler: "NetworkOnly",
        options: { precacheFallback: { fallbackURL: "/organize/index.html" } },
      },
      {
        urlPattern: ({ url, sameOrigin }) => sameOrigin && url.pathname.startsWith("/assets/fonts/"),
        handler: "CacheFirst",
        options: { cacheName: "guestlist-fonts" },
      },
    ],
  },
});

export default defineConfig({
  base: "/organize/",
  plugins: [messages(), router(), react(), tailwindcss(), door, compressed()],
  build: {
    manifest: true,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // Nothing inlined as data: the policy lets scripts and fonts come from this origin only.
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        // All names change with what is in them: a page that is stored and one that isn't never mix.
        entryFileNames: "assets/app-[hash].js",
        chunkFileNames: "assets/[name]-[hash].js",
        assetFileNames: "assets/[name]-[hash][extname]",
      },
    },
  },
  server,
});
