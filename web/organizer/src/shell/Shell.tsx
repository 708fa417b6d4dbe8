import { Loading, OfflineBar } from "@guestlist/shared/ui";
import { Plus } from "lucide-react";
import { type ReactNode, Suspense, useRef } from "react";
import { Link, useLocation } from "react-router";
import { useTranslations } from "use-intl";
import { AccountMenu } from "./AccountMenu";
import { useArrival } from "./useArrival";

/** What stands around every page: where one is, the way to a new event, and who one is. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useTranslations("shell");
  const common = useTranslations("common");
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useArrival(main);
  return (
    <>
      <a className="skip" href="#main">
        {common("skip")}
      </a>
      <OfflineBar />
      <header className="border-line border-b bg-paper print:hidden">
        <div className="mx-auto flex max-w-[1240px] flex-wrap items-center gap-x-4 gap-y-1 px-4 py-2 sm:px-6">
          <Link
            to="/"
            className="wordmark !py-2 pointer-coarse:!py-2.5 !text-ink"
            aria-current={pathname === "/" ? "page" : undefined}
          >
            Guestlist
          </Link>
          <span className="small soft hidden border-line border-l pl-4 sm:inline">{t("side")}</span>
          <div className="ml-auto flex items-center gap-2">
            {pathname !== "/events/new" && (
              <Link to="/events/new" className="button compact [overflow-wrap:normal]">
                <Plus aria-hidden size={18} />
                {t("new_event")}
              </Link>
            )}
            <AccountMenu />
          </div>
        </div>
      </header>
      <main
        ref={main}
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-[1240px] px-4 pt-6 pb-24 outline-none sm:px-6"
      >
        <Suspense fallback={<Loading />}>{children}</Suspense>
      </main>
    </>
  );
}
