import { useSyncExternalStore } from "react";
import { currentSession, onSession, type Session } from "./session";

/** Who is signed in, as of now. */
export function useSession(): Session | null {
  return useSyncExternalStore(onSession, currentSession);
}
