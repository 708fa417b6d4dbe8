import { CalendarCheck2, CircleCheck, CircleSlash, Hourglass, type LucideIcon } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Booking } from "./Guests";

const LOOKS: Record<Booking["state"], [LucideIcon, string]> = {
  confirmed: [CalendarCheck2, "text-ink"],
  attended: [CircleCheck, "text-good"],
  no_show: [CircleSlash, "text-warn"],
  cancelled: [CircleSlash, "text-bad"],
  rejected: [CircleSlash, "text-bad"],
  declined: [CircleSlash, "text-soft"],
  expired: [CircleSlash, "text-soft"],
  requested: [Hourglass, "text-warn"],
  invited: [Hourglass, "text-warn"],
  waitlisted: [Hourglass, "text-warn"],
  offered: [Hourglass, "text-warn"],
};

/** Where a booking stands: a word, an icon and a colour. */
export function BookingState({ booking }: { booking: Booking }) {
  const t = useTranslations("guests");
  const [Icon, tone] = LOOKS[booking.state];
  const by = booking.state === "cancelled" ? booking.cancelled_by : undefined;
  return (
    <span className={`inline-flex items-center gap-1.5 ${tone}`}>
      <Icon aria-hidden size={16} className="shrink-0" />
      {by ? t(`cancelled_by.${by}`) : t(`states.${booking.state}`)}
    </span>
  );
}
