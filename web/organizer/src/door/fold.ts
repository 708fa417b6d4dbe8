/** Marks that can't be seen, as the server takes them out of names (shared/domain/src/text.rs). */
const UNSEEN = /[\p{M}\u202A-\u202E\u2060-\u206F\u200B\u200E\u200F\u061C\uFEFF\u00AD]/gu;

/** A text without case and accents, as the server folds it: "Ёлка" and "елка" are found alike. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .replace(UNSEEN, "")
    .toLowerCase()
    .split(/\p{White_Space}+/u)
    .filter((word) => word !== "")
    .join(" ");
}

/** Whether a folded name answers to what was typed: each word typed begins a word of the name, in any order. */
export function answersTo(foldedName: string, typed: string): boolean {
  const words = foldedName.split(" ");
  return fold(typed)
    .split(" ")
    .every((start) => words.some((word) => word.startsWith(start)));
}
