import { Toast } from "@base-ui/react/toast";
import { Check, X } from "lucide-react";
import { type ReactNode, useCallback } from "react";
import { useTranslations } from "use-intl";

/** Where short words about what was done appear; they are read out and go by themselves. */
export function Toasts({ children }: { children: ReactNode }) {
  return (
    <Toast.Provider timeout={6000} limit={2}>
      {children}
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-4 bottom-4 z-50 grid gap-2 sm:right-auto sm:w-96">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const t = useTranslations("common");
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="rounded-card border border-line bg-card shadow-float transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0"
    >
      <Toast.Content className="flex items-center gap-3 py-2 pr-2 pl-4">
        <Check aria-hidden size={20} className="shrink-0 text-good" />
        <Toast.Title className="min-w-0 flex-1" render={<p />} />
        <Toast.Close className="grid size-11 shrink-0 place-items-center text-soft" aria-label={t("close")}>
          <X aria-hidden size={18} />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ));
}

/** Says that something is done. */
export function useSay(): (what: string) => void {
  const { add } = Toast.useToastManager();
  return useCallback((what: string) => void add({ title: what }), [add]);
}
