import "@guestlist/shared/styles.css";
import "./organizer.css";
import { accessToken, wasSignedIn } from "@guestlist/shared/api";
import { firstLanguage, LanguageProvider } from "@guestlist/shared/i18n";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App } from "./App";
import { newCache } from "./cache";
import { load } from "./messages";
import { Broken } from "./shell/Broken";

async function start(root: HTMLElement): Promise<void> {
  // Both are needed for the first page, so both are asked for at once.
  if (wasSignedIn()) accessToken().catch(() => {});
  const language = firstLanguage();
  const messages = await load(language);
  document.documentElement.lang = language;
  // Each page brings its own title; two of them, and the first would stay.
  document.querySelector("head > title")?.remove();
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider load={load} initial={{ language, messages }}>
        <Broken>
          <QueryClientProvider client={newCache()}>
            <BrowserRouter basename="/organize">
              <App />
            </BrowserRouter>
          </QueryClientProvider>
        </Broken>
      </LanguageProvider>
    </StrictMode>,
  );
}

const root = document.getElementById("app");
if (root) {
  start(root).catch(() => {
    // Not even the words came, so there are none to say it with but those of the page itself.
    const notice = document.getElementById("no-start");
    if (notice) notice.hidden = false;
  });
}
