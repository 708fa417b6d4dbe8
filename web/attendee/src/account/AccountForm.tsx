import { type Problem, problemOf } from "@guestlist/shared/api";
import { PasswordField, ProblemNotice, TextField, useProblemWords } from "@guestlist/shared/ui";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslations } from "use-intl";
import { type Faults, type Field, faultsOf, type Typed } from "./typed";

/** Name, address and password, as far as they are asked for. What is wrong is said at the field, and the focus goes there. */
export function AccountForm({
  typed,
  change,
  fields,
  isNew = false,
  button,
  submit,
  problems = {},
  children,
}: {
  typed: Typed;
  change: (typed: Typed) => void;
  fields: readonly Field[];
  /** Whether the password is a new one: then it has to be long enough, and a browser may offer one. */
  isNew?: boolean;
  button: ReactNode;
  /** Throws the server's problem. */
  submit: () => Promise<void>;
  /** Words for codes that mean something special here. */
  problems?: Partial<Record<string, string>>;
  children?: ReactNode;
}) {
  const t = useTranslations("account");
  const say = useProblemWords();
  const [faults, setFaults] = useState<Faults>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const sending = useMutation({ mutationFn: submit });

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (sending.isPending) return;
    const form = event.currentTarget;
    const found = faultsOf(typed, fields, isNew);
    const toFirstFault = () => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    flushSync(() => {
      setFaults(found);
      setProblem(null);
    });
    if (Object.keys(found).length > 0) return toFirstFault();
    try {
      await sending.mutateAsync();
    } catch (error) {
      flushSync(() => setProblem(problemOf(error)));
      toFirstFault();
    }
  }

  const said = (field: Field) =>
    // A password that can't be right is simply the wrong one, unless it is a new one.
    field === "password" && !isNew ? undefined : say.fault(problem, `/${field}`);
  const about = (field: Field) => {
    const own = faults[field];
    return {
      value: typed[field],
      fault: own ? t(own) : said(field),
      onValueChange: (value: string) => {
        setFaults(({ [field]: _mended, ...others }) => others);
        change({ ...typed, [field]: value });
      },
    };
  };
  // What is said at the fields needn't be said twice.
  const elsewhere = problem && !fields.some((field) => said(field) !== undefined);
  return (
    <form className="form" noValidate onSubmit={(event) => void send(event)}>
      {fields.includes("name") && (
        <TextField
          label={t("name")}
          hint={t("name_hint")}
          name="name"
          autoComplete="name"
          required
          maxLength={80}
          {...about("name")}
        />
      )}
      {fields.includes("email") && (
        <TextField
          label={t("email")}
          name="email"
          type="email"
          inputMode="email"
          autoComplete={isNew ? "email" : "username"}
          autoCapitalize="none"
          spellCheck={false}
          required
          maxLength={254}
          {...about("email")}
        />
      )}
      {fields.includes("password") && (
        <PasswordField
          label={t("password")}
          hint={isNew ? t("password_hint") : undefined}
          name="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          required
          maxLength={128}
          {...about("password")}
        />
      )}
      {elsewhere && <ProblemNotice error={problem} words={problems} />}
      <div className="choices">
        <button type="submit" className="button" aria-disabled={sending.isPending}>
          {button}
        </button>
        {children}
      </div>
    </form>
  );
}
