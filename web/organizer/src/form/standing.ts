/** How a draft stands, what its form holds in this browser included: the server has only what could be sent. */
import { check, unsendable } from "./check";
import type { Kept } from "./kept";
import { merge } from "./merge";
import { changedParts, type EventView, type Part, type Values, valuesOf } from "./values";

export interface Standing {
  /** The draft as the form would show it. */
  values: Values;
  /** Whether the start has passed. */
  late: boolean;
  /** The parts that aren't filled in, or not as they should be. */
  open: Part[];
  /** Whether something else was typed that the server doesn't have. */
  unsent: boolean;
}

export function standingOf(event: EventView, kept: Kept | null, now: number): Standing {
  const there = valuesOf(event);
  const values = kept?.base ? merge(valuesOf(kept.base), there, kept.values).merged : there;
  const faults = check(values, null, now);
  const held = unsendable(faults);
  const late = faults.some((fault) => fault.why === "past");
  return {
    values,
    late,
    open: [...new Set(faults.filter((fault) => fault.why !== "past").map((fault) => fault.part))],
    unsent: changedParts(there, values).some((part) => !held.has(part)),
  };
}
