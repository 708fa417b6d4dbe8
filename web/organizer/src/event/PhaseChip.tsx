import { useTranslations } from "use-intl";
import { ICONS, type Phase, TONES } from "./phase";

/** Where an event stands: a word, an icon and a colour. */
export function PhaseChip({ phase }: { phase: Phase }) {
  const t = useTranslations("phases");
  const Icon = ICONS[phase];
  return (
    <span className={`chip ${TONES[phase]}`}>
      <Icon aria-hidden size={14} />
      {t(phase)}
    </span>
  );
}
