import { queries } from "@guestlist/shared/api";
import { Empty, Loading } from "@guestlist/shared/ui";
import { Plus } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { Suppressed } from "../account/Suppressed";
import { Trouble } from "../ui/Trouble";
import { useNow } from "../ui/useNow";
import { EventRow } from "./EventRow";
import { asked, FILTERS, type Filter, isBackwards, isFilter, shown } from "./filters";

/** How often the numbers are read anew while the page is looked at, in milliseconds. */
const EVERY = 15_000;

/** The events that one organizes, with their numbers as they are now. */
export default function MyEvents() {
  const t = useTranslations("my_events");
  const [search] = useSearchParams();
  const show = search.get("show");
  const filter: Filter = isFilter(show) ? show : "current";
  return (
    <>
      <title>{t("page_title")}</title>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <h1 className="!text-2xl">{t("title")}</h1>
        <nav aria-label={t("filter")} className="-mx-1 flex flex-wrap sm:gap-1">
          {FILTERS.map((each) => (
            <Link
              key={each}
              to={each === "current" ? "/" : `/?show=${each}`}
              aria-current={each === filter ? "page" : undefined}
              className="inline-flex min-h-11 items-center rounded-control px-2 text-sm text-soft sm:px-3 sm:text-base no-underline hover:text-ink aria-[current]:bg-tint aria-[current]:font-semibold aria-[current]:text-ink"
            >
              {t(`filters.${each}`)}
            </Link>
          ))}
        </nav>
      </div>
      <Suppressed />
      <List key={filter} filter={filter} />
    </>
  );
}

function List({ filter }: { filter: Filter }) {
  const t = useTranslations("my_events");
  const now = useNow();
  const [since] = useState(Date.now);
  const list = queries.useInfiniteQuery(
    "get",
    "/api/me/events",
    { params: { query: { ...asked(filter, since), limit: 100 } } },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.cursor,
      refetchInterval: EVERY,
    },
  );
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = list;
  const wantsAll = isBackwards(filter);
  useEffect(() => {
    if (wantsAll && hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [wantsAll, hasNextPage, isFetchingNextPage, isError, fetchNextPage]);

  if (list.isPending || (wantsAll && hasNextPage && !isError)) return <Loading />;
  const events = shown(list.data?.pages.flatMap((page) => page.items) ?? [], filter, now);
  return (
    <>
      {list.isError && <Trouble error={list.error} retry={() => list.refetch()} />}
      {events.length === 0 && !list.isError && !hasNextPage && <Nothing filter={filter} />}
      {events.length > 0 && (
        <ul className="list-none card divide-y divide-line overflow-hidden">
          {events.map((event) => (
            <EventRow key={event.id} event={event} now={now} />
          ))}
        </ul>
      )}
      {hasNextPage && !wantsAll && (
        <button
          type="button"
          className="button quiet mt-4"
          aria-disabled={isFetchingNextPage}
          onClick={() => !isFetchingNextPage && fetchNextPage()}
        >
          {t("more")}
        </button>
      )}
    </>
  );
}

/** No event fits; and for somebody who never had one, what this is for. */
function Nothing({ filter }: { filter: Filter }) {
  const t = useTranslations("my_events");
  const any = queries.useQuery("get", "/api/me/events", { params: { query: { limit: 1 } } });
  if (any.isPending) return <Loading />;
  const first = any.data?.items.length === 0;
  const make = (
    <Link to="/events/new" className="button">
      <Plus aria-hidden size={18} />
      {t("make")}
    </Link>
  );
  if (first) {
    return (
      <Empty title={t("first_title")} action={make}>
        {t("first_text")}
      </Empty>
    );
  }
  const making = filter === "current" || filter === "drafts" || filter === "published";
  return (
    <Empty title={t(`empty.${filter}`)} action={making ? make : undefined}>
      {filter === "current" ? t("empty_current_text") : undefined}
    </Empty>
  );
}
