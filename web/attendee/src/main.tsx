import "@guestlist/shared/styles.css";
import "./attendee.css";
import { accessToken, wasSignedIn } from "@guestlist/shared/api";
import { firstLanguage, LanguageProvider } from "@guestlist/shared/i18n";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode, startTransition } from "react";
import { createRoot } from "react-dom/client";
import { BrowserRouter } from "react-router";
import { App, bringFirst } from "./App";
import { newCache } from "./cache";
import { pageData, seedEvent } from "./event/pageData";
import { prefetchHome } from "./home/useEvents";
import { load } from "./messages";
import { Broken } from "./shell/Broken";
import { installWorker } from "./shell/worker";

async function start(root: HTMLElement): Promise<void> {
  const cache = newCache();
  const page = pageData();
  if (page?.event) seedEvent(cache, page.event);
  // What the first view may need, all asked for at once.
  if (wasSignedIn()) accessToken().catch(() => {});
  if (location.pathname === "/") prefetchHome(cache);
  const language = firstLanguage(page?.language);
  const [messages] = await Promise.all([load(language), bringFirst(location.pathname)]);
  // Only now is what the server has written taken over: it stays on the screen until there are words.
  document.documentElement.lang = language;
  const app = createRoot(root);
  // In small steps: whoever is reading already isn't kept waiting by it.
  startTransition(() =>
    app.render(
      <StrictMode>
        <LanguageProvider load={load} initial={{ language, messages }}>
          <Broken>
            <QueryClientProvider client={cache}>
              <BrowserRouter>
                <App />
              </BrowserRouter>
            </QueryClientProvider>
          </Broken>
        </LanguageProvider>
      </StrictMode>,
    ),
  );
}

const root = document.getElementById("app");
if (root) {
  start(root).catch(() => {
    // Not even the words came. What the server has written stays; an empty page says what is wrong.
    const notice = document.getElementById("no-start");
    if (notice) notice.hidden = false;
  });
}
installWorker();
