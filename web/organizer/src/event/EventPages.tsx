import { problemOf, queries, useSession } from "@guestlist/shared/api";
import { Loading } from "@guestlist/shared/ui";
import { Link, Outlet, useOutletContext, useParams } from "react-router";
import { useTranslations } from "use-intl";
import { Nothing } from "../ui/Nothing";
import { Trouble } from "../ui/Trouble";
import { EventHead } from "./EventHead";
import type { EventView } from "./phase";
import { useHue } from "./useHue";

/** What the pages of one event stand in: its head, and the way between them. */
export default function EventPages() {
  const { event: id = "" } = useParams();
  const { data: event, error, refetch } = useEvent(id, 30_000);
  const session = useSession();
  useHue(event?.hue);
  if (!event) {
    if (error) return <Missing error={error} retry={refetch} />;
    return <Loading />;
  }
  if (event.organizer.id !== session?.user) return <NotYours event={event} />;
  return (
    <>
      <EventHead event={event} />
      <Outlet context={event} />
    </>
  );
}

/** An event, read anew every so often while it is looked at. */
export function useEvent(id: string, every: number | false) {
  return queries.useQuery(
    "get",
    "/api/events/{event}",
    { params: { path: { event: id } } },
    { refetchInterval: every, enabled: id !== "" },
  );
}

/** The event whose page one is on. */
export function useThisEvent(): EventView {
  return useOutletContext<EventView>();
}

/** It is somebody else's: one can look at it, as everybody can, and nothing more. */
export function NotYours({ event }: { event: EventView }) {
  const t = useTranslations("event");
  return (
    <>
      <title>{t("page_title_unknown")}</title>
      <Nothing
        title={t("not_yours_title")}
        action={
          <div className="row justify-center">
            <Link to="/" className="button">
              {t("back_to_list")}
            </Link>
            <a href={event.url} className="button quiet">
              {t("guest_page")}
            </a>
          </div>
        }
      >
        {t("not_yours_text")}
      </Nothing>
    </>
  );
}

/** It could not be read: it isn't there, isn't one's own, or there was no answer. */
export function Missing({ error, retry }: { error: unknown; retry: () => void }) {
  const t = useTranslations("event");
  const { status } = problemOf(error);
  if (status !== 404 && status !== 422) {
    return (
      <>
        <title>{t("page_title_unknown")}</title>
        <h1 className="sr-only">{t("page_title_unknown")}</h1>
        <Trouble error={error} retry={retry} />
      </>
    );
  }
  return (
    <>
      <title>{t("page_title_unknown")}</title>
      <Nothing
        title={t("missing_title")}
        action={
          <Link to="/" className="button">
            {t("back_to_list")}
          </Link>
        }
      >
        {t("missing_text")}
      </Nothing>
    </>
  );
}
