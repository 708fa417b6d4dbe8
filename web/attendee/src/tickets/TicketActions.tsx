import { api, useMe } from "@guestlist/shared/api";
import { ProblemNotice } from "@guestlist/shared/ui";
import { useMutation } from "@tanstack/react-query";
import { CalendarPlus, Info, Mail, Video } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { Suppressed } from "../account/Suppressed";
import { Link } from "../shell/Link";
import { calendarLink } from "./calendar";
import { stateOf } from "./state";
import type { TicketView } from "./store";

const CancelBooking = lazy(() => import("./CancelBooking"));

/** What can be done with a ticket. */
export function TicketActions({ ticket, count }: { ticket: TicketView; count: number }) {
  const t = useTranslations("ticket");
  const words = useTranslations("event");
  const [cancelling, setCancelling] = useState(false);
  const resend = useMutation({
    mutationFn: async () => {
      const { error } = await api.POST("/api/tickets/{ticket}/resend", {
        params: { path: { ticket: ticket.id } },
        body: { event: ticket.event.id },
      });
      if (error) throw error;
    },
  });
  const suppressed = useMe().data?.me.suppressed !== undefined;
  const state = stateOf(ticket, Date.now());
  const good = state === "valid" || state === "admitted";
  const calendar = good ? calendarLink(ticket) : null;
  return (
    <div className="actions">
      {good && <Suppressed />}
      <p role="status">{resend.isSuccess && t("resent")}</p>
      {resend.isError && (
        <ProblemNotice
          error={resend.error}
          words={{ resent_often: t("problems.resent_often"), wrong_state: t("problems.wrong_state") }}
        />
      )}
      <p className="choices">
        {good && ticket.event.online_link && (
          <a className="button" href={ticket.event.online_link} rel="noopener noreferrer">
            <Video aria-hidden size={20} /> {words("join")}
          </a>
        )}
        {calendar && (
          <a className="button quiet" href={calendar}>
            <CalendarPlus aria-hidden size={20} /> {t("calendar")}
          </a>
        )}
        {good && !suppressed && (
          <button
            type="button"
            className="button quiet"
            aria-disabled={resend.isPending}
            onClick={() => !resend.isPending && resend.mutate()}
          >
            <Mail aria-hidden size={20} /> {t("resend")}
          </button>
        )}
        <Link className="button quiet" to={`/e/${ticket.event.slug}`}>
          <Info aria-hidden size={20} /> {t("event_page")}
        </Link>
        {state === "valid" && ticket.state === "confirmed" && (
          <button type="button" className="button danger" onClick={() => setCancelling(true)}>
            {t("cancel")}
          </button>
        )}
      </p>
      {cancelling && (
        <Suspense>
          <CancelBooking
            booking={ticket.booking}
            event={ticket.event}
            count={count}
            open
            close={() => setCancelling(false)}
            done={() => {
              setCancelling(false);
              // What was pressed is gone; the ticket says what became of it.
              document.getElementById("main")?.focus();
            }}
          />
        </Suspense>
      )}
    </div>
  );
}
