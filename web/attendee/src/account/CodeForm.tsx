import { api, type Problem, problemOf } from "@guestlist/shared/api";
import { ProblemNotice, TextField } from "@guestlist/shared/ui";
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";

/** How long to wait before another code can be asked for, in seconds: mails take a moment. */
const PATIENCE = 30;

type Mail = "sent" | "wanted" | "before";

/** The six digits from the mail. They are sent as soon as all six are there. */
export function CodeForm({
  email,
  initial = "",
  mail = "sent",
  rare = false,
  asked,
  button,
  submit,
  children,
}: {
  email: string;
  /** What a link brought along. */
  initial?: string;
  /** Whether a code was sent just now, is wanted now, or was sent some time before if at all. */
  mail?: Mail;
  /** Whether a code is to be had once a day or more seldom. */
  rare?: boolean;
  /** Hears that the code which was wanted has been asked for. */
  asked?: () => void;
  button: ReactNode;
  /** Throws the server's problem. */
  submit: (code: string) => Promise<void>;
  children?: ReactNode;
}) {
  const t = useTranslations("account");
  const [code, setCode] = useState(initial);
  const [short, setShort] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [pending, setPending] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  async function send(digits: string) {
    if (pending) return;
    setShort(digits.length !== 6);
    setProblem(null);
    const field = () => form.current?.querySelector<HTMLInputElement>("input")?.focus();
    if (digits.length !== 6) return field();
    setPending(true);
    try {
      await submit(digits);
    } catch (error) {
      setProblem(problemOf(error));
      field();
    } finally {
      setPending(false);
    }
  }

  const wrong = problem?.code === "code_invalid" || problem?.status === 422;
  const fault = short ? t("code_short") : wrong ? t("code_wrong") : undefined;
  return (
    <form
      ref={form}
      className="form"
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void send(code);
      }}
    >
      <TextField
        label={t("code")}
        className="input code"
        name="code"
        inputMode="numeric"
        autoComplete="one-time-code"
        required
        // The step is about this field, and what led here was a press.
        autoFocus={email !== ""}
        value={code}
        fault={fault}
        onValueChange={(typed: string) => {
          // Pasted with what stands around it: "123 456", or the mail's whole subject.
          const digits = typed.replace(/\D/g, "").slice(0, 6);
          setCode(digits);
          setShort(false);
          if (digits.length === 6 && digits !== code) void send(digits);
        }}
      />
      {problem && !wrong && <ProblemNotice error={problem} retry={() => void send(code)} />}
      <div className="choices">
        <button type="submit" className="button" aria-disabled={pending}>
          {button}
        </button>
        <Resend email={email} mail={mail} rare={rare} onAsked={asked} />
      </div>
      {children}
    </form>
  );
}

/** Asks for another code, once the last has had its time. */
function Resend({
  email,
  mail,
  rare,
  onAsked,
}: {
  email: string;
  mail: Mail;
  rare: boolean;
  onAsked: (() => void) | undefined;
}) {
  const t = useTranslations("account");
  const [left, setLeft] = useState(mail === "sent" ? PATIENCE : 0);
  const [said, setSaid] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const asked = useRef(false);

  async function ask(quietly = false) {
    setProblem(null);
    setLeft(PATIENCE);
    try {
      const { error } = await api.POST("/api/users/request-verification", { body: { email } });
      if (error) throw error;
      setSaid(!quietly);
    } catch (error) {
      setProblem(problemOf(error));
      setLeft(0);
    }
  }
  useEffect(() => {
    if (mail !== "wanted" || asked.current || email === "") return;
    asked.current = true;
    onAsked?.();
    void ask(true);
  });
  useEffect(() => {
    if (left === 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);

  return (
    <>
      <button
        type="button"
        className="button quiet"
        aria-disabled={left > 0 || email === ""}
        onClick={() => left === 0 && email !== "" && void ask()}
      >
        {left > 0 ? t(rare ? "send_wait" : "resend_wait", { seconds: left }) : t(rare ? "send" : "resend")}
      </button>
      <div className="basis-full">
        <p role="status" className="soft small">
          {said && t(rare ? "sent_unless" : "resent")}
        </p>
        {problem && <ProblemNotice error={problem} />}
      </div>
    </>
  );
}
