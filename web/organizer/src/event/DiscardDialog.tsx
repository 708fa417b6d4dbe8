import { api } from "@guestlist/shared/api";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { useTranslations } from "use-intl";
import { Confirm } from "../ui/Confirm";
import { useSay } from "../ui/Toasts";
import type { EventView } from "./phase";

/** Throws a draft away. */
export function DiscardDialog({
  event,
  open,
  onClose,
  onDiscarded,
}: {
  event: EventView;
  open: boolean;
  onClose: () => void;
  onDiscarded?: () => void;
}) {
  const t = useTranslations("discard");
  const client = useQueryClient();
  const navigate = useNavigate();
  const say = useSay();
  const discard = useMutation({
    mutationFn: async () => {
      // Whatever its version: who throws a draft away means all of it.
      const { error } = await api.DELETE("/api/events/{event}", { params: { path: { event: event.id } } });
      if (error) throw error;
    },
    onSuccess: async () => {
      onDiscarded?.();
      await navigate("/");
      say(t("done"));
      await client.invalidateQueries({ queryKey: ["get", "/api/me/events"] });
    },
  });
  return (
    <Confirm
      open={open}
      title={t("title")}
      action={t("action")}
      back={t("back")}
      danger
      busy={discard.isPending}
      error={discard.error}
      onConfirm={() => discard.mutate()}
      onClose={onClose}
    >
      <p>{t("text", { event: event.name })}</p>
    </Confirm>
  );
}
