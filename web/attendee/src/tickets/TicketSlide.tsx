import { clockOf, useLocale, useWhen } from "@guestlist/shared/i18n";
import { useTranslations } from "use-intl";
import { Qr } from "./Qr";
import { stateOf, type TicketState } from "./state";
import type { TicketView } from "./store";
import { useTicket } from "./useTickets";

/** A state as it is shown: never by colour alone. */
const SIGNS: Record<TicketState, [tone: string, sign: string]> = {
  valid: ["good", "✓"],
  admitted: ["warn", "●"],
  over: ["soft", "■"],
  event_cancelled: ["bad", "✕"],
  cancelled: ["bad", "✕"],
  void: ["bad", "✕"],
};

/** One ticket of a party: its code, whom it lets in, and whether it still does. */
export function TicketSlide({ id, number, count }: { id: string; number: number; count: number }) {
  const t = useTranslations("ticket");
  const when = useWhen();
  const { ticket } = useTicket(id);
  if (!ticket) return null;
  const state = stateOf(ticket, Date.now());
  const [tone, sign] = SIGNS[state];
  const shown = (state === "valid" || state === "admitted") && ticket.token;
  const label =
    count > 1 ? t("qr_number", { number, count, name: ticket.name }) : t("qr", { name: ticket.name });
  const { place } = ticket.event;
  const moment = when(ticket.event);
  return (
    <>
      {shown && <Qr token={shown} label={label} />}
      <p className={`state ${tone}`} role="status">
        <span aria-hidden>{sign}</span> {t(state)}
      </p>
      <Explained ticket={ticket} state={state} />
      <p className="holder">{ticket.name}</p>
      <p>
        <time dateTime={ticket.event.starts_at}>{moment.span}</time>
        {moment.elsewhere && <span className="soft"> {moment.zone}</span>}
        {place && (
          <>
            <br />
            {[place.name, place.address].filter(Boolean).join(", ")}
          </>
        )}
      </p>
    </>
  );
}

function Explained({ ticket, state }: { ticket: TicketView; state: TicketState }) {
  const t = useTranslations("ticket");
  const locale = useLocale();
  if (state === "valid") return <p className="soft">{t("show")}</p>;
  if (state === "admitted" && ticket.admission) {
    // The door's clock, in the event's zone.
    const time = new Intl.DateTimeFormat(locale, {
      timeZone: ticket.event.zone,
      weekday: "long",
      day: "numeric",
      month: "long",
      ...clockOf(locale),
    }).format(new Date(ticket.admission.at));
    const { door } = ticket.admission;
    return <p>{door ? t("admitted_door", { time, door }) : t("admitted_at", { time })}</p>;
  }
  return state === "admitted" ? null : <p>{t(`${state}_text`)}</p>;
}
