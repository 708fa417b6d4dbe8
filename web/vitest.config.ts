import { defineConfig } from "vitest/config";
import { messages } from "./shared/vite/messages.ts";

export default defineConfig({
  plugins: [messages()],
  test: {
    include: ["{attendee,organizer,shared}/**/*.test.{ts,tsx}"],
    environment: "node",
    // Words come compiled, so what fills them in has to be the half that expects that.
    server: { deps: { inline: ["use-intl"] } },
  },
});
