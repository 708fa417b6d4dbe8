/** Leaving a door. It refuses while scans wait, unless they were saved as a file. */
import { useTranslations } from "@guestlist/shared/i18n";
import { Dialog } from "@guestlist/shared/ui";
import { CloudUpload, Download } from "lucide-react";
import { useState } from "react";
import type { Database, StoredPass, StoredScan } from "./database";
import { forgetPass } from "./passes";

/** Hands out a file with everything that this device knows of its scans. */
function save(pass: StoredPass, scans: readonly StoredScan[]): void {
  const text = JSON.stringify({ event: pass.event, door: pass.opens?.name, scans }, null, 2);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `guestlist-scans-${pass.event}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

export function Leave({
  open,
  onClose,
  onLeft,
  database,
  pass,
  scans,
  unsent,
}: {
  open: boolean;
  onClose: () => void;
  onLeft: () => void;
  database: Database;
  pass: StoredPass;
  scans: readonly StoredScan[];
  unsent: number;
}) {
  const t = useTranslations("door.leave");
  const [saved, setSaved] = useState(false);
  const leave = async () => {
    if (await forgetPass(database, pass, { lost: saved })) onLeft();
  };
  return (
    <Dialog open={open} onClose={onClose} title={t("title")}>
      <div className="grid gap-4">
        <p>{t("lead")}</p>
        {unsent > 0 && (
          <div role="alert" className="notice warn grid gap-2">
            <p className="row font-semibold">
              <CloudUpload aria-hidden size={20} /> {t("unsent", { count: unsent })}
            </p>
            <p className="text-ink">{t("unsent_detail")}</p>
            <button
              type="button"
              className="button quiet compact min-h-11 justify-self-start"
              onClick={() => {
                save(pass, scans);
                setSaved(true);
              }}
            >
              <Download aria-hidden size={20} /> {t("export")}
            </button>
          </div>
        )}
        <div className="row">
          <button type="button" className="button danger" disabled={unsent > 0 && !saved} onClick={leave}>
            {t("confirm")}
          </button>
          <button type="button" className="button quiet" onClick={onClose}>
            {t("stay")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
