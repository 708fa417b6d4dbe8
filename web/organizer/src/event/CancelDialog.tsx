import { api, queries } from "@guestlist/shared/api";
import { TextArea, TextField } from "@guestlist/shared/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { ifMatch } from "../form/requests";
import { Confirm } from "../ui/Confirm";
import { useSay } from "../ui/Toasts";
import type { EventView } from "./phase";

/** Calls an event off: what to say to the guests, how many hear of it, and a word to type, since it can't be taken back. */
export function CancelDialog({
  event,
  open,
  onClose,
}: {
  event: EventView;
  open: boolean;
  onClose: () => void;
}) {
  const t = useTranslations("cancel_event");
  const client = useQueryClient();
  const say = useSay();
  const [message, setMessage] = useState("");
  const [word, setWord] = useState("");
  const attendance = queries.useQuery(
    "get",
    "/api/events/{event}/attendance",
    { params: { path: { event: event.id } } },
    { enabled: open },
  ).data;
  const cancel = useMutation({
    mutationFn: async () => {
      const { error } = await api.POST("/api/events/{event}/cancel", {
        params: { path: { event: event.id }, header: ifMatch(event) },
        body: { message: message.trim() || null },
      });
      if (error) throw error;
    },
    onSuccess: async () => {
      await client.invalidateQueries();
      say(t("done", { count: guests }));
      onClose();
    },
  });
  // One mail for each booking, whatever the size of its party.
  const guests = attendance?.bookings ?? 0;
  // Only what hurts somebody asks for the word.
  const isTyped = guests === 0 || word.trim().toLowerCase() === t("word").toLowerCase();
  return (
    <Confirm
      open={open}
      title={t("title")}
      action={t("action")}
      back={t("back")}
      danger
      busy={cancel.isPending}
      blocked={!isTyped || attendance === undefined}
      error={cancel.error}
      onConfirm={() => cancel.mutate()}
      onClose={onClose}
    >
      <p>
        <strong>{event.name}</strong>
      </p>
      <p>{t("told", { count: guests })}</p>
      <TextArea
        label={t("message")}
        hint={t("message_hint")}
        optional
        rows={4}
        maxLength={5000}
        value={message}
        onChange={(change) => setMessage(change.currentTarget.value)}
      />
      {guests > 0 && (
        <TextField
          label={t("type_word", { word: t("word") })}
          autoComplete="off"
          autoCapitalize="none"
          value={word}
          onChange={(change) => setWord(change.currentTarget.value)}
        />
      )}
    </Confirm>
  );
}
