import { useSyncExternalStore } from "react";
import { currentSession, onSession, type Session, wasSignedIn } from "./session";

/** Who is signed in, as of now. */
export function useSession(): Session | null {
  return useSyncExternalStore(onSession, currentSession);
}

function signedIn(): boolean | undefined {
  if (currentSession()) return true;
  return wasSignedIn() ? undefined : false;
}

/** Whether somebody is signed in; undefined while there is a log-in to resume and the server hasn't said yet. */
export function useSignedIn(): boolean | undefined {
  return useSyncExternalStore(onSession, signedIn);
}
