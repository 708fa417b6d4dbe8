import { Empty } from "@guestlist/shared/ui";
import { Link } from "react-router";
import { useTranslations } from "use-intl";

/** There is nothing at this address. */
export default function NotFound() {
  const t = useTranslations("not_found");
  return (
    <>
      <title>{t("page_title")}</title>
      <Empty
        title={t("title")}
        action={
          <Link to="/" className="button">
            {t("back")}
          </Link>
        }
      >
        {t("text")}
      </Empty>
    </>
  );
}
