import { useFormatter, useTranslations } from "use-intl";
import { type EventView, phaseOf } from "../event/phase";
import { useNow } from "../ui/useNow";
import { useStamp } from "../ui/useStamp";
import { Admitted, canCancel } from "./Admitted";
import { BookingState } from "./BookingState";
import type { Booking } from "./Guests";
import { Suppressed } from "./Suppressed";

/** The list where there is room: a line each. */
export function GuestTable({
  bookings,
  event,
  onCancel,
}: {
  bookings: Booking[];
  event: EventView;
  onCancel: (booking: Booking) => void;
}) {
  const t = useTranslations("guests");
  const format = useFormatter();
  const stamp = useStamp(event.zone);
  const phase = phaseOf(event, useNow());
  const ended = phase === "past" || phase === "cancelled";
  return (
    <div className="card overflow-x-auto">
      <table className="w-full text-[0.9375rem]">
        <caption className="sr-only">{t("caption", { event: event.name })}</caption>
        <thead>
          <tr className="small border-line border-b text-soft [&>th]:px-4 [&>th]:py-2 [&>th]:font-medium">
            <th scope="col">{t("name")}</th>
            <th scope="col" className="text-right">
              {t("party")}
            </th>
            <th scope="col">{t("state")}</th>
            <th scope="col">{t("admitted")}</th>
            <th scope="col">{t("booked")}</th>
            <th scope="col">
              <span className="sr-only">{t("actions")}</span>
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {bookings.map((booking) => (
            <tr key={booking.id} className="h-12 hover:bg-tint/40 [&>*]:px-4 [&>*]:py-1">
              <th scope="row" className="min-w-40">
                {booking.name}
                <Suppressed booking={booking} />
              </th>
              <td className="text-right">{format.number(booking.party_size)}</td>
              <td className="whitespace-nowrap">
                <BookingState booking={booking} />
              </td>
              <td>
                <Admitted booking={booking} zone={event.zone} />
              </td>
              <td className="soft whitespace-nowrap">
                <time dateTime={booking.booked_at}>{stamp.short(booking.booked_at)}</time>
              </td>
              <td className="text-right">
                {canCancel(booking, ended) && (
                  <button
                    type="button"
                    className="min-h-9 pointer-coarse:min-h-11 whitespace-nowrap rounded-control px-2 font-medium text-bad underline-offset-3 hover:underline"
                    aria-label={t("cancel_of", { name: booking.name })}
                    onClick={() => onCancel(booking)}
                  >
                    {t("cancel")}
                  </button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
