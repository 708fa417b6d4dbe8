/** The document's title. React puts it before the one that the server wrote, and browsers show the first. */
export function Title({ children }: { children: string }) {
  return <title>{`${children} · Guestlist`}</title>;
}
