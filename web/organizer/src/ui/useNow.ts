import { useEffect, useState } from "react";

/** The time, moving on while the page is open: for what starts, runs and ends. */
export function useNow(everySeconds = 30): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everySeconds * 1000);
    return () => clearInterval(timer);
  }, [everySeconds]);
  return now;
}
