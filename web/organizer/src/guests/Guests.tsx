import { type components, queries } from "@guestlist/shared/api";
import { Empty, Loading } from "@guestlist/shared/ui";
import { Search } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { useTranslations } from "use-intl";
import { useThisEvent } from "../event/EventPages";
import { Trouble } from "../ui/Trouble";
import { useWide } from "../ui/useWide";
import { CancelBooking } from "./CancelBooking";
import { Download } from "./Download";
import { GuestCards } from "./GuestCards";
import { GuestTable } from "./GuestTable";
import { useSettled } from "./useSettled";

export type Booking = components["schemas"]["BookingView"];

/** The states that bookings come in, as far as one looks for them. */
const STATES = ["confirmed", "attended", "cancelled"] as const;
type State = (typeof STATES)[number];

/** How many on a page; and how many pages are read in a row where they come back empty. */
const PAGE = 50;
const EMPTY_PAGES = 8;

function isState(text: string | null): text is State {
  return STATES.includes(text as State);
}

/** Who comes, came, and doesn't come. */
export default function Guests() {
  const t = useTranslations("guests");
  const event = useThisEvent();
  const [search, setSearch] = useSearchParams();
  const chosen = search.get("state");
  const state = isState(chosen) ? chosen : undefined;
  const [typed, setTyped] = useState(search.get("name") ?? "");
  const name = useSettled(typed.trim(), 250);
  const input = useRef<HTMLInputElement>(null);
  useSlash(input);

  const choose = (next: string) => {
    const params = new URLSearchParams(search);
    if (next === "") params.delete("state");
    else params.set("state", next);
    setSearch(params, { replace: true });
  };
  return (
    <>
      <title>{t("page_title", { event: event.name })}</title>
      <div className="mb-4 flex flex-wrap items-end gap-3">
        <div className="field min-w-0 flex-1 basis-64">
          <label htmlFor="guest-search">{t("search")}</label>
          <div className="relative">
            <Search aria-hidden size={18} className="-translate-y-1/2 absolute top-1/2 left-3.5 text-soft" />
            <input
              ref={input}
              id="guest-search"
              type="search"
              autoComplete="off"
              spellCheck={false}
              className="input pl-11"
              value={typed}
              onChange={(change) => setTyped(change.currentTarget.value)}
            />
            {typed === "" && (
              <kbd
                aria-hidden
                className="-translate-y-1/2 small absolute top-1/2 right-3.5 hidden rounded-[5px] border border-line px-2 text-soft md:block"
              >
                /
              </kbd>
            )}
          </div>
        </div>
        <div className="field">
          <label htmlFor="guest-state">{t("state")}</label>
          <select
            id="guest-state"
            className="input"
            value={state ?? ""}
            onChange={(change) => choose(change.currentTarget.value)}
          >
            <option value="">{t("all")}</option>
            {STATES.map((each) => (
              <option key={each} value={each}>
                {t(`filters.${each}`)}
              </option>
            ))}
          </select>
        </div>
        <Download event={event} name={name} state={state} />
      </div>
      <List key={`${name}/${state}`} name={name} state={state} />
    </>
  );
}

function List({ name, state }: { name: string; state: State | undefined }) {
  const t = useTranslations("guests");
  const event = useThisEvent();
  const wide = useWide();
  const [cancelling, setCancelling] = useState<Booking | null>(null);
  const list = queries.useInfiniteQuery(
    "get",
    "/api/events/{event}/bookings",
    {
      params: {
        path: { event: event.id },
        query: { ...(name === "" ? {} : { name }), ...(state ? { state } : {}), limit: PAGE },
      },
    },
    {
      pageParamName: "cursor",
      initialPageParam: null,
      getNextPageParam: (page) => page.cursor,
      // Reading anew reads every page that is open; who looks far down the list isn't waiting for who books just now.
      refetchInterval: (query) => ((query.state.data?.pages.length ?? 0) <= 2 ? 20_000 : false),
    },
  );
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = list;
  // A page may be empty though more follow: the event's places are in several pools, and a filter looks at so many only.
  const pages = data?.pages ?? [];
  const emptyAtEnd = pages.length - 1 - pages.findLastIndex((page) => page.items.length > 0);
  const goesOn = hasNextPage && emptyAtEnd > 0 && emptyAtEnd < EMPTY_PAGES;
  useEffect(() => {
    if (goesOn && !isFetchingNextPage && !isError) void fetchNextPage();
  }, [goesOn, isFetchingNextPage, isError, fetchNextPage]);
  const bookings = useDeferredValue(pages.flatMap((page) => page.items));

  if (list.isPending) return <Loading />;
  return (
    <>
      {isError && <Trouble error={list.error} retry={() => list.refetch()} />}
      <p role="status" className="sr-only">
        {t("found", { count: bookings.length, more: String(hasNextPage) })}
      </p>
      {bookings.length === 0 && !isError && !hasNextPage && (
        <Empty title={name === "" && !state ? t("empty_title") : t("none_title")}>
          {name === "" && !state ? t("empty_text") : t("none_text")}
        </Empty>
      )}
      {bookings.length > 0 &&
        (wide ? (
          <GuestTable bookings={bookings} event={event} onCancel={setCancelling} />
        ) : (
          <GuestCards bookings={bookings} event={event} onCancel={setCancelling} />
        ))}
      {hasNextPage && (
        <button
          type="button"
          className="button quiet mt-4"
          aria-disabled={isFetchingNextPage}
          onClick={() => !isFetchingNextPage && fetchNextPage()}
        >
          {t("more")}
        </button>
      )}
      {cancelling && <CancelBooking booking={cancelling} onClose={() => setCancelling(null)} />}
    </>
  );
}

/** The slash goes to the search, unless one is just writing. */
function useSlash(input: { current: HTMLInputElement | null }): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const { target } = event;
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
      if (target instanceof HTMLElement && target.closest("input, textarea, select, [role=dialog]")) return;
      event.preventDefault();
      input.current?.focus();
      input.current?.select();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [input]);
}
