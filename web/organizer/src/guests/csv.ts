/** The list of bookings as one file, from the pages in which the server gives it. */

/** One file of several: the byte order mark and the line of names stand once, at its head. */
export function joined(pages: string[]): string {
  const [first = "", ...rest] = pages;
  return first + rest.map((page) => page.slice(page.indexOf("\n") + 1)).join("");
}

/** What to call the file: the event's address is short, known and safe in any file system. */
export function fileName(slug: string): string {
  return `${slug}-guests.csv`;
}

/**
 * Gets all pages. `page` gives one by its cursor, and the cursor of the next; `got` hears how many there are so far.
 * @throws whatever `page` throws; then there is no file rather than half of one.
 */
export async function allPages(
  page: (cursor: string | undefined) => Promise<{ text: string; next: string | null }>,
  got: (count: number) => void,
): Promise<string> {
  const pages: string[] = [];
  let cursor: string | undefined;
  do {
    const { text, next } = await page(cursor);
    pages.push(text);
    got(pages.length);
    cursor = next ?? undefined;
  } while (cursor !== undefined);
  return joined(pages);
}
