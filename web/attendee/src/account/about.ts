/** What people say about themselves, and what becomes of it when the profile changes meanwhile. */
import type { Me } from "@guestlist/shared/api";
import type { Language } from "@guestlist/shared/i18n";

export interface About {
  name: string;
  language: Language;
  zone: string | null;
}

export function aboutOf({ name, language, zone }: Pick<Me, keyof About>): About {
  return { name, language, zone };
}

/**
 * What is typed, after the profile went from `before` to `now`. What only the profile changed is taken over; where both
 * did, what is typed stays, and `elsewhere` says what it was set to.
 */
export function merge(typed: About, before: About, now: About): { typed: About; elsewhere: Partial<About> } {
  const said = { ...typed, name: typed.name.trim() };
  const merged = { ...typed };
  const elsewhere: Partial<About> = {};
  for (const part of ["name", "language", "zone"] as const) {
    if (now[part] === before[part] || now[part] === said[part]) continue;
    Object.assign(said[part] === before[part] ? merged : elsewhere, { [part]: now[part] });
  }
  return { typed: merged, elsewhere };
}
