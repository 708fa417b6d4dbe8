/** Tickets: from the API, and where that can't be reached, from what this device keeps. */
import { api, currentSession, lastUser, mayPass, problemOf } from "@guestlist/shared/api";
import { queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { dropTicket, keepTickets, keptTicket, keptTickets, type TicketView } from "./store";

/** How many pages are read at most: of people with more bookings, the nearest in time are on the first. */
const MOST_PAGES = 5;

/** Whether what couldn't be read may be shown as it was kept: there was no answer, or the log-in has run out. */
function keptWillDo(error: unknown): boolean {
  const problem = problemOf(error);
  return mayPass(problem) || problem.status === 401;
}

export interface MyTickets {
  tickets: TicketView[];
  /** Why they are only what was kept here; null when they are what the server said. */
  kept: unknown;
}

async function readTickets(signal: AbortSignal): Promise<TicketView[]> {
  const tickets: TicketView[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const query = { limit: 50, ...(cursor !== undefined && { cursor }) };
    const { data, error } = await api.GET("/api/me/tickets", { params: { query }, signal });
    if (error) throw error;
    tickets.push(...data.items);
    // The latest event comes first: what follows one that is over is over too.
    const last = data.items.at(-1);
    if (!data.cursor || (last && Date.parse(last.event.ends_at) < Date.now())) break;
    cursor = data.cursor;
  }
  return tickets;
}

/** One's valid tickets. */
export function useTickets() {
  return useQuery({
    queryKey: ["tickets"],
    queryFn: async ({ signal }): Promise<MyTickets> => {
      try {
        const tickets = await readTickets(signal);
        const owner = currentSession()?.user;
        if (owner) await keepTickets(owner, tickets, true);
        return { tickets, kept: null };
      } catch (error) {
        if (!keptWillDo(error)) throw error;
        return { tickets: await keptTickets(lastUser()), kept: error };
      }
    },
    // What was kept is only good until there is a connection again.
    staleTime: (query) => (query.state.data?.kept ? 0 : 30_000),
    refetchInterval: (query) => (query.state.data?.kept ? 15_000 : false),
  });
}

/** One's bookings, the latest event first, page by page: for what is over or called off. */
export function useBookings(enabled: boolean) {
  return useInfiniteQuery({
    queryKey: ["tickets", "bookings"],
    enabled,
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam, signal }) => {
      const query = { limit: 20, ...(pageParam !== undefined && { cursor: pageParam }) };
      const { data, error } = await api.GET("/api/me/bookings", { params: { query }, signal });
      if (error) throw error;
      return data;
    },
    getNextPageParam: (page) => page.cursor ?? undefined,
  });
}

/** How one ticket is read. */
export function ticketBy(id: string) {
  return queryOptions({
    queryKey: ["tickets", "one", id],
    queryFn: async ({ signal }): Promise<{ ticket: TicketView; kept: unknown }> => {
      try {
        const { data, error } = await api.GET("/api/tickets/{ticket}", {
          params: { path: { ticket: id } },
          signal,
        });
        if (error) throw error;
        const owner = currentSession()?.user;
        if (owner) await keepTickets(owner, [data]);
        return { ticket: data, kept: null };
      } catch (error) {
        if (problemOf(error).status === 404) await dropTicket(id);
        const ticket = keptWillDo(error) ? await keptTicket(id, lastUser()) : null;
        if (!ticket) throw error;
        return { ticket, kept: error };
      }
    },
  });
}

/** One ticket: at once as it was kept, then as it is. */
export function useTicket(id: string) {
  const kept = useQuery({
    queryKey: ["kept", id],
    queryFn: () => keptTicket(id, lastUser()),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const read = useQuery({
    ...ticketBy(id),
    // At the door it turns to "you're in" by itself.
    refetchInterval: (query) => (isNear(query.state.data?.ticket) ? 10_000 : false),
  });
  // Without an answer, what was seen last stays. A no means that it is theirs no longer, or never was.
  const refused = read.error !== null && !mayPass(problemOf(read.error));
  return {
    ticket: refused ? undefined : (read.data?.ticket ?? kept.data ?? undefined),
    error: read.error,
    refetch: read.refetch,
  };
}

const HOURS = 3_600_000;

/** Whether a ticket may be scanned about now. */
function isNear(ticket: TicketView | undefined): boolean {
  if (!ticket) return false;
  const now = Date.now();
  const { starts_at, ends_at } = ticket.event;
  return !ticket.admission && Date.parse(starts_at) - 2 * HOURS < now && now < Date.parse(ends_at);
}

/** The ids of all tickets of a booking, in their order. */
export function useParty(booking: string | undefined) {
  return useQuery({
    queryKey: ["tickets", "party", booking],
    enabled: booking !== undefined,
    queryFn: async ({ signal }): Promise<string[]> => {
      try {
        const { data, error } = await api.GET("/api/bookings/{booking}", {
          params: { path: { booking: booking ?? "" } },
          signal,
        });
        if (error) throw error;
        return data.tickets.map((ticket) => ticket.id);
      } catch (error) {
        if (!keptWillDo(error)) throw error;
        const kept = (await keptTickets(lastUser())).filter((ticket) => ticket.booking === booking);
        return kept.sort((a, b) => a.number - b.number).map((ticket) => ticket.id);
      }
    },
  });
}
