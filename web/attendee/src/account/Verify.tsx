import { useMe, useSession, verifiedNow } from "@guestlist/shared/api";
import { Loading, TextField } from "@guestlist/shared/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { wayBack, withWayBack } from "./back";
import { CodeForm } from "./CodeForm";
import { verify } from "./useAccount";

/** Showing that an address is one's own, whenever one gets to it. */
export default function Verify() {
  const t = useTranslations("account");
  const [search, setSearch] = useSearchParams();
  const back = wayBack(search);
  const session = useSession();
  const cache = useQueryClient();
  const { data, isLoading } = useMe();
  const me = data?.me;
  const [typed, setTyped] = useState(search.get("email") ?? "");
  const [missing, setMissing] = useState(false);
  const [done, setDone] = useState(false);
  const email = session && me ? me.email : typed;
  /** Verified once, but mails have come back since: a code shows that they reach the mailbox again. */
  const bounced = me?.suppressed === "bounced";
  const [again, setAgain] = useState(false);
  /** Mails to a suppressed address are rare: one is asked for by pressing for it, and not by each look at this page. */
  const rare = me?.suppressed !== undefined;
  const verified = done || (session?.emailVerified === true && !bounced);

  async function submit(code: string) {
    setMissing(email.trim() === "");
    if (email.trim() === "") return;
    await verify(email, code);
    setAgain(bounced);
    setDone(true);
    void cache.invalidateQueries({ queryKey: ["me"] });
    // Not yet known to the token is no harm: the next one knows.
    if (session) await verifiedNow().catch(() => {});
  }

  if (session && isLoading && !done) return <Loading />;
  return (
    <Page title={t("verify_title")} width="slim">
      {verified ? (
        <div role="status">
          <h1 className="mt-6 good">
            <span aria-hidden>✓</span> {t("verified")}
          </h1>
          <p className="lead mt-2 mb-6">{t(again ? "verified_again" : "verified_text")}</p>
          <Link className="button" to={session ? back : withWayBack("/log-in", back)}>
            {session ? t("go_on") : t("log_in")}
          </Link>
        </div>
      ) : (
        <>
          <h1 className="mt-6">{t("verify_title")}</h1>
          <p className="lead mt-2 mb-6">
            {email
              ? t(bounced ? "verify_daily" : rare ? "verify_monthly" : "verify_text", { email })
              : t("verify_ask")}
          </p>
          {!session && (
            <div className="form mb-4">
              <TextField
                label={t("email")}
                type="email"
                autoComplete="email"
                fault={missing ? t("needed") : undefined}
                value={typed}
                onValueChange={(value: string) => setTyped(value)}
              />
            </div>
          )}
          <CodeForm
            key={session ? me?.id : "anybody"}
            email={email}
            initial={search.get("code")?.replace(/\D/g, "").slice(0, 6) ?? ""}
            // Who comes from a log-in had their code long ago.
            mail={session && !search.has("code") && (!rare || search.has("ask")) ? "wanted" : "before"}
            rare={rare}
            asked={() => {
              if (!search.has("ask")) return;
              search.delete("ask");
              setSearch(search, { replace: true });
            }}
            button={t("verify")}
            submit={submit}
          />
        </>
      )}
    </Page>
  );
}
