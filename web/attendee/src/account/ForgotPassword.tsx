import { api } from "@guestlist/shared/api";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { AccountForm } from "./AccountForm";
import { wayBack, withWayBack } from "./back";
import { NOTHING, type Typed } from "./typed";

/** Asking for the link that sets a new password. */
export default function ForgotPassword() {
  const t = useTranslations("account");
  const [search] = useSearchParams();
  const back = wayBack(search);
  const [typed, setTyped] = useState<Typed>({ ...NOTHING, email: search.get("email") ?? "" });
  const [sent, setSent] = useState(false);
  return (
    <Page title={t("forgot_title")} width="slim">
      {sent ? (
        <div role="status">
          <h1 className="mt-6">{t("forgot_sent")}</h1>
          <p className="lead mt-2 mb-6">{t("forgot_sent_text", { email: typed.email })}</p>
          <Link className="button" to={withWayBack("/log-in", back, typed.email)}>
            {t("log_in")}
          </Link>
        </div>
      ) : (
        <>
          <h1 className="mt-6">{t("forgot_title")}</h1>
          <p className="lead mt-2 mb-6">{t("forgot_text")}</p>
          <AccountForm
            typed={typed}
            change={setTyped}
            fields={["email"]}
            button={t("forgot_send")}
            submit={async () => {
              const { error } = await api.POST("/api/password-resets", {
                body: { email: typed.email.trim() },
              });
              if (error) throw error;
              setSent(true);
            }}
          />
        </>
      )}
    </Page>
  );
}
