/** The reader's own zone, as the browser knows it. */
export function useZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
