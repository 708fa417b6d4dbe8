import { useMe, useSignedIn } from "@guestlist/shared/api";
import { Loading, ProblemNotice } from "@guestlist/shared/ui";
import { useState } from "react";
import { Navigate } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { AboutForm } from "./AboutForm";
import { LogOut } from "./LogOut";
import { MailChoices } from "./MailChoices";
import { PasswordForm } from "./PasswordForm";
import { Suppressed } from "./Suppressed";

/** What is known of oneself, and what can be changed of it. */
export default function Profile() {
  const t = useTranslations("profile");
  const signedIn = useSignedIn();
  const { data, error, refetch } = useMe();
  /** Who logs out here goes to the home, and not to a log-in. */
  const [leaving, setLeaving] = useState(false);
  if (signedIn === false && !leaving) return <Navigate to="/log-in?to=/profile" replace />;
  return (
    <Page title={t("title")} width="slim">
      <h1 className="my-6">{t("title")}</h1>
      {error && !data && <ProblemNotice error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <div className="grid gap-10">
          <Suppressed />
          {!data.me.email_verified && !data.me.suppressed && (
            <div className="notice warn">
              <p className="font-semibold">{t("verify")}</p>
              <p className="text-ink">{t("verify_text")}</p>
              <Link className="button compact" to="/verify?to=/profile">
                {t("verify_now")}
              </Link>
            </div>
          )}
          <AboutForm key={data.me.id} profile={data} />
          <MailChoices profile={data} />
          <PasswordForm email={data.me.email} />
          <LogOut leaving={setLeaving} />
        </div>
      )}
    </Page>
  );
}
