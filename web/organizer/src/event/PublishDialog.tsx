import { api, problemOf } from "@guestlist/shared/api";
import { useMoney, useWhen } from "@guestlist/shared/i18n";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CalendarCheck2, Eye, EyeOff, Users, Wallet } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { VerifyDialog } from "../account/VerifyDialog";
import { ifMatch } from "../form/requests";
import { Confirm } from "../ui/Confirm";
import { useSay } from "../ui/Toasts";
import { Overlap, overlapOf } from "./Overlap";
import type { EventView } from "./phase";

/** Says what publishing comes to, and publishes. Somebody whose address isn't verified enters the code on the way. */
export function PublishDialog({
  event,
  open,
  onClose,
  onPublished,
}: {
  event: EventView;
  open: boolean;
  onClose: () => void;
  onPublished?: (event: EventView) => void;
}) {
  const t = useTranslations("publish");
  const client = useQueryClient();
  const when = useWhen()(event);
  const money = useMoney();
  const say = useSay();
  const [verifying, setVerifying] = useState(false);
  const publish = useMutation({
    mutationFn: async (overlap: boolean) => {
      const { data, error } = await api.POST("/api/events/{event}/publish", {
        params: { path: { event: event.id }, header: ifMatch(event) },
        body: { allow_overlap: overlap },
      });
      if (error) throw error;
      return data;
    },
    onSuccess: async (published) => {
      await client.invalidateQueries();
      say(t("done"));
      close();
      onPublished?.(published);
    },
    onError: (error) => {
      if (problemOf(error).code === "email_unverified") setVerifying(true);
    },
  });
  const close = () => {
    publish.reset();
    onClose();
  };
  const overlap = overlapOf(publish.error);
  const unverified = publish.isError && problemOf(publish.error).code === "email_unverified";
  const isPublic = event.visibility === "public";
  return (
    <>
      <Confirm
        open={open && !verifying}
        title={t("title")}
        action={overlap ? t("publish_both") : t("publish")}
        back={t("back")}
        busy={publish.isPending}
        error={overlap || unverified ? null : publish.error}
        onConfirm={() => publish.mutate(overlap !== null)}
        onClose={close}
      >
        <ul className="grid list-none gap-3">
          <Fact icon={isPublic ? <Eye aria-hidden size={20} /> : <EyeOff aria-hidden size={20} />}>
            {isPublic ? t("public") : t("unlisted")}
          </Fact>
          <Fact icon={<Users aria-hidden size={20} />}>
            {event.capacity === undefined ? t("open") : t("places", { capacity: event.capacity })}
          </Fact>
          <Fact icon={<Wallet aria-hidden size={20} />}>
            {event.price ? t("price", { price: money(event.price) }) : t("free")}
          </Fact>
          <Fact icon={<CalendarCheck2 aria-hidden size={20} />}>
            {t("when", { date: when.date, time: when.time, reminders: remindersOf(event) })}
          </Fact>
        </ul>
        <p className="small soft">{t("later")}</p>
        {overlap && <Overlap problem={overlap} />}
      </Confirm>
      <VerifyDialog
        open={open && verifying}
        onClose={() => {
          setVerifying(false);
          publish.reset();
        }}
        onVerified={() => {
          setVerifying(false);
          publish.mutate(false);
        }}
      />
    </>
  );
}

/** Which reminders are still ahead. */
function remindersOf(event: EventView): "both" | "hour" | "none" {
  const hours = (Date.parse(event.starts_at) - Date.now()) / 3_600_000;
  return hours > 24 ? "both" : hours > 1 ? "hour" : "none";
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <li className="flex items-start gap-3">
      <span className="mt-0.5 shrink-0 text-accent">{icon}</span>
      <span>{children}</span>
    </li>
  );
}
