import { api, type components, mayPass, problemOf, secondsToWait, useAttempt } from "@guestlist/shared/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type EventView, eventBy } from "../event/pageData";

export type MyBooking = components["schemas"]["MyBooking"];

export interface Wish {
  party: number;
  /** Whether to book although there is something else at that time. */
  overlap?: boolean;
}

/** How often an attempt is repeated by itself while no answer comes. Its key sees to it that only one booking is made. */
const REPEATS = 2;

/** Books places at an event. */
export function useBook(event: EventView) {
  const cache = useQueryClient();
  const attempt = useAttempt();
  const { queryKey } = eventBy(event.slug);
  return useMutation({
    mutationFn: async ({ party, overlap = false }: Wish): Promise<MyBooking> => {
      const body = { party_size: party, allow_overlap: overlap };
      const header = { "Idempotency-Key": attempt.keyFor([event.id, body]) };
      const { data, error } = await api.POST("/api/events/{event}/bookings", {
        params: { path: { event: event.id }, header },
        body,
      });
      // An answer ends the attempt; without one, whether there is a booking now is open.
      if (!error || !mayPass(problemOf(error))) attempt.done();
      if (error) throw error;
      return data;
    },
    retry: (count, error) => count < REPEATS && mayPass(problemOf(error)),
    retryDelay: (count, error) => 1_000 * (secondsToWait(problemOf(error)) ?? 2 ** count),
    onSuccess: (booking) => {
      cache.setQueryData<EventView>(queryKey, (seen) => seen && { ...seen, my_booking: booking.id });
      void cache.invalidateQueries({ queryKey });
      void cache.invalidateQueries({ queryKey: ["tickets"] });
    },
    // What the page shows was out of date.
    onError: () => void cache.invalidateQueries({ queryKey }),
  });
}
