import { logIn, useSignedIn } from "@guestlist/shared/api";
import { useState } from "react";
import { Navigate, useNavigate, useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { AccountForm } from "./AccountForm";
import { wayBack, withWayBack } from "./back";
import { CodeForm } from "./CodeForm";
import { NOTHING, type Typed } from "./typed";
import { useSignUp, verify } from "./useAccount";

/** Signing up: who one is, then the six digits; then one is signed in. */
export default function SignUp() {
  const t = useTranslations("account");
  const words = useTranslations("join");
  const [search] = useSearchParams();
  const back = wayBack(search);
  const navigate = useNavigate();
  const signedIn = useSignedIn();
  const signUp = useSignUp();
  const [typed, setTyped] = useState<Typed>(NOTHING);
  const [step, setStep] = useState<"details" | "code" | "verified">("details");
  if (signedIn && step === "details") return <Navigate to={back} replace />;

  async function submitCode(code: string) {
    // A code works once: after a log-in that got no answer only the log-in is repeated.
    if (step !== "verified") {
      await verify(typed.email, code);
      setStep("verified");
    }
    await logIn(typed.email.trim(), typed.password);
    navigate(back, { replace: true });
  }

  return (
    <Page title={t("sign_up_title")} width="slim">
      {step === "details" ? (
        <>
          <h1 className="mt-6">{t("sign_up_title")}</h1>
          <p className="lead mt-2 mb-6">{t("sign_up_text")}</p>
          <AccountForm
            typed={typed}
            change={setTyped}
            fields={["name", "email", "password"]}
            isNew
            button={t("sign_up")}
            submit={async () => {
              await signUp(typed);
              setStep("code");
            }}
          >
            <Link className="button quiet" to={withWayBack("/log-in", back)}>
              {t("have_account")}
            </Link>
          </AccountForm>
        </>
      ) : (
        <>
          <h1 className="mt-6">{words("code_title")}</h1>
          <p className="lead mt-2 mb-6">{t("verify_text", { email: typed.email })}</p>
          <CodeForm email={typed.email} button={t("verify")} submit={submitCode}>
            <p className="soft">{words("no_code")}</p>
            <p className="row">
              <button type="button" className="button quiet compact" onClick={() => setStep("details")}>
                {words("other_address")}
              </button>
              <Link to={withWayBack("/log-in", back)}>{t("have_account")}</Link>
            </p>
          </CodeForm>
        </>
      )}
    </Page>
  );
}
