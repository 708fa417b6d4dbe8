/** The pass opens nothing any more: said plainly, and what happens to scans that weren't sent. */
import { useTranslations } from "@guestlist/shared/i18n";
import { CircleSlash } from "lucide-react";
import { useState } from "react";
import type { Database } from "./database";
import type { DeskView } from "./desk";
import { Leave } from "./Leave";

const KNOWN = ["door_pass_revoked", "door_pass_ended"] as const;

export function Refused({
  database,
  view,
  onRetry,
  onLeft,
}: {
  database: Database;
  view: DeskView;
  onRetry: () => void;
  onLeft: () => void;
}) {
  const t = useTranslations("door");
  const [leaving, setLeaving] = useState(false);
  const { pass, scans, unsent } = view;
  const code = KNOWN.find((known) => known === pass.refused) ?? "other";
  return (
    <main className="page slim pt-8">
      <title>{t("title")}</title>
      <div className="stub">
        <div className="grid gap-4">
          <CircleSlash aria-hidden size={44} className="bad" />
          <h1>{t(`refused.${code}`)}</h1>
          {pass.opens && (
            <p className="soft">{t("at_door", { event: pass.opens.eventName, door: pass.opens.name })}</p>
          )}
          <p>{t(`refused.${code}_detail`)}</p>
          {unsent > 0 && <p className="warn font-semibold">{t("refused.unsent", { count: unsent })}</p>}
        </div>
        <div className="row">
          <button type="button" className="button" onClick={onRetry}>
            {t("refused.try_again")}
          </button>
          <button type="button" className="button danger" onClick={() => setLeaving(true)}>
            {t("menu.leave")}
          </button>
        </div>
      </div>
      <Leave
        open={leaving}
        onClose={() => setLeaving(false)}
        onLeft={onLeft}
        database={database}
        pass={pass}
        scans={scans}
        unsent={unsent}
      />
    </main>
  );
}
