import { useSyncExternalStore } from "react";

/** Whether the window has room for a table, as the styles' own breakpoint says. */
const WIDE = matchMedia("(min-width: 48rem)");

export function useWide(): boolean {
  return useSyncExternalStore(
    (changed) => {
      WIDE.addEventListener("change", changed);
      return () => WIDE.removeEventListener("change", changed);
    },
    () => WIDE.matches,
  );
}
