import { useLayoutEffect } from "react";

/** Gives the page an event's colour: all of it, so that windows over it have the same. */
export function useHue(hue: number | undefined): void {
  useLayoutEffect(() => {
    if (hue === undefined) return;
    const name = `hue${hue}`;
    document.body.classList.add(name);
    return () => document.body.classList.remove(name);
  }, [hue]);
}
