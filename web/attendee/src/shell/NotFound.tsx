import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Link } from "./Link";
import { Page } from "./Page";

/** A page that says why there is nothing else to show. */
export function Nothing({ title, text, action }: { title: string; text: string; action?: ReactNode }) {
  const t = useTranslations("missing");
  return (
    <Page title={title} width="slim">
      <div className="stub mt-6">
        <div className="grid justify-items-center gap-4 py-12 text-center">
          <h1 className="text-2xl">{title}</h1>
          <p className="soft max-w-[40ch]">{text}</p>
        </div>
        <div className="grid justify-items-center">
          {action ?? (
            <Link className="button" to="/">
              {t("home")}
            </Link>
          )}
        </div>
      </div>
    </Page>
  );
}

/** There is nothing at this address. */
export function NotFound() {
  const t = useTranslations("missing");
  return <Nothing title={t("title")} text={t("text")} />;
}
