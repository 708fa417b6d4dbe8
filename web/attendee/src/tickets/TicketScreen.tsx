import { problemOf } from "@guestlist/shared/api";
import { Loading, ProblemNotice } from "@guestlist/shared/ui";
import { ChevronLeft, ChevronRight, X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useNavigate, useParams } from "react-router";
import { useTranslations } from "use-intl";
import { Link } from "../shell/Link";
import { Nothing } from "../shell/NotFound";
import { Page } from "../shell/Page";
import { Title } from "../shell/Title";
import { stateOf } from "./state";
import { TicketActions } from "./TicketActions";
import { TicketSlide } from "./TicketSlide";
import { useAwake } from "./useAwake";
import { useParty, useTicket } from "./useTickets";

/** Tickets at full size, for the door: one of a party at a time, the others beside it. */
export default function TicketScreen() {
  const { ticket: id = "" } = useParams();
  const t = useTranslations("ticket");
  const navigate = useNavigate();
  const { ticket, error, refetch } = useTicket(id);
  const read = useParty(ticket?.booking).data ?? [];
  const party = read.includes(id) ? read : [id];
  const place = party.indexOf(id);
  const slides = useRef<HTMLOListElement>(null);
  const screen = useRef<HTMLElement>(null);
  useAwake(ticket !== undefined && stateOf(ticket, Date.now()) === "valid");

  const loaded = ticket !== undefined;
  useEffect(() => {
    if (loaded) screen.current?.focus({ preventScroll: true });
  }, [loaded]);
  useEffect(() => {
    const list = slides.current;
    if (list) list.scrollTo({ left: place * list.clientWidth, behavior: "instant" });
  }, [place]);

  if (!ticket) {
    if (!error) return <Loading />;
    if (problemOf(error).status === 404 || problemOf(error).status === 401) {
      const mine = (
        <Link className="button" to="/tickets">
          {t("mine")}
        </Link>
      );
      return <Nothing title={t("missing")} text={t("missing_text")} action={mine} />;
    }
    return (
      <Page title={t("missing")} width="slim">
        <ProblemNotice error={error} retry={() => void refetch()} />
      </Page>
    );
  }

  const go = (to: number) => {
    const next = party[to];
    if (next && to !== place) navigate(`/tickets/${next}`, { replace: true });
  };
  const onKey = (press: KeyboardEvent) => {
    if (press.key === "ArrowLeft") go(place - 1);
    if (press.key === "ArrowRight") go(place + 1);
  };
  const several = party.length > 1;

  return (
    <main id="main" ref={screen} tabIndex={-1} className="ticket-screen" onKeyDown={onKey}>
      <Title>{t("title", { event: ticket.event.name })}</Title>
      <header>
        <Link to="/tickets" className="round" aria-label={t("close")}>
          <X aria-hidden size={24} />
        </Link>
        <h1 lang="und">{ticket.event.name}</h1>
      </header>
      <ol
        ref={slides}
        className="bare slides"
        aria-label={t("party")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (axe: scrollable-region-focusable).
        tabIndex={0}
        onScroll={({ currentTarget: list }) => {
          // Where a swipe comes to rest is what is looked at; on some screens that is between two pixels.
          const at = list.scrollLeft / list.clientWidth;
          if (Math.abs(at - Math.round(at)) < 0.02) go(Math.round(at));
        }}
      >
        {party.map((each, index) => (
          <li key={each} aria-hidden={each !== id} inert={each !== id}>
            <TicketSlide id={each} number={index + 1} count={party.length} />
          </li>
        ))}
      </ol>
      {several && (
        <nav className="between" aria-label={t("party")}>
          <button
            type="button"
            className="round"
            aria-label={t("previous")}
            aria-disabled={place === 0}
            onClick={() => go(place - 1)}
          >
            <ChevronLeft aria-hidden size={24} />
          </button>
          <p role="status">{t("number", { number: place + 1, count: party.length })}</p>
          <button
            type="button"
            className="round"
            aria-label={t("next")}
            aria-disabled={place === party.length - 1}
            onClick={() => go(place + 1)}
          >
            <ChevronRight aria-hidden size={24} />
          </button>
        </nav>
      )}
      <TicketActions ticket={ticket} count={party.length} />
    </main>
  );
}
