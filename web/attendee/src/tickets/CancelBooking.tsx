import { api, mayPass, problemOf } from "@guestlist/shared/api";
import { Dialog, ProblemNotice } from "@guestlist/shared/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";

/** Asks whether a booking is to be called off, says what that means, and does it. */
export default function CancelBooking({
  booking,
  event,
  count,
  open,
  close,
  done,
}: {
  booking: string;
  event: { id: string; name: string };
  /** How many places it has. */
  count: number;
  open: boolean;
  close: () => void;
  done: () => void;
}) {
  const t = useTranslations("ticket");
  const cache = useQueryClient();
  const cancel = useMutation({
    mutationFn: async () => {
      const { error } = await api.POST("/api/bookings/{booking}/cancel", {
        params: { path: { booking } },
        body: { event: event.id },
      });
      if (error) throw error;
    },
    // Cancelling twice is the same as once.
    retry: (tries, error) => tries < 2 && mayPass(problemOf(error)),
    onSuccess: () => {
      void cache.invalidateQueries();
      done();
    },
  });
  const words = {
    already_attended: t("problems.already_attended"),
    event_ended: t("problems.event_ended"),
    event_cancelled: t("problems.event_cancelled"),
    wrong_state: t("problems.wrong_state"),
  };
  return (
    <Dialog open={open} onClose={close} title={t("cancel_title")}>
      <p className="mb-5">{t("cancel_text", { count, event: event.name })}</p>
      {cancel.isError && <ProblemNotice error={cancel.error} words={words} />}
      <p className="choices">
        <button
          type="button"
          className="button danger"
          aria-disabled={cancel.isPending}
          onClick={() => !cancel.isPending && cancel.mutate()}
        >
          {t("cancel_do", { count })}
        </button>
        <button type="button" className="button quiet" onClick={close}>
          {t("cancel_keep")}
        </button>
      </p>
    </Dialog>
  );
}
