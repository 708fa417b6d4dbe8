import { type Problem, problemOf, useChangeMe, useMe } from "@guestlist/shared/api";
import { ProblemNotice } from "@guestlist/shared/ui";
import { MailX } from "lucide-react";
import { useState } from "react";
import { useLocation } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";

/** Says that no mails go to one's address, why, and what brings them back; nothing where they do. */
export function Suppressed() {
  const t = useTranslations("suppressed");
  const { pathname } = useLocation();
  const me = useMe().data?.me;
  if (!me?.suppressed) return null;
  const bounced = me.suppressed === "bounced";
  const known = me.email_verified;
  const why = bounced
    ? known
      ? "bounced_text"
      : "bounced_new_text"
    : known
      ? "complained_text"
      : "complained_new_text";
  return (
    <section className="notice warn" aria-labelledby="suppressed">
      <p id="suppressed" className="row flex-nowrap font-semibold">
        <MailX aria-hidden size={20} className="shrink-0" /> {t(bounced ? "bounced" : "complained")}
      </p>
      <p className="text-ink [overflow-wrap:anywhere]">{t(why, { email: me.email })}</p>
      {bounced || !known ? (
        <Link className="button compact" to={`/verify?${new URLSearchParams({ to: pathname, ask: "" })}`}>
          {t("get_code")}
        </Link>
      ) : (
        <Resume />
      )}
    </section>
  );
}

/** Asks for mails again. */
function Resume() {
  const t = useTranslations("suppressed");
  const changeMe = useChangeMe();
  const [pending, setPending] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  async function resume() {
    setPending(true);
    setProblem(null);
    try {
      await changeMe({ resume_mails: true });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setPending(false);
    }
  }
  return (
    <>
      {problem && <ProblemNotice error={problem} retry={() => void resume()} />}
      <button
        type="button"
        className="button compact"
        aria-disabled={pending}
        onClick={() => !pending && void resume()}
      >
        {t("resume")}
      </button>
    </>
  );
}
