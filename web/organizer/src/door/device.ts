/** What a device does for a door beyond scanning: stays awake, keeps what is stored, and can be installed. */
import { useEffect, useState, useSyncExternalStore } from "react";

/** Keeps the screen on while `active`. */
export function useWakeLock(active: boolean): void {
  useEffect(() => {
    // Absent in older browsers, whatever the types say.
    const wakeLock = navigator.wakeLock as WakeLock | undefined;
    if (!active || !wakeLock) return;
    let lock: WakeLockSentinel | undefined;
    let on = true;
    const take = async () => {
      if (document.visibilityState !== "visible") return;
      // Refused with a low battery: then the screen may darken.
      const taken = await wakeLock.request("screen").catch(() => undefined);
      if (on) lock = taken;
      else void taken?.release();
    };
    void take();
    // The browser lets go of it whenever the page is hidden.
    document.addEventListener("visibilitychange", take);
    return () => {
      on = false;
      document.removeEventListener("visibilitychange", take);
      void lock?.release();
    };
  }, [active]);
}

/** Asks the browser not to throw away what is stored when the disk fills up. */
export async function keepStored(): Promise<boolean> {
  const storage = navigator.storage as StorageManager | undefined;
  if (!storage?.persist) return false;
  return (await storage.persisted()) || storage.persist();
}

/** Chromium's offer to install the app (https://wicg.github.io/manifest-incubations/#beforeinstallpromptevent-interface). */
interface InstallEvent extends Event {
  prompt(): Promise<unknown>;
}

let offer: InstallEvent | null = null;
const listeners = new Set<() => void>();
function put(next: InstallEvent | null): void {
  offer = next;
  for (const listener of listeners) listener();
}
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  put(event as InstallEvent);
});
addEventListener("appinstalled", () => put(null));

/** What installs the app, where the browser offers it. */
export function useInstall(): (() => void) | null {
  const event = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => offer,
  );
  return (
    event &&
    (() => {
      put(null);
      void event.prompt();
    })
  );
}

/** A choice that this device remembers. */
export function useChoice(key: string, first: string): [string, (next: string) => void] {
  const [value, setValue] = useState(() => localStorage.getItem(key) ?? first);
  return [
    value,
    (next) => {
      localStorage.setItem(key, next);
      setValue(next);
    },
  ];
}
