import { api, problemOf } from "@guestlist/shared/api";
import { useMutation } from "@tanstack/react-query";
import { overlapOf } from "../event/Overlap";
import type { UpdatePreview } from "./ChangeDialog";
import { changeEvent, ifMatch, readEvent } from "./requests";
import type { Saver } from "./saver";
import { changeOf, type EventView, type Values, valuesOf } from "./values";

/** A change of a published event, from asking what it would be to making it. */
export function useChange({
  saver,
  values,
  onDone,
  onRefused,
}: {
  saver: Saver;
  values: Values;
  onDone: (event: EventView, preview: UpdatePreview | null) => void;
  /** Hears of what a field is at fault for; the dialog closes then. */
  onRefused: (error: unknown) => void;
}) {
  // Whatever is asked is about the event as it is now: where it changed elsewhere, that is laid under first.
  const onLatest = async <T>(act: (base: EventView) => Promise<T>): Promise<T | null> => {
    if (!saver.base) return null;
    try {
      return await act(saver.base);
    } catch (error) {
      if (problemOf(error).status !== 412) throw error;
      return saver.rebase(await readEvent(saver.base)) ? act(saver.base) : null;
    }
  };
  const refused = (error: unknown) => {
    if (!overlapOf(error) && [409, 422].includes(problemOf(error).status)) onRefused(error);
  };
  const ask = useMutation({
    mutationFn: () =>
      onLatest(async (base) => {
        const { data, error } = await api.POST("/api/events/{event}/update-preview", {
          params: { path: { event: base.id }, header: ifMatch(base) },
          body: changeOf(valuesOf(base), values),
        });
        if (error) throw error;
        return data;
      }),
    onError: refused,
  });
  const make = useMutation({
    mutationFn: (overlap: boolean) =>
      onLatest((base) =>
        changeEvent(base, {
          ...changeOf(valuesOf(base), values),
          ...(overlap ? { allow_overlap: true } : {}),
        }),
      ),
    onSuccess: (event) => {
      const preview = ask.data ?? null;
      close();
      if (event) onDone(event, preview);
    },
    onError: refused,
  });
  const close = () => {
    ask.reset();
    make.reset();
  };
  const error = make.error ?? ask.error;
  const overlap = overlapOf(error) !== null;
  return {
    ask: () => !ask.isPending && ask.mutate(),
    asking: ask.isPending,
    /** Whether there is something to decide. */
    open: ask.isSuccess && ask.data !== null ? true : overlap || (ask.isError && !isField(ask.error)),
    preview: ask.data ?? null,
    error,
    busy: make.isPending,
    confirm: () => !make.isPending && make.mutate(overlap),
    close,
  };
}

function isField(error: unknown): boolean {
  return [409, 422].includes(problemOf(error).status) && !overlapOf(error);
}
