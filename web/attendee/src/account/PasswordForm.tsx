import { changePassword, type Problem, problemOf } from "@guestlist/shared/api";
import { PasswordField, ProblemNotice, useProblemWords } from "@guestlist/shared/ui";
import { type FormEvent, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslations } from "use-intl";
import { faultsOf } from "./typed";

/** Changing one's password. */
export function PasswordForm({ email }: { email: string }) {
  const t = useTranslations("profile");
  const words = useTranslations("account");
  const say = useProblemWords();
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState(false);
  const tooShort = faultsOf({ name: "", email: "", password: next }, ["password"], true).password;

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (saving) return;
    const form = event.currentTarget;
    const toFirstFault = () => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    flushSync(() => {
      setTried(true);
      setSaved(false);
      setProblem(null);
    });
    if (current === "" || tooShort) return toFirstFault();
    setSaving(true);
    try {
      await changePassword(current, next);
      setCurrent("");
      setNext("");
      setTried(false);
      setSaved(true);
    } catch (error) {
      flushSync(() => setProblem(problemOf(error)));
      toFirstFault();
    } finally {
      setSaving(false);
    }
  }

  const wrong = say.fault(problem, "/current_password") && t("current_wrong");
  return (
    <form
      className="form"
      noValidate
      aria-labelledby="change-password"
      onSubmit={(event) => void save(event)}
    >
      <h2 id="change-password">{t("password")}</h2>
      {/* For password managers: whose password this is. */}
      <input type="email" name="email" autoComplete="username" value={email} readOnly hidden />
      <PasswordField
        label={t("current_password")}
        name="current-password"
        autoComplete="current-password"
        required
        maxLength={128}
        fault={tried && current === "" ? words("needed") : wrong}
        value={current}
        onValueChange={(value: string) => {
          setCurrent(value);
          setProblem(null);
        }}
      />
      <PasswordField
        label={t("new_password")}
        hint={words("password_hint")}
        name="new-password"
        autoComplete="new-password"
        required
        maxLength={128}
        fault={tried && tooShort ? words(tooShort) : say.fault(problem, "/new_password")}
        value={next}
        onValueChange={(value: string) => setNext(value)}
      />
      {problem && problem.code !== "invalid" && <ProblemNotice error={problem} />}
      <div>
        <button type="submit" className="button quiet" aria-disabled={saving}>
          {t("change_password")}
        </button>
        <p role="status" className="good mt-2 font-semibold">
          {saved && `✓ ${t("password_changed")}`}
        </p>
      </div>
    </form>
  );
}
