import { api, type components } from "@guestlist/shared/api";
import { infiniteQueryOptions, type QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue, useEffect, useMemo } from "react";
import { askedOf, type EventsQuery, filtersOf } from "./filters";

export type EventView = components["schemas"]["EventView"];

const PAGE = 12;
/** How many pages are asked for in a row while none has anything: the API may give short and empty ones. */
const MOST_IN_A_ROW = 6;

function eventsOf(asked: EventsQuery) {
  return infiniteQueryOptions({
    queryKey: ["events", asked],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = { ...asked, limit: PAGE, ...(pageParam !== undefined && { cursor: pageParam }) };
      const { data, error } = await api.GET("/api/events", { params: { query }, signal });
      if (error) throw error;
      return data;
    },
    getNextPageParam: (page) => page.cursor ?? undefined,
  });
}

/** Asks for what the home will show, before there is anything to show it with. */
export function prefetchHome(cache: QueryClient): void {
  const filters = filtersOf(new URLSearchParams(location.search));
  void cache.prefetchInfiniteQuery(eventsOf(askedOf(filters, new Date())));
}

/** The events that are asked for: page by page, and on through pages that are empty. */
export function useEvents(asked: EventsQuery) {
  const query = useInfiniteQuery(eventsOf(asked));
  const { hasNextPage, isFetching, isFetchingNextPage, isError, fetchNextPage } = query;
  const events = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  // Many cards are drawn bit by bit, between what people do meanwhile.
  const shown = useDeferredValue(events);
  const pages = query.data?.pages ?? [];
  const empty = pages.length - 1 - pages.findLastIndex((page) => page.items.length > 0);
  const goOn = hasNextPage && !isError && empty % MOST_IN_A_ROW > 0;
  useEffect(() => {
    if (goOn && !isFetching) void fetchNextPage();
  }, [goOn, isFetching, fetchNextPage]);
  return {
    events: shown,
    error: query.error,
    retry: () => void (query.data ? fetchNextPage() : query.refetch()),
    /** More is on its way. */
    loading: query.isPending || isFetchingNextPage || goOn || shown !== events,
    more: hasNextPage ? () => void fetchNextPage() : null,
  };
}
