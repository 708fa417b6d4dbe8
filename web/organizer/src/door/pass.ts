/** What can be read in a door pass without the server: whose door it is for. The server alone says whether it holds. */
import { decodeBase64Url } from "./token";

export interface PassToken {
  /** The pass's id. */
  pass: string;
  event: string;
}

/** Reads a pass's token; null where it isn't one. */
export function readPass(token: string): PassToken | null {
  const payload = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token)?.[1];
  if (!payload) return null;
  try {
    const said: unknown = JSON.parse(new TextDecoder().decode(decodeBase64Url(payload)));
    if (typeof said !== "object" || said === null) return null;
    const { sub, event, aud } = said as { sub?: unknown; event?: unknown; aud?: unknown };
    if (aud !== "door" || typeof sub !== "string" || typeof event !== "string") return null;
    return { pass: sub, event };
  } catch {
    return null;
  }
}

/** The token in a pass's link, or in what was pasted instead of it. */
export function tokenInLink(text: string): string | null {
  const token = text.trim().split("#").at(-1) ?? "";
  return readPass(token) ? token : null;
}
