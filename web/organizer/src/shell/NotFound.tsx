import { Link } from "react-router";
import { useTranslations } from "use-intl";
import { Nothing } from "../ui/Nothing";

/** There is nothing at this address. */
export default function NotFound() {
  const t = useTranslations("not_found");
  return (
    <>
      <title>{t("page_title")}</title>
      <Nothing
        title={t("title")}
        action={
          <Link to="/" className="button">
            {t("back")}
          </Link>
        }
      >
        {t("text")}
      </Nothing>
    </>
  );
}
