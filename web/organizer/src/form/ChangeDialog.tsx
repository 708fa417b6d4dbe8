import type { components } from "@guestlist/shared/api";
import { Mail, MailX } from "lucide-react";
import { useTranslations } from "use-intl";
import { Overlap, overlapOf } from "../event/Overlap";
import { Confirm } from "../ui/Confirm";
import { Differences } from "./Differences";
import { changedParts, type Values } from "./values";

export type UpdatePreview = components["schemas"]["UpdatePreview"];

/** What a change of a published event will be: what is different, who is mailed, and about what. */
export function ChangeDialog({
  from,
  to,
  preview,
  error,
  busy,
  onConfirm,
  onClose,
}: {
  from: Values;
  to: Values;
  /** What the server says of it; null while it is being asked, or where it refused. */
  preview: UpdatePreview | null;
  error: unknown;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("change");
  const overlap = overlapOf(error);
  const told = preview?.told && preview.recipients > 0;
  return (
    <Confirm
      open
      title={t("title")}
      action={overlap ? t("save_both") : told ? t("save_and_mail", { count: preview.recipients }) : t("save")}
      back={t("back")}
      busy={busy}
      blocked={preview === null && !overlap}
      error={overlap ? null : error}
      onConfirm={onConfirm}
      onClose={onClose}
    >
      <Differences parts={changedParts(from, to)} from={from} to={to} />
      {overlap && <Overlap problem={overlap} />}
      {preview && <Told preview={preview} />}
    </Confirm>
  );
}

function Told({ preview }: { preview: UpdatePreview }) {
  const t = useTranslations("change");
  if (!preview.told || preview.recipients === 0) {
    return (
      <p className="row flex-nowrap items-start">
        <MailX aria-hidden size={20} className="mt-0.5 shrink-0 text-soft" />
        <span>{preview.told ? t("nobody_there") : t("nobody_told")}</span>
      </p>
    );
  }
  return (
    <div className="rounded-control bg-tint px-4 py-3">
      <p className="row flex-nowrap items-start">
        <Mail aria-hidden size={20} className="mt-0.5 shrink-0" />
        <span>
          <strong>{t(preview.at_least ? "told_at_least" : "told", { count: preview.recipients })}</strong>{" "}
          {t("told_about", { what: preview.changes.map((change) => t(`what.${change.what}`)).join(", ") })}
        </span>
      </p>
    </div>
  );
}
