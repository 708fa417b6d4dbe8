import { useRef } from "react";

/**
 * Keys for requests that create something. The same request gets the same `Idempotency-Key` until it is `done`: so it can
 * be sent again when no answer came, and happens once.
 */
export function useAttempt(): { keyFor: (request: unknown) => string; done: () => void } {
  const current = useRef<{ request: string; key: string }>(null);
  return {
    keyFor(request) {
      const text = JSON.stringify(request);
      if (current.current?.request !== text) current.current = { request: text, key: crypto.randomUUID() };
      return current.current.key;
    },
    done() {
      current.current = null;
    },
  };
}
