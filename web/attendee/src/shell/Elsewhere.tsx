import { Loading } from "@guestlist/shared/ui";
import { useEffect } from "react";

/** An address of this origin that another app has, as the organizers': the server is asked for it. */
export function Elsewhere() {
  useEffect(() => location.reload(), []);
  return <Loading />;
}
