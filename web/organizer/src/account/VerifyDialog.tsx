import { api, useMe, verifiedNow } from "@guestlist/shared/api";
import { Dialog, TextField } from "@guestlist/shared/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Trouble } from "../ui/Trouble";

/** Asks for the six digits, where something needs a verified address; then goes on with it. */
export function VerifyDialog({
  open,
  onClose,
  onVerified,
}: {
  open: boolean;
  onClose: () => void;
  onVerified: () => void;
}) {
  const t = useTranslations("verify");
  return (
    <Dialog open={open} onClose={onClose} title={t("title")}>
      <Code onVerified={onVerified} />
    </Dialog>
  );
}

function Code({ onVerified }: { onVerified: () => void }) {
  const t = useTranslations("verify");
  const client = useQueryClient();
  const me = useMe().data?.me;
  const email = me?.email;
  const [code, setCode] = useState("");
  const [fault, setFault] = useState<string>();
  const again = useMutation({
    mutationFn: async () => {
      const { error } = await api.POST("/api/users/request-verification", { body: { email: email ?? "" } });
      if (error) throw error;
    },
  });
  const verify = useMutation({
    mutationFn: async () => {
      const { error } = await api.POST("/api/users/verify-email", { body: { email: email ?? "", code } });
      if (error) throw error;
      await verifiedNow();
      await client.invalidateQueries({ queryKey: ["me"] });
    },
    onSuccess: onVerified,
  });
  return (
    <form
      className="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!/^\d{6}$/.test(code)) return setFault(t("six_digits"));
        if (!verify.isPending) verify.mutate();
      }}
    >
      <p>{t("lead", { email: email ?? "" })}</p>
      <TextField
        label={t("code")}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={6}
        className="input max-w-48 text-center font-display text-xl tracking-[0.2em]"
        value={code}
        fault={fault}
        onChange={(event) => {
          setFault(undefined);
          setCode(event.currentTarget.value.replace(/\D/g, ""));
        }}
      />
      <Trouble error={verify.error ?? again.error} />
      <p role="status" className="small soft">
        {again.isSuccess ? t(me?.suppressed ? "sent_unless" : "sent_again") : ""}
      </p>
      <div className="row">
        <button type="submit" className="button" aria-disabled={verify.isPending}>
          {t("verify")}
        </button>
        <button
          type="button"
          className="button quiet"
          aria-disabled={again.isPending}
          onClick={() => !again.isPending && again.mutate()}
        >
          {t("again")}
        </button>
      </div>
    </form>
  );
}
