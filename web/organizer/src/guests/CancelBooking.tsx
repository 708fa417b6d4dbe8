import { api } from "@guestlist/shared/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Confirm } from "../ui/Confirm";
import { useSay } from "../ui/Toasts";
import type { Booking } from "./Guests";

/** Calls one guest's booking off, after asking. */
export function CancelBooking({ booking, onClose }: { booking: Booking; onClose: () => void }) {
  const t = useTranslations("cancel_booking");
  const client = useQueryClient();
  const say = useSay();
  const cancel = useMutation({
    mutationFn: async () => {
      const { error } = await api.POST("/api/bookings/{booking}/cancel", {
        params: { path: { booking: booking.id } },
        body: { event: booking.event },
      });
      if (error) throw error;
    },
    onSuccess: async () => {
      say(t("done", { name: booking.name }));
      onClose();
      // The list reads from an index, which may be a moment behind; the numbers don't.
      await client.invalidateQueries();
    },
  });
  return (
    <Confirm
      open
      title={t("title")}
      action={t("action")}
      back={t("back")}
      danger
      busy={cancel.isPending}
      error={cancel.error}
      onConfirm={() => cancel.mutate()}
      onClose={onClose}
    >
      <p>{t("text", { name: booking.name, count: booking.party_size })}</p>
    </Confirm>
  );
}
