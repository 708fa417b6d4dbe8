import { Loading } from "@guestlist/shared/ui";
import { Suspense } from "react";
import { useTranslations } from "use-intl";

export function App() {
  const t = useTranslations("home");
  return (
    <Suspense fallback={<Loading />}>
      <main className="page">
        <h1>{t("title")}</h1>
      </main>
    </Suspense>
  );
}
