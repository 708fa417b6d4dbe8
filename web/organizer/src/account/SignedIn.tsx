import { accessToken, useSession } from "@guestlist/shared/api";
import { Loading } from "@guestlist/shared/ui";
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { Trouble } from "../ui/Trouble";
import { LogIn } from "./LogIn";

/** Shows its children to who is signed in, and the log-in to everybody else; the address stays as it is. */
export function SignedIn({ children }: { children: ReactNode }) {
  const session = useSession();
  const client = useQueryClient();
  const [looking, setLooking] = useState(session === null);
  const [unreachable, setUnreachable] = useState<unknown>(null);
  const look = useCallback(() => {
    setLooking(true);
    setUnreachable(null);
    accessToken()
      .catch(setUnreachable)
      .finally(() => setLooking(false));
  }, []);
  useEffect(look, [look]);

  // What one person saw isn't for the next one on this machine.
  const user = session?.user ?? null;
  const last = useRef(user);
  useEffect(() => {
    if (last.current !== null && last.current !== user) client.clear();
    last.current = user;
  }, [user, client]);

  if (session) return children;
  if (looking) return <Loading />;
  if (unreachable !== null) {
    return (
      <main className="page slim pt-12">
        <Trouble error={unreachable} retry={look} />
      </main>
    );
  }
  return <LogIn />;
}
