/** Whether the server can be reached, what that means now, and what waits to be sent. */
import { useTranslations } from "@guestlist/shared/i18n";
import { CloudUpload, LoaderCircle, Wifi, WifiOff } from "lucide-react";
import type { DeskView } from "./desk";
import type { Words } from "./words";

export function StatusLine({ view, words }: { view: DeskView; words: Words }) {
  const t = useTranslations("door.status");
  const { connected, list, unsent } = view;
  const since = list?.asOf;
  const [Icon, said, tone] = connected
    ? since === undefined
      ? ([LoaderCircle, t("no_list"), "soft"] as const)
      : ([Wifi, t("online"), "good"] as const)
    : since === undefined
      ? ([WifiOff, t("no_list_offline"), "bad"] as const)
      : ([WifiOff, t("offline_list", { time: words.time(since) }), "warn"] as const);
  return (
    <p
      role="status"
      className="small flex flex-wrap items-center gap-x-4 gap-y-1 font-semibold"
      data-connected={connected}
      data-ready={since !== undefined}
      data-unsent={unsent}
    >
      <span className={`${tone} flex items-center gap-1.5`}>
        <Icon aria-hidden size={17} className="flex-none" /> {said}
      </span>
      {unsent > 0 && (
        <span className="warn flex items-center gap-1.5">
          <CloudUpload aria-hidden size={17} className="flex-none" /> {t("unsent", { count: unsent })}
        </span>
      )}
    </p>
  );
}
