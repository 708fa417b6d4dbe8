import { Minus, Plus } from "lucide-react";
import { useTranslations } from "use-intl";

/** The most that one booking holds (LARGEST_PARTY in the domain). */
const LARGEST = 20;

/** How many come. */
export function Party({
  size,
  left,
  choose,
}: {
  size: number;
  /** How many places there still are, where there is a limit. */
  left: number | undefined;
  choose: (size: number) => void;
}) {
  const t = useTranslations("book");
  const most = Math.min(LARGEST, left ?? LARGEST);
  return (
    <fieldset className="stepper">
      <legend className="sr-only">{t("party")}</legend>
      <button type="button" aria-label={t("fewer")} disabled={size <= 1} onClick={() => choose(size - 1)}>
        <Minus aria-hidden size={20} />
      </button>
      <output aria-live="polite">{t("people", { count: size })}</output>
      <button type="button" aria-label={t("more")} disabled={size >= most} onClick={() => choose(size + 1)}>
        <Plus aria-hidden size={20} />
      </button>
    </fieldset>
  );
}
