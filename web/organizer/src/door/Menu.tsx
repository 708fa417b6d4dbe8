/** What isn't needed for every guest: sound, camera, the list, the app, and leaving. */
import { useTranslations } from "@guestlist/shared/i18n";
import { Dialog, LanguageSwitch, SelectField } from "@guestlist/shared/ui";
import { Download, LogOut, RefreshCw, Sparkles } from "lucide-react";
import { useEffect, useState } from "react";
import { listCameras } from "./camera";
import type { Database, ListState } from "./database";
import { ofEvent } from "./database";
import { useInstall } from "./device";
import { useUpdate } from "./update";
import type { Words } from "./words";

export function Menu({
  open,
  onClose,
  database,
  event,
  list,
  words,
  sound,
  onSound,
  pace,
  onPace,
  camera,
  onCamera,
  onRefresh,
  onLeave,
}: {
  open: boolean;
  onClose: () => void;
  database: Database;
  event: string;
  list: ListState | undefined;
  words: Words;
  sound: string;
  onSound: (sound: string) => void;
  pace: string;
  onPace: (pace: string) => void;
  camera: string;
  onCamera: (id: string) => void;
  onRefresh: () => Promise<void>;
  onLeave: () => void;
}) {
  const t = useTranslations("door.menu");
  const [cameras, setCameras] = useState<MediaDeviceInfo[]>([]);
  const [count, setCount] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const install = useInstall();
  const update = useUpdate();
  // Counted anew whenever something new was downloaded.
  useEffect(() => {
    if (!open) return;
    let current = true;
    database.count("bookings", ofEvent(event)).then((bookings) => current && setCount(bookings));
    // Without cameras, or without leave to know them, there is nothing to choose from.
    listCameras().then(
      (found) => current && setCameras(found),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [open, database, event, list]);

  return (
    <Dialog open={open} onClose={onClose} title={t("open")}>
      <div className="grid gap-5">
        {update && (
          <div className="notice good mb-0 grid gap-2">
            <p className="row font-semibold">
              <Sparkles aria-hidden size={20} /> {t("update")}
            </p>
            <p className="text-ink">{t("version_hint")}</p>
            <button
              type="button"
              className="button quiet compact min-h-11 justify-self-start"
              onClick={update}
            >
              {t("update_now")}
            </button>
          </div>
        )}
        <section className="grid gap-2">
          <h3>{t("list")}</h3>
          <p className="soft">
            {list?.asOf === undefined ? t("list_none") : t("list_of", { count, time: words.time(list.asOf) })}
          </p>
          <button
            type="button"
            className="button quiet compact min-h-11 justify-self-start"
            disabled={isBusy}
            onClick={() => {
              setBusy(true);
              onRefresh().finally(() => setBusy(false));
            }}
          >
            <RefreshCw aria-hidden size={20} className={isBusy ? "animate-spin" : ""} /> {t("refresh")}
          </button>
        </section>
        <SelectField
          label={t("sound")}
          value={sound}
          onChange={(change) => onSound(change.currentTarget.value)}
        >
          <option value="on">{t("sound_on")}</option>
          <option value="off">{t("sound_off")}</option>
        </SelectField>
        <SelectField label={t("pace")} value={pace} onChange={(change) => onPace(change.currentTarget.value)}>
          <option value="auto">{t("pace_auto")}</option>
          <option value="tap">{t("pace_tap")}</option>
        </SelectField>
        {cameras.length > 1 && (
          <SelectField
            label={t("camera")}
            value={cameras.some(({ deviceId }) => deviceId === camera) ? camera : ""}
            onChange={(change) => onCamera(change.currentTarget.value)}
          >
            <option value="">{t("any_camera")}</option>
            {cameras.map(({ deviceId, label }, index) => (
              <option key={deviceId} value={deviceId}>
                {label || t("camera_number", { number: index + 1 })}
              </option>
            ))}
          </SelectField>
        )}
        <LanguageSwitch />
        {install && (
          <section className="grid gap-2">
            <h3>{t("app")}</h3>
            <p className="soft">{t("install_hint")}</p>
            <button
              type="button"
              className="button quiet compact min-h-11 justify-self-start"
              onClick={install}
            >
              <Download aria-hidden size={20} /> {t("install")}
            </button>
          </section>
        )}
        <button type="button" className="button danger justify-self-start" onClick={onLeave}>
          <LogOut aria-hidden size={20} /> {t("leave")}
        </button>
      </div>
    </Dialog>
  );
}
