/** Two people (or one in two tabs) changed the same event: what is whose, and what has to be chosen. */
import { changedParts, type Part, type Values, withPart } from "./values";

/** What came of laying two changes over each other. */
export interface Merge {
  /** One's own, with what changed only elsewhere taken over. */
  merged: Values;
  /** What changed only elsewhere. */
  taken: Part[];
  /** What changed on both sides, and differs. */
  disputed: Part[];
}

/** Lays one's own change of `base` over the one that was made elsewhere. In dispute, one's own stands until chosen. */
export function merge(base: Values, theirs: Values, mine: Values): Merge {
  const own = new Set(changedParts(base, mine));
  const different = new Set(changedParts(theirs, mine));
  let merged = mine;
  const taken: Part[] = [];
  const disputed: Part[] = [];
  for (const part of changedParts(base, theirs)) {
    if (!different.has(part)) continue;
    if (own.has(part)) {
      disputed.push(part);
    } else {
      taken.push(part);
      merged = withPart(merged, part, theirs);
    }
  }
  return { merged, taken, disputed };
}
