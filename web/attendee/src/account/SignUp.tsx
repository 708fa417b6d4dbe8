import { logIn, problemOf, useSignedIn } from "@guestlist/shared/api";
import { useEffect, useRef, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { forgetJoining, type JoinStep, NO_EVENT, recallJoining, rememberJoining } from "../booking/joining";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { AccountForm } from "./AccountForm";
import { wayBack, withWayBack } from "./back";
import { CodeForm } from "./CodeForm";
import { NOTHING, type Typed } from "./typed";
import { useSignUp, verify } from "./useAccount";

/** Signing up: who one is, then the six digits; then one is signed in. A reload on the way begins where one was. */
export default function SignUp() {
  const t = useTranslations("account");
  const words = useTranslations("join");
  const [search] = useSearchParams();
  const back = wayBack(search);
  const signedIn = useSignedIn();
  const signUp = useSignUp();
  const [kept] = useState(() => recallJoining(NO_EVENT));
  const [typed, setTyped] = useState<Typed>({ ...NOTHING, name: kept?.name ?? "", email: kept?.email ?? "" });
  const [step, setStep] = useState<JoinStep>(kept?.step ?? "new");
  /** A code works once: after a log-in that got no answer only the log-in is repeated. */
  const [verified, setVerified] = useState(false);
  const [newPassword, setNewPassword] = useState(false);
  useEffect(() => {
    if (signedIn === false) rememberJoining(NO_EVENT, { step, name: typed.name, email: typed.email });
  }, [signedIn, step, typed.name, typed.email]);
  const heading = useRef<HTMLHeadingElement>(null);
  // The field that had the focus is gone then.
  useEffect(() => {
    if (step === "known") heading.current?.focus();
  }, [step]);
  if (signedIn) return <Navigate to={back} replace />;

  async function enter() {
    await logIn(typed.email.trim(), typed.password);
    forgetJoining();
  }

  async function submitCode(code: string) {
    if (!verified) {
      await verify(typed.email, code);
      setVerified(true);
    }
    // The page was loaded anew on the way, and no password survives that.
    if (typed.password === "") return setStep("known");
    try {
      await enter();
    } catch (error) {
      if (problemOf(error).code !== "credentials_wrong") throw error;
      // Somebody had signed up with the address before: by the code the password has ended, and a mail leads to a new one.
      setNewPassword(true);
      setStep("known");
    }
  }

  return (
    <Page title={t("sign_up_title")} width="slim">
      {step === "new" ? (
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
              setVerified(false);
              setStep("code");
            }}
          >
            <Link className="button quiet" to={withWayBack("/log-in", back)}>
              {t("have_account")}
            </Link>
          </AccountForm>
        </>
      ) : step === "known" ? (
        <>
          <h1 ref={heading} tabIndex={-1} className="mt-6 outline-none">
            {t("log_in_title")}
          </h1>
          <p className="lead mt-2 mb-6" role="status">
            {t(newPassword ? "verified_new_password" : "verified")}
          </p>
          <AccountForm
            typed={typed}
            change={setTyped}
            fields={["email", "password"]}
            button={t("log_in")}
            submit={enter}
            problems={{ credentials_wrong: t("wrong"), invalid: t("wrong") }}
          >
            <button type="button" className="button quiet" onClick={() => setStep("new")}>
              {t("new_here")}
            </button>
          </AccountForm>
          <p className="mt-6">
            <Link className="lone" to={withWayBack("/forgot-password", back, typed.email)}>
              {t("forgot")}
            </Link>
          </p>
        </>
      ) : (
        <>
          <h1 className="mt-6">{words("code_title")}</h1>
          <p className="lead mt-2 mb-6">{t("verify_text", { email: typed.email })}</p>
          <CodeForm email={typed.email} button={t("verify")} submit={submitCode}>
            <p className="soft">{words("no_code")}</p>
            <p className="row">
              <button type="button" className="button quiet compact" onClick={() => setStep("new")}>
                {words("other_address")}
              </button>
              <Link className="lone" to={withWayBack("/log-in", back)}>
                {t("have_account")}
              </Link>
            </p>
          </CodeForm>
        </>
      )}
    </Page>
  );
}
