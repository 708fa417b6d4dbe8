import { useMe, useSession } from "@guestlist/shared/api";
import { useLanguage, useZone } from "@guestlist/shared/i18n";
import { Empty, Loading } from "@guestlist/shared/ui";
import { Link, useLocation, useParams } from "react-router";
import { useTranslations } from "use-intl";
import { EventHead } from "../event/EventHead";
import { Missing, NotYours, useEvent } from "../event/EventPages";
import { phaseOf } from "../event/phase";
import { useHue } from "../event/useHue";
import { Trouble } from "../ui/Trouble";
import { Editor } from "./Editor";

/** The form: of a new event, of a draft, or of one that people have booked. */
export default function EditEvent() {
  const t = useTranslations("form");
  const { event: id = "" } = useParams();
  const { key, state } = useLocation();
  const session = useSession();
  const { language } = useLanguage();
  const zone = useZone();
  const profile = useMe();
  const { data: event, error, refetch } = useEvent(id, false);

  useHue(event?.hue);

  if (id !== "" && !event) return error ? <Missing error={error} retry={refetch} /> : <Loading />;
  if (profile.isPending || !session) return <Loading />;
  if (!profile.data && id === "") return <Trouble error={profile.error} retry={() => profile.refetch()} />;
  if (event && event.organizer.id !== session.user) return <NotYours event={event} />;
  const phase = event && phaseOf(event, Date.now());
  if (event && (phase === "cancelled" || phase === "past")) {
    return (
      <>
        <title>{t("page_title", { event: event.name })}</title>
        <EventHead event={event} />
        <Empty
          title={t(`closed.${phase}`)}
          action={
            <Link to="/events/new" className="button">
              {t("closed.new")}
            </Link>
          }
        >
          {t("closed.text")}
        </Empty>
      </>
    );
  }
  // A draft that just got its address goes on in the same form.
  const stay: unknown =
    typeof state === "object" && state !== null && "stay" in state ? state.stay : undefined;
  return (
    <Editor
      key={typeof stay === "string" ? stay : id === "" ? key : id}
      formKey={typeof stay === "string" ? stay : key}
      user={session.user}
      event={event ?? null}
      zone={profile.data?.me.zone ?? zone}
      language={profile.data?.me.language ?? language}
    />
  );
}
