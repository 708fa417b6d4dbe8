import { useTranslations } from "use-intl";
import { useStamp } from "../ui/useStamp";
import type { Booking } from "./Guests";

/** Who of a party is in, since when and by which door. */
export function Admitted({ booking, zone }: { booking: Booking; zone: string }) {
  const t = useTranslations("guests");
  const stamp = useStamp(zone);
  const admissions = booking.tickets.flatMap((ticket) => ticket.admission ?? []);
  const [first] = admissions;
  if (!first) return null;
  const last = admissions.reduce((late, each) => (each.at > late.at ? each : late), first);
  return (
    <span>
      {admissions.length < booking.party_size &&
        `${t("in_of", { count: admissions.length, party: booking.party_size })} · `}
      <time dateTime={last.at}>{stamp.short(last.at)}</time>
      {last.door && ` · ${last.door}`}
    </span>
  );
}

/** Whether a booking can still be called off by the organizer. */
export function canCancel(booking: Booking, ended: boolean): boolean {
  return !ended && booking.state === "confirmed" && booking.tickets.every((ticket) => !ticket.admission);
}
