/** Where to go after logging in: an address of this origin, and nothing that leads elsewhere. */
export function wayBack(query: URLSearchParams): string {
  const to = query.get("to") ?? "/";
  // Browsers leave out tabs and line ends, and read "\" as "/": so "/\t/elsewhere.example" is another host.
  if (!/^\/(?!\/)[^\\\p{Cc}]*$/u.test(to)) return "/";
  const { origin, pathname } = new URL(to, location.origin);
  // "/.//elsewhere.example" is still ours, but what takes its path alone for an address would go there.
  return origin === location.origin && !pathname.startsWith("//") ? to : "/";
}

/** A link to an account page that comes back to the same place, and brings along an address that was typed. */
export function withWayBack(path: string, to: string, email = ""): string {
  const query = new URLSearchParams();
  if (to !== "/") query.set("to", to);
  if (email.trim() !== "") query.set("email", email.trim());
  const said = query.toString();
  return said === "" ? path : `${path}?${said}`;
}
