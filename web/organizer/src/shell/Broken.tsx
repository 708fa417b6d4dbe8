import { Component, type ReactNode } from "react";
import { useTranslations } from "use-intl";

/** Stands in for a page that broke, or whose code could not be fetched. */
export class Broken extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Sorry /> : this.props.children;
  }
}

function Sorry() {
  const t = useTranslations("broken");
  return (
    <main className="page slim py-16" role="alert">
      <h1>{t("title")}</h1>
      <p className="lead my-4">{t("text")}</p>
      <button type="button" className="button" onClick={() => location.reload()}>
        {t("reload")}
      </button>
    </main>
  );
}
