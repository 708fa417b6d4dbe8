import { useSignedIn } from "@guestlist/shared/api";
import { LanguageSwitch, OfflineBar } from "@guestlist/shared/ui";
import { CircleUserRound, LogIn, Ticket } from "lucide-react";
import { type ReactNode, useEffect, useLayoutEffect, useRef } from "react";
import { useLocation } from "react-router";
import { useTranslations } from "use-intl";
import { Link, MenuLink } from "./Link";
import { Title } from "./Title";

const FIRST = { location: true };

/** A page of the app: its line on top, its content, and the line below. */
export function Page({
  title,
  hue = 0,
  width = "",
  waiting = false,
  children,
}: {
  title: string;
  /** The colour of the event that it is about. */
  hue?: number;
  width?: "" | "slim" | "roomy";
  /** Whether it only stands in for one whose code is on its way. */
  waiting?: boolean;
  children: ReactNode;
}) {
  const t = useTranslations("common");
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // Each address is a page to arrive at.
  useEffect(() => {
    if (waiting) return;
    // The browser itself sees to the page that it loaded.
    if (FIRST.location) FIRST.location = false;
    else main.current?.focus({ preventScroll: true });
  }, [pathname, waiting]);
  // Windows lie beside the page in the document, and have its colour too.
  useLayoutEffect(() => {
    document.body.className = `hue${hue}`;
  }, [hue]);
  return (
    <div className={`hue${hue}`}>
      <Title>{title}</Title>
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      <OfflineBar />
      <Bar width={width} />
      <main id="main" ref={main} tabIndex={-1} className={`page outline-none ${width}`}>
        {children}
      </main>
      <Footer width={width} />
    </div>
  );
}

function Bar({ width }: { width: string }) {
  const t = useTranslations("nav");
  const signedIn = useSignedIn();
  const { pathname, search } = useLocation();
  const back = ["/log-in", "/sign-up", "/"].includes(pathname)
    ? ""
    : `?to=${encodeURIComponent(pathname + search)}`;
  return (
    <header className={`bar ${width}`}>
      <Link className="wordmark" to="/" aria-label={t("home")}>
        Guestlist
      </Link>
      <nav className="menu" aria-label={t("name")}>
        {signedIn === false ? (
          <MenuLink to={`/log-in${back}`}>
            <LogIn aria-hidden size={20} />
            {t("log_in")}
          </MenuLink>
        ) : (
          <>
            <MenuLink to="/tickets">
              <Ticket aria-hidden size={20} />
              {t("tickets")}
            </MenuLink>
            <MenuLink to="/profile">
              <CircleUserRound aria-hidden size={20} />
              {t("profile")}
            </MenuLink>
          </>
        )}
      </nav>
    </header>
  );
}

function Footer({ width }: { width: string }) {
  const t = useTranslations("footer");
  return (
    <footer className={`foot ${width}`}>
      <a href="/organize/">{t("host")}</a>
      <LanguageSwitch />
    </footer>
  );
}
