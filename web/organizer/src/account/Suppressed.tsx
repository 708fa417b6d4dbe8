import { useMe } from "@guestlist/shared/api";
import { MailX } from "lucide-react";
import { useTranslations } from "use-intl";

/** Says to an organizer that no mails reach them, why, and where to see to it; nothing where mails do. */
export function Suppressed() {
  const t = useTranslations("suppressed");
  const me = useMe().data?.me;
  if (!me?.suppressed) return null;
  const bounced = me.suppressed === "bounced";
  return (
    <section className="notice warn" aria-labelledby="suppressed">
      <p id="suppressed" className="row flex-nowrap font-semibold">
        <MailX aria-hidden size={20} className="shrink-0" /> {t(bounced ? "bounced" : "complained")}
      </p>
      <p className="text-ink [overflow-wrap:anywhere]">
        {t(bounced ? "bounced_text" : "complained_text", { email: me.email })}
      </p>
      <a className="button quiet compact" href="/profile">
        {t("profile")}
      </a>
    </section>
  );
}
