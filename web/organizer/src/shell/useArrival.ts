import { type RefObject, useEffect, useRef } from "react";
import { useLocation } from "react-router";

/**
 * On another page, reading begins at its top: the window is scrolled up and focus is on the content. Another filter of the
 * same page is no other page, nor is a draft that got its address while one types (`stay`).
 */
export function useArrival(main: RefObject<HTMLElement | null>): void {
  const { pathname, state } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    if (typeof state === "object" && state !== null && "stay" in state) return;
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname, state, main]);
}
