import { CalendarPlus, Ticket } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { EventView } from "../event/pageData";
import { Link } from "../shell/Link";
import { calendarLink } from "../tickets/calendar";
import { Qr } from "../tickets/Qr";
import { useParty, useTicket } from "../tickets/useTickets";

const CancelBooking = lazy(() => import("../tickets/CancelBooking"));

/** The part of the stub that is theirs who are booked. */
export default function Going({
  event,
  booking,
  fresh,
  calledOff,
}: {
  event: EventView;
  booking: string;
  /** Whether it was booked just now. */
  fresh: boolean;
  /** It was called off. */
  calledOff: () => void;
}) {
  const t = useTranslations("book");
  const party = useParty(booking).data;
  const first = party?.[0];
  const count = party?.length ?? 1;
  const heading = useRef<HTMLHeadingElement>(null);
  const [cancelling, setCancelling] = useState(false);
  useEffect(() => {
    if (fresh) heading.current?.focus();
  }, [fresh]);
  return (
    <div className="whole going" aria-live="polite">
      <div>
        <h2 ref={heading} tabIndex={-1} className="good outline-none">
          <span aria-hidden>✓</span> {t(fresh ? "done" : "going")}
        </h2>
        <p className="mt-1 mb-4">{t(fresh ? "done_text" : "going_text", { count })}</p>
        <p className="choices">
          {first && (
            <Link className="button" to={`/tickets/${first}`}>
              <Ticket aria-hidden size={20} /> {t("show", { count })}
            </Link>
          )}
          {first && <Calendar ticket={first} />}
          <button type="button" className="button quiet" onClick={() => setCancelling(true)}>
            {t("cancel")}
          </button>
        </p>
      </div>
      {fresh && first && <FirstTicket id={first} />}
      {cancelling && (
        <Suspense>
          <CancelBooking
            booking={booking}
            event={event}
            count={count}
            open
            close={() => setCancelling(false)}
            done={calledOff}
          />
        </Suspense>
      )}
    </div>
  );
}

function Calendar({ ticket: id }: { ticket: string }) {
  const t = useTranslations("book");
  const { ticket } = useTicket(id);
  const link = ticket && calendarLink(ticket);
  if (!link) return null;
  return (
    <a className="button quiet" href={link}>
      <CalendarPlus aria-hidden size={20} /> {t("calendar")}
    </a>
  );
}

function FirstTicket({ id }: { id: string }) {
  const t = useTranslations("ticket");
  const { ticket } = useTicket(id);
  if (!ticket?.token) return null;
  return (
    <Link to={`/tickets/${id}`} className="first-ticket">
      <Qr token={ticket.token} label={t("qr", { name: ticket.name })} />
    </Link>
  );
}
