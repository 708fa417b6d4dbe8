import { OFFLINE, problemOf, useSignedIn } from "@guestlist/shared/api";
import { useWhen } from "@guestlist/shared/i18n";
import { Cover, Loading, ProblemNotice } from "@guestlist/shared/ui";
import { WifiOff } from "lucide-react";
import { Navigate } from "react-router";
import { useTranslations } from "use-intl";
import { Suppressed } from "../account/Suppressed";
import { Link } from "../shell/Link";
import { Page } from "../shell/Page";
import { type Group, upcoming } from "./groups";
import { Past } from "./Past";
import { useTickets } from "./useTickets";

/** One's tickets: what is coming up, then what is over. */
export default function Tickets() {
  const t = useTranslations("tickets");
  const signedIn = useSignedIn();
  const { data, error, refetch } = useTickets();
  const groups = upcoming(data?.tickets ?? [], Date.now());
  // Nobody is signed in, and nothing is kept here: there is nothing to show before they are.
  if (signedIn === false && data?.tickets.length === 0) return <Navigate to="/log-in?to=/tickets" replace />;
  const kept = data?.kept ? problemOf(data.kept) : null;
  return (
    <Page title={t("title")}>
      <h1 className="my-6">{t("title")}</h1>
      {kept?.code === OFFLINE && (
        <p className="row soft mb-4 flex-nowrap" role="status">
          <WifiOff aria-hidden size={20} className="shrink-0" />{" "}
          {t(groups.length > 0 ? "stored" : "stored_none")}
        </p>
      )}
      {kept && kept.code !== OFFLINE && <ProblemNotice error={kept} retry={() => void refetch()} />}
      {error && <ProblemNotice error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      <Suppressed />
      {groups.length > 0 && (
        <section aria-label={t("upcoming")}>
          <ul className="bare grid gap-4">
            {groups.map((group) => (
              <li key={group.booking}>
                <Stub group={group} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {data && !data.kept && groups.length === 0 && (
        <div className="stub">
          <div className="grid justify-items-center gap-3 py-10 text-center">
            <h2 className="text-2xl">{t("none_upcoming")}</h2>
            <p className="soft max-w-[40ch]">{t("none_text")}</p>
          </div>
          <div className="grid justify-items-center">
            <Link className="button" to="/">
              {t("whats_on")}
            </Link>
          </div>
        </div>
      )}
      {signedIn && <Past />}
    </Page>
  );
}

/** The tickets of one booking, as one stub that leads to them. */
function Stub({ group: { event, tickets } }: { group: Group }) {
  const t = useTranslations("tickets");
  const when = useWhen()(event);
  return (
    <article className={`stub wide mine hue${event.hue}`}>
      <div>
        <Cover url={event.cover_url} hue={event.hue} sizes="160px" />
        <div>
          <h2>
            <Link to={`/tickets/${tickets[0]?.id}`}>{event.name}</Link>
          </h2>
          <p>
            <time dateTime={event.starts_at}>{when.short}</time>
            {when.elsewhere && <span className="soft"> {when.zone}</span>}
          </p>
          {event.place && <p className="soft">{event.place.name}</p>}
        </div>
      </div>
      <p className="big">{t("count", { count: tickets.length })}</p>
    </article>
  );
}
