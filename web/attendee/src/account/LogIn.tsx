import { currentSession, logIn, useSignedIn } from "@guestlist/shared/api";
import { useState } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { AccountForm } from "./AccountForm";
import { wayBack, withWayBack } from "./back";
import { NOTHING, type Typed } from "./typed";

/** Logging in; afterwards one is where one was. */
export default function LogIn() {
  const t = useTranslations("account");
  const [search] = useSearchParams();
  const back = wayBack(search);
  const navigate = useNavigate();
  const signedIn = useSignedIn();
  const [typed, setTyped] = useState<Typed>({ ...NOTHING, email: search.get("email") ?? "" });
  const [sending, setSending] = useState(false);
  if (signedIn && !sending) return <Navigate to={back} replace />;

  async function submit() {
    // Until the next page is there, this one stays.
    setSending(true);
    try {
      await logIn(typed.email.trim(), typed.password);
    } catch (error) {
      setSending(false);
      throw error;
    }
    navigate(currentSession()?.emailVerified ? back : withWayBack("/verify", back), { replace: true });
  }

  return (
    <Page title={t("log_in_title")} width="slim">
      <h1 className="my-6">{t("log_in_title")}</h1>
      <AccountForm
        typed={typed}
        change={setTyped}
        fields={["email", "password"]}
        button={t("log_in")}
        submit={submit}
        problems={{ credentials_wrong: t("wrong"), invalid: t("wrong") }}
      >
        <Link className="button quiet" to={withWayBack("/sign-up", back)}>
          {t("new_here")}
        </Link>
      </AccountForm>
      <p className="mt-6">
        <Link className="lone" to={withWayBack("/forgot-password", back, typed.email)}>
          {t("forgot")}
        </Link>
      </p>
    </Page>
  );
}
