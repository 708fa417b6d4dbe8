/** Where to go after logging in: a page of this app, and nothing that leads elsewhere. */
export function wayBack(query: URLSearchParams): string {
  const to = query.get("to") ?? "/";
  // "//elsewhere.example" and "/\elsewhere.example" are other hosts.
  return /^\/(?![/\\])/.test(to) ? to : "/";
}

/** A link to an account page that comes back to the same place. */
export function withWayBack(path: string, to: string): string {
  return to === "/" ? path : `${path}?to=${encodeURIComponent(to)}`;
}
