/** Small things that this browser keeps. Where it may keep nothing (storage can be switched off), it keeps nothing. */

/** What was kept under a name. */
export function recall(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a text under a name; null takes it out. */
export function remember(name: string, text: string | null): void {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch {
    // Then it isn't kept.
  }
}
