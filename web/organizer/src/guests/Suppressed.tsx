import { MailX } from "lucide-react";
import { useTranslations } from "use-intl";
import type { Booking } from "./Guests";

/** Says that mails don't reach a guest, and why; nothing where they do. */
export function Suppressed({ booking }: { booking: Booking }) {
  const t = useTranslations("guests");
  if (!booking.suppressed) return null;
  return (
    <span className="small flex items-center gap-1.5 font-normal text-warn">
      <MailX aria-hidden size={16} className="shrink-0" />
      {t(`suppressed.${booking.suppressed}`)}
    </span>
  );
}
