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
  // A button that was `disabled` at the limit would lose the focus that it has.
  const step = (by: number) => {
    const next = size + by;
    const within = next >= 1 && next <= most;
    return { "aria-disabled": !within, onClick: () => within && choose(next) };
  };
  return (
    <fieldset className="stepper">
      <legend className="sr-only">{t("party")}</legend>
      <button type="button" aria-label={t("fewer")} {...step(-1)}>
        <Minus aria-hidden size={20} />
      </button>
      <output aria-live="polite">{t("people", { count: size })}</output>
      <button type="button" aria-label={t("more")} {...step(1)}>
        <Plus aria-hidden size={20} />
      </button>
    </fieldset>
  );
}
