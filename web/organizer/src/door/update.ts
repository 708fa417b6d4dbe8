/**
 * The app's own newer version. It is fetched in the background and waits until somebody wants it, or until the app was
 * closed: a door mustn't be loaded anew between two guests.
 */
/// <reference types="vite-plugin-pwa/client" />

import { registerSW } from "virtual:pwa-register";
import { useSyncExternalStore } from "react";

let isThere = false;
const listeners = new Set<() => void>();

// The service worker also lets the door open without a network.
const load = registerSW({
  onNeedRefresh() {
    isThere = true;
    for (const listener of listeners) listener();
  },
});

/** What loads the newer version, where there is one. */
export function useUpdate(): (() => void) | null {
  const waits = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isThere,
  );
  return waits ? () => void load(true) : null;
}
