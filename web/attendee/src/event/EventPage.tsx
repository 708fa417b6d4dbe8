import { problemOf, useSignedIn } from "@guestlist/shared/api";
import { Cover, ProblemNotice } from "@guestlist/shared/ui";
import { type InfiniteData, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense } from "react";
import { useParams } from "react-router";
import { useTranslations } from "use-intl";
import { BookingPanel } from "../booking/BookingPanel";
import { Nothing } from "../shell/NotFound";
import { Page } from "../shell/Page";
import { Facts } from "./Facts";
import { Notices } from "./Notices";
import { type EventView, eventBy } from "./pageData";
import { Share } from "./Share";

const Announcements = lazy(() => import("./Announcements"));

/** An event: the invitation. Its markup is that of functions/src/pages/templates/event.html, which it takes over. */
export default function EventPage() {
  const { slug = "" } = useParams();
  const t = useTranslations("event");
  const common = useTranslations("common");
  const cache = useQueryClient();
  const signedIn = useSignedIn();
  const { data, dataUpdatedAt, error, isFetching, isPlaceholderData, refetch } = useQuery({
    ...eventBy(slug),
    // Who comes from the list has seen most of it already; what it is about follows.
    placeholderData: () => listed(cache.getQueriesData({ queryKey: ["events"] }), slug),
  });
  if (data) {
    return (
      <Page title={data.name} hue={data.hue}>
        <Shown
          key={data.id}
          event={data}
          // What the list and the server's page know is the same for everybody.
          asking={signedIn !== false && isFetching && (isPlaceholderData || dataUpdatedAt === 0)}
        />
      </Page>
    );
  }
  if (error && problemOf(error).status === 404) {
    return <Nothing title={t("missing")} text={t("missing_text")} />;
  }
  return (
    <Page title={common("loading")}>
      {error ? (
        <div className="my-6">
          <ProblemNotice error={error} retry={() => void refetch()} />
        </div>
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}

/** The event as a list of the home has it. */
function listed(lists: [unknown, unknown][], slug: string): EventView | undefined {
  for (const [, list] of lists) {
    const pages = (list as InfiniteData<{ items: EventView[] }> | undefined)?.pages ?? [];
    const found = pages.flatMap((page) => page.items).find((event) => event.slug === slug);
    if (found) return found;
  }
  return undefined;
}

function Shown({ event, asking }: { event: EventView; asking: boolean }) {
  const t = useTranslations("event");
  const kinds = useTranslations("kinds");
  return (
    <article className="event">
      <Cover url={event.cover_url} hue={event.hue} eager />
      <Share event={event} />
      <p className="kind">{kinds(event.kind)}</p>
      <h1 lang={event.language}>{event.name}</h1>
      <p className="lead">{t("by", { name: event.organizer.name })}</p>
      <Notices event={event} />
      <div className="stub wide">
        <Facts event={event} />
        <BookingPanel event={event} asking={asking} />
      </div>
      {(event.my_booking || event.is_mine) && (
        <Suspense>
          <Announcements event={event.id} />
        </Suspense>
      )}
      {event.description_html && (
        <section aria-labelledby="about">
          <h2 id="about">{t("about")}</h2>
          <div
            className="prose"
            lang={event.language}
            // The server made it of Markdown, and nothing else is let through.
            dangerouslySetInnerHTML={{ __html: event.description_html }}
          />
        </section>
      )}
    </article>
  );
}

function Skeleton() {
  return (
    <div className="event skeleton" aria-busy>
      <div className="cover" />
      <p className="bone w-24" />
      <p className="bone tall w-3/4" />
      <p className="bone w-40" />
      <div className="stub wide">
        <div>
          <p className="bone w-52" />
          <p className="bone w-40" />
          <p className="bone w-44" />
        </div>
        <div>
          <p className="bone w-20" />
          <p className="bone w-28" />
        </div>
      </div>
    </div>
  );
}
