import { Field as Base } from "@base-ui/react/field";
import { Eye, EyeOff } from "lucide-react";
import { type ComponentProps, type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";

interface About {
  label: ReactNode;
  /** Says what is wanted, before anything is wrong. */
  hint?: ReactNode;
  /** What is wrong with it: read out together with the field. */
  fault?: string | undefined;
  optional?: boolean;
}

/** A labelled control with its hint and its fault. The control is its child: an <Base.Control> or what renders as one. */
export function Field({ label, hint, fault, optional, children }: About & { children: ReactNode }) {
  const t = useTranslations("common");
  return (
    <Base.Root className="field" invalid={fault !== undefined}>
      <Base.Label>
        {label}
        {optional && <span className="soft small font-normal"> · {t("optional")}</span>}
      </Base.Label>
      {children}
      {hint && <Base.Description className="hint">{hint}</Base.Description>}
      <Base.Error className="fault" match={fault !== undefined}>
        {fault}
      </Base.Error>
    </Base.Root>
  );
}

/** A line of text. */
export function TextField({
  label,
  hint,
  fault,
  optional,
  ...input
}: About & ComponentProps<typeof Base.Control>) {
  return (
    <Field label={label} hint={hint} fault={fault} optional={optional ?? false}>
      <Base.Control className="input" {...input} />
    </Field>
  );
}

/** Several lines of text. */
export function TextArea({ label, hint, fault, optional, ...area }: About & ComponentProps<"textarea">) {
  return (
    <Field label={label} hint={hint} fault={fault} optional={optional ?? false}>
      <Base.Control className="input" render={<textarea {...area} />} />
    </Field>
  );
}

/** One of a few choices, by the browser's own list: the best one on a phone. */
export function SelectField({ label, hint, fault, children, ...select }: About & ComponentProps<"select">) {
  return (
    <Field label={label} hint={hint} fault={fault}>
      <Base.Control className="input" render={<select {...select}>{children}</select>} />
    </Field>
  );
}

/** A password that can be looked at while it is typed. */
export function PasswordField({ label, hint, fault, ...input }: About & ComponentProps<typeof Base.Control>) {
  const t = useTranslations("common");
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={hint} fault={fault}>
      <div className="relative">
        <Base.Control className="input pr-14" type={shown ? "text" : "password"} {...input} />
        <button
          type="button"
          className="absolute inset-y-0 right-0 grid w-12 place-items-center text-soft"
          aria-label={shown ? t("hide_password") : t("show_password")}
          onClick={() => setShown(!shown)}
        >
          {shown ? <EyeOff aria-hidden size={20} /> : <Eye aria-hidden size={20} />}
        </button>
      </div>
    </Field>
  );
}
