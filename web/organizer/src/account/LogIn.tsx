import { logIn, problemOf } from "@guestlist/shared/api";
import { LanguageSwitch, PasswordField, TextField } from "@guestlist/shared/ui";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useForm } from "react-hook-form";
import { useLocation } from "react-router";
import { useTranslations } from "use-intl";
import { Trouble } from "../ui/Trouble";

interface Typed {
  email: string;
  password: string;
}

/** The way in for organizers: the same account as on the guests' side. */
export function LogIn() {
  const t = useTranslations("log_in");
  const { pathname } = useLocation();
  const title = useRef<HTMLHeadingElement>(null);
  const form = useForm<Typed>({ defaultValues: { email: "", password: "" } });
  const enter = useMutation({
    mutationFn: ({ email, password }: Typed) => logIn(email, password),
    onError: (error) => {
      if (problemOf(error).status >= 400) form.setFocus("password");
    },
  });
  useEffect(() => title.current?.focus(), []);
  const { errors } = form.formState;
  const back = encodeURIComponent(`/organize${pathname}`);
  const email = encodeURIComponent(form.watch("email").trim());
  return (
    <main id="main" className="page slim flex min-h-dvh flex-col">
      <title>{t("page_title")}</title>
      <div className="flex items-center justify-between gap-4">
        <a href="/" className="wordmark">
          Guestlist
        </a>
        <LanguageSwitch />
      </div>
      <div className="my-auto grid gap-6 py-8">
        <div className="grid gap-2">
          <h1 ref={title} tabIndex={-1} className="outline-none">
            {t("title")}
          </h1>
          <p className="lead">{t("lead")}</p>
        </div>
        <form
          className="form"
          noValidate
          onSubmit={form.handleSubmit((typed) => !enter.isPending && enter.mutate(typed))}
        >
          <Trouble error={enter.error} />
          <TextField
            label={t("email")}
            type="email"
            autoComplete="username"
            fault={errors.email?.message}
            {...form.register("email", { required: t("email_missing") })}
          />
          <PasswordField
            label={t("password")}
            autoComplete="current-password"
            fault={errors.password?.message}
            {...form.register("password", { required: t("password_missing") })}
          />
          <div className="row mt-2 justify-between">
            <button type="submit" className="button" aria-disabled={enter.isPending}>
              {t("enter")}
            </button>
            <a
              href={`/forgot-password?to=${back}&email=${email}`}
              className="inline-flex min-h-11 items-center"
            >
              {t("forgot")}
            </a>
          </div>
        </form>
        <p className="border-line border-t pt-6">
          {t("new_here")}{" "}
          <a href={`/sign-up?to=${back}`} className="font-semibold">
            {t("sign_up")}
          </a>
        </p>
      </div>
    </main>
  );
}
