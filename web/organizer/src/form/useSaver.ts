import { queries } from "@guestlist/shared/api";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { type Kept, keep, readKept } from "./kept";
import { merge } from "./merge";
import { REQUESTS } from "./requests";
import { Saver, type State } from "./saver";
import { type EventView, emptyValues, type Values, valuesOf } from "./values";

/** What a form starts with. */
interface Start {
  values: Values;
  base: EventView | null;
  pending: Kept["pending"];
  /** Whether something was found that had been typed before. */
  found: boolean;
}

function startOf(user: string, event: EventView | null, fresh: Values): Start {
  const kept = readKept(user, event?.id ?? null);
  if (!event)
    return {
      values: kept?.values ?? fresh,
      base: null,
      pending: kept?.pending ?? null,
      found: kept !== null,
    };
  if (!kept?.base) return { values: valuesOf(event), base: event, pending: null, found: false };
  // It may have changed since: on what it was then, what was typed is laid over what is there now.
  const { disputed, merged } = merge(valuesOf(kept.base), valuesOf(event), kept.values);
  return { values: merged, base: disputed.length > 0 ? kept.base : event, pending: null, found: true };
}

/** The form of an event, or of a new one, saved as one types. */
export function useSaver({
  user,
  event,
  zone,
  language,
  onMerged,
}: {
  user: string;
  event: EventView | null;
  zone: string;
  language: EventView["language"];
  onMerged: (values: Values) => void;
}): { saver: Saver; state: State; start: Start; event: EventView | null } {
  const client = useQueryClient();
  const merged = useRef(onMerged);
  merged.current = onMerged;
  const [current, setCurrent] = useState(event);
  const [{ start, saver }] = useState(() => {
    const start = startOf(user, event, emptyValues(zone, language, Date.now()));
    const saver: Saver = new Saver({
      requests: REQUESTS,
      ...start,
      keep: (kept) => keep(user, saver.base?.id ?? null, kept),
      saved(event) {
        const { queryKey } = queries.queryOptions("get", "/api/events/{event}", {
          params: { path: { event: event.id } },
        });
        // An answer still on its way may be of before this.
        void client.cancelQueries({ queryKey });
        client.setQueryData(queryKey, event);
        void client.invalidateQueries({ queryKey: ["get", "/api/me/events"] });
        setCurrent(event);
      },
      merged: (values) => merged.current(values),
      newKey: () => crypto.randomUUID(),
      now: () => Date.now(),
    });
    return { start, saver };
  });
  const state = useSyncExternalStore(saver.subscribe, saver.snapshot);

  // As it was when the form was opened: what is read later comes from this form's own saving.
  const opened = useRef(event);
  useEffect(() => {
    // What was found from before is on its way as if it had been typed now.
    if (start.found) {
      if (opened.current && start.base !== opened.current) saver.rebase(opened.current);
      else saver.change(start.values);
    }
    const online = () => void saver.flush();
    addEventListener("online", online);
    return () => {
      removeEventListener("online", online);
      void saver.leave();
    };
  }, [saver, start]);
  return { saver, state, start, event: current };
}
