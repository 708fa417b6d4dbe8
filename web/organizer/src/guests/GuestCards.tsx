import { useTranslations } from "use-intl";
import { type EventView, phaseOf } from "../event/phase";
import { useNow } from "../ui/useNow";
import { Admitted, canCancel } from "./Admitted";
import { BookingState } from "./BookingState";
import type { Booking } from "./Guests";
import { Suppressed } from "./Suppressed";

/** The list on a phone: what matters of each, one under the other. */
export function GuestCards({
  bookings,
  event,
  onCancel,
}: {
  bookings: Booking[];
  event: EventView;
  onCancel: (booking: Booking) => void;
}) {
  const t = useTranslations("guests");
  const phase = phaseOf(event, useNow());
  const ended = phase === "past" || phase === "cancelled";
  return (
    <ul className="card list-none divide-y divide-line">
      {bookings.map((booking) => (
        <li key={booking.id} className="flex flex-wrap items-center justify-between gap-x-3 px-4 py-2">
          <div className="min-w-0 flex-1 basis-40">
            <p className="font-semibold">
              {booking.name}
              {booking.party_size > 1 && (
                <span className="soft font-normal"> · {t("people", { count: booking.party_size })}</span>
              )}
            </p>
            <p className="small flex flex-wrap gap-x-3">
              <BookingState booking={booking} />
              <Admitted booking={booking} zone={event.zone} />
              <Suppressed booking={booking} />
            </p>
          </div>
          {canCancel(booking, ended) && (
            <button
              type="button"
              className="min-h-11 shrink-0 px-2 font-medium text-bad"
              aria-label={t("cancel_of", { name: booking.name })}
              onClick={() => onCancel(booking)}
            >
              {t("cancel")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
