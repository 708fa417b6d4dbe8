import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useTranslations } from "use-intl";

/** A window over the page: focus stays in it, Escape closes it. On a phone it comes from below. */
export function Dialog({
  open,
  onClose,
  title,
  children,
}: {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  children: ReactNode;
}) {
  const t = useTranslations("common");
  useEffect(() => {
    if (!open) return;
    // What opened it may be gone by what was done in it; then focus goes to the page, once it had the time to go back.
    return () => {
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          if (document.activeElement !== document.body) return;
          document.getElementById("main")?.focus({ preventScroll: true });
        }),
      );
    };
  }, [open]);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/50 transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup className="fixed inset-x-0 bottom-0 z-50 max-h-[92dvh] overflow-y-auto rounded-t-card border border-line bg-card p-6 shadow-float transition-transform duration-200 data-[ending-style]:translate-y-4 data-[starting-style]:translate-y-4 sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[min(560px,92vw)] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-card sm:data-[ending-style]:-translate-y-1/2 sm:data-[starting-style]:-translate-y-1/2">
          <div className="mb-4 flex items-start justify-between gap-4">
            <Base.Title>{title}</Base.Title>
            <Base.Close
              className="-m-2 grid size-11 shrink-0 place-items-center text-soft"
              aria-label={t("close")}
            >
              <X aria-hidden size={20} />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
