import { Check, CircleAlert, CloudOff, HardDrive, LoaderCircle, PencilLine } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { PreviewButton } from "./Preview";
import type { State } from "./saver";
import type { EventView, Values } from "./values";

/** How the form stands, and what to do with it: always in sight. */
export function ActionBar({
  state,
  live,
  values,
  event,
  asking,
  onFaults,
  onRetry,
  onDecide,
  onUndo,
}: {
  state: State;
  /** Whether it is saved as one types. */
  live: boolean;
  values: Values;
  event: EventView | null;
  asking: boolean;
  onFaults: () => void;
  onRetry: () => void;
  onDecide: () => void;
  onUndo: () => void;
}) {
  const t = useTranslations("saving");
  const unsaved = !live && state.kind === "kept";
  return (
    <div className="sticky bottom-0 z-10 -mx-4 mt-4 flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-line border-t bg-paper px-4 py-3 sm:mx-0 sm:px-0">
      <div className="small row min-h-10 min-w-0 flex-1 basis-52 flex-nowrap gap-2">
        <Standing
          state={state}
          live={live}
          isNew={event === null}
          onFaults={onFaults}
          onRetry={onRetry}
          onDecide={onDecide}
          onUndo={onUndo}
        />
      </div>
      <div className="row gap-2">
        <PreviewButton compact values={values} event={event} />
        <button type="submit" className="button compact" disabled={!live && !unsaved} aria-disabled={asking}>
          {live ? t("publish") : t("save_changes")}
        </button>
      </div>
    </div>
  );
}

function Standing({
  state,
  live,
  isNew,
  onFaults,
  onRetry,
  onDecide,
  onUndo,
}: {
  state: State;
  live: boolean;
  isNew: boolean;
  onFaults: () => void;
  onRetry: () => void;
  onDecide: () => void;
  onUndo: () => void;
}) {
  const t = useTranslations("saving");
  const parts = useTranslations("parts");
  const act = (word: ReactNode, onClick: () => void) => (
    <button
      type="button"
      className="min-h-8 pointer-coarse:min-h-11 pointer-coarse:min-w-11 shrink-0 whitespace-nowrap font-semibold text-accent underline"
      onClick={onClick}
    >
      {word}
    </button>
  );
  // A draft that was typed into is saved as soon as one pauses: that is one thing to whoever types.
  switch (state.kind === "kept" && live && !isNew ? "saving" : state.kind) {
    case "saved":
      return (
        <>
          <Check aria-hidden size={18} className="shrink-0 text-good" />
          <span>{live ? t("saved") : t("no_changes")}</span>
        </>
      );
    case "saving":
      return (
        <>
          <LoaderCircle aria-hidden size={18} className="shrink-0 animate-spin text-soft" />
          <span>{t("saving")}</span>
        </>
      );
    case "kept":
      return (
        <>
          {live ? (
            <HardDrive aria-hidden size={18} className="shrink-0 text-soft" />
          ) : (
            <PencilLine aria-hidden size={18} className="shrink-0 text-warn" />
          )}
          <span>{live ? t("kept") : t("unsaved")}</span>
          {!live && act(t("undo"), onUndo)}
        </>
      );
    case "partly":
      return (
        <>
          <CircleAlert aria-hidden size={18} className="shrink-0 text-warn" />
          <span>{t("partly")}</span>
          {act(t("show"), onFaults)}
        </>
      );
    case "missing":
      return (
        <>
          <CircleAlert aria-hidden size={18} className="shrink-0 text-warn" />
          <span>
            {t("missing", {
              parts: state.kind === "missing" ? state.parts.map((part) => parts(part)).join(", ") : "",
            })}
          </span>
          {act(t("show"), onFaults)}
        </>
      );
    case "failed":
      return (
        <span role="status" className="row flex-nowrap gap-2">
          <CloudOff aria-hidden size={18} className="shrink-0 text-warn" />
          <span>{state.kind === "failed" && state.problem.status === 0 ? t("offline") : t("failed")}</span>
          {act(t("now"), onRetry)}
        </span>
      );
    case "refused":
      return (
        <span role="alert" className="row flex-nowrap gap-2">
          <CircleAlert aria-hidden size={18} className="shrink-0 text-bad" />
          <span>{t("refused")}</span>
          {act(t("show"), onFaults)}
        </span>
      );
    case "dispute":
      return (
        <span role="alert" className="row flex-nowrap gap-2">
          <CircleAlert aria-hidden size={18} className="shrink-0 text-warn" />
          <span>{t("dispute")}</span>
          {act(t("decide"), onDecide)}
        </span>
      );
  }
}
