import { Dialog } from "@guestlist/shared/ui";
import { LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Trouble } from "./Trouble";

/** Asks before something happens that others see or that can't be taken back. */
export function Confirm({
  open,
  title,
  children,
  action,
  back,
  danger = false,
  busy,
  blocked = false,
  error,
  onConfirm,
  onClose,
}: {
  open: boolean;
  title: ReactNode;
  children?: ReactNode;
  /** What the button does, as a verb. */
  action: ReactNode;
  /** What the other button does: leave things as they are. */
  back?: ReactNode;
  danger?: boolean;
  busy: boolean;
  /** Whether it can't be done as things are. */
  blocked?: boolean;
  error?: unknown;
  onConfirm: () => void;
  onClose: () => void;
}) {
  const t = useTranslations("common");
  return (
    <Dialog open={open} onClose={onClose} title={title}>
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && !blocked) onConfirm();
        }}
      >
        {children}
        <Trouble error={error} />
        <div className="mt-2 flex flex-wrap justify-end gap-3">
          <button type="button" className="button quiet" onClick={onClose}>
            {back ?? t("cancel")}
          </button>
          <button
            type="submit"
            className={`button ${danger ? "danger" : ""}`}
            disabled={blocked}
            aria-disabled={busy}
          >
            {busy && <LoaderCircle aria-hidden size={18} className="animate-spin" />}
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
