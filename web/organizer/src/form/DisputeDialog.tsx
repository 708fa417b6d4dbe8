import { Dialog } from "@guestlist/shared/ui";
import { useState } from "react";
import { useTranslations } from "use-intl";
import type { State } from "./saver";
import { type Part, type Values, valuesOf, withPart } from "./values";
import { usePartWords } from "./words";

/** The event was changed elsewhere as well: shows what is there now, and lets one choose, part by part. */
export function DisputeDialog({
  dispute,
  onChosen,
  onClose,
  open,
}: {
  dispute: Extract<State, { kind: "dispute" }>;
  open: boolean;
  onChosen: (values: Values) => void;
  onClose: () => void;
}) {
  const t = useTranslations("dispute");
  const parts = useTranslations("parts");
  const say = usePartWords();
  const [taken, setTaken] = useState<ReadonlySet<Part>>(new Set());
  const theirs = valuesOf(dispute.theirs);
  const { disputed, merged, taken: clear } = dispute.merge;
  const choose = (part: Part, theirOne: boolean) => {
    const next = new Set(taken);
    if (theirOne) next.add(part);
    else next.delete(part);
    setTaken(next);
  };
  return (
    <Dialog open={open} onClose={onClose} title={t("title")}>
      <form
        className="grid gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          onChosen([...taken].reduce((values, part) => withPart(values, part, theirs), merged));
        }}
      >
        <p>{t("text")}</p>
        {disputed.map((part) => (
          <fieldset key={part} className="grid gap-2">
            <legend className="mb-2 font-semibold">{parts(part)}</legend>
            {[
              { theirOne: false, label: t("mine"), values: merged },
              { theirOne: true, label: t("theirs"), values: theirs },
            ].map(({ theirOne, label, values }) => (
              <label
                key={label}
                className="flex cursor-pointer items-start gap-3 rounded-control border border-edge px-4 py-3 has-checked:border-accent has-checked:bg-tint"
              >
                <input
                  type="radio"
                  name={part}
                  checked={taken.has(part) === theirOne}
                  onChange={() => choose(part, theirOne)}
                  className="mt-1 size-5 shrink-0 accent-accent"
                />
                <span className="min-w-0">
                  <span className="small soft block">{label}</span>
                  {say(part, values)}
                </span>
              </label>
            ))}
          </fieldset>
        ))}
        {clear.length > 0 && (
          <p className="small soft">{t("taken", { parts: clear.map((part) => parts(part)).join(", ") })}</p>
        )}
        <div className="flex justify-end">
          <button type="submit" className="button">
            {t("go_on")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
