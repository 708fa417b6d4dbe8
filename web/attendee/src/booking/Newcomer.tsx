import { currentSession, logIn, problemOf, useMe, useSession, verifiedNow } from "@guestlist/shared/api";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { AccountForm } from "../account/AccountForm";
import { withWayBack } from "../account/back";
import { CodeForm } from "../account/CodeForm";
import { NOTHING, type Typed } from "../account/typed";
import { useSignUp, verify } from "../account/useAccount";
import type { EventView } from "../event/pageData";
import { Link } from "../shell/Link";
import { forgetJoining, type JoinStep, recallJoining, rememberJoining } from "./joining";
import type { useBook } from "./useBook";

/**
 * The way to a place for somebody who isn't signed in, in a part of the stub: who they are, then the six digits, and it is
 * booked. Who has an account logs in here instead; what was typed stays.
 */
export default function Newcomer({
  event,
  first,
  party,
  book,
  done,
  leave,
}: {
  event: EventView;
  /** The step that it begins with. */
  first: JoinStep;
  party: number;
  book: ReturnType<typeof useBook>;
  /** It is booked. */
  done: (booking: string) => void;
  /** Nothing is left to do here: given up, or what remains is said elsewhere. */
  leave: () => void;
}) {
  const t = useTranslations("join");
  const words = useTranslations("account");
  const session = useSession();
  const me = useMe().data?.me;
  const signUp = useSignUp();
  const kept = useRef(recallJoining(event.id)).current;
  const [typed, setTyped] = useState<Typed>({ ...NOTHING, name: kept?.name ?? "", email: kept?.email ?? "" });
  const [step, setStep] = useState<JoinStep>(first);
  /** Whether the address was shown to be theirs on this way: the code works only once. */
  const verified = useRef(false);
  const [newPassword, setNewPassword] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const email = session && me ? me.email : typed.email.trim();

  // Each step begins at its heading, or at its only field.
  useEffect(() => {
    if (step !== "code") heading.current?.focus();
  }, [step]);
  useEffect(() => {
    if (!session) rememberJoining(event.id, { step, name: typed.name, email: typed.email });
  }, [event.id, session, step, typed.name, typed.email]);

  async function bookNow() {
    forgetJoining();
    try {
      done((await book.mutateAsync({ party })).id);
    } catch {
      // They are signed in now: the stub says why it failed, and its button books.
      leave();
    }
  }

  async function submitCode(code: string) {
    if (!verified.current) {
      await verify(email, code);
      verified.current = true;
    }
    if (currentSession()) {
      await verifiedNow();
    } else if (typed.password === "") {
      // The page was loaded anew on the way, and no password survives that.
      return setStep("known");
    } else {
      try {
        await logIn(email, typed.password);
      } catch (error) {
        if (problemOf(error).code !== "credentials_wrong") throw error;
        // Somebody had signed up with the address before: by the code the password has ended, and a mail leads to a new one.
        setNewPassword(true);
        return setStep("known");
      }
    }
    await bookNow();
  }

  async function submitLogIn() {
    await logIn(email, typed.password);
    if (currentSession()?.emailVerified) await bookNow();
    else setStep("code");
  }

  const back = (
    <button
      type="button"
      className="button quiet"
      onClick={() => {
        forgetJoining();
        leave();
      }}
    >
      {t("back")}
    </button>
  );
  return (
    <section className="whole join" aria-labelledby="join">
      {step !== "known" && (
        <p className="soft small">{t("steps", { step: step === "code" ? 2 : 1, steps: 2 })}</p>
      )}
      <h2 id="join" ref={heading} tabIndex={-1} className="outline-none">
        {t(`${step}_title`)}
      </h2>
      {step === "code" ? (
        <>
          <p className="soft mt-1 mb-4">{t("code_text", { email, count: party })}</p>
          <CodeForm
            email={email}
            mail={session ? "wanted" : "sent"}
            button={words("verify")}
            submit={submitCode}
          >
            <p className="soft small">{t("no_code")}</p>
            {!session && (
              <p className="row">
                <button type="button" className="button quiet compact" onClick={() => setStep("new")}>
                  {t("other_address")}
                </button>
                <button type="button" className="button quiet compact" onClick={() => setStep("known")}>
                  {t("known")}
                </button>
              </p>
            )}
          </CodeForm>
        </>
      ) : step === "new" ? (
        <>
          <p className="soft mt-1 mb-4">{t("new_text")}</p>
          <AccountForm
            key="new"
            typed={typed}
            change={setTyped}
            fields={["name", "email", "password"]}
            isNew
            button={t("next")}
            submit={async () => {
              await signUp(typed);
              verified.current = false;
              setStep("code");
            }}
          >
            <button type="button" className="button quiet" onClick={() => setStep("known")}>
              {t("known")}
            </button>
            {back}
          </AccountForm>
        </>
      ) : (
        <>
          <p className="soft mt-1 mb-4" role="status">
            {newPassword
              ? words("verified_new_password")
              : t(verified.current ? "verified_log_in" : "known_text")}
          </p>
          <AccountForm
            key="known"
            typed={typed}
            change={setTyped}
            fields={["email", "password"]}
            button={t("log_in_and_book", { count: party })}
            submit={submitLogIn}
            problems={{ credentials_wrong: words("wrong") }}
          >
            <button type="button" className="button quiet" onClick={() => setStep("new")}>
              {t("new")}
            </button>
            {back}
          </AccountForm>
          <p className="mt-4">
            <Link className="lone" to={withWayBack("/forgot-password", `/e/${event.slug}`, email)}>
              {words("forgot")}
            </Link>
          </p>
        </>
      )}
    </section>
  );
}
