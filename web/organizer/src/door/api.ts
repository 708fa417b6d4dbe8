/**
 * The API as a door calls it: with its pass and nothing else. The app's own client would try once more with whoever is
 * signed in on this device when a pass is refused; a door must never act as them.
 */
import type { components, paths } from "@guestlist/shared/api";
import createClient from "openapi-fetch";
import type { Refusal } from "./database";

type Schemas = components["schemas"];
export type ScanView = Schemas["ScanView"];

/** How long a request may take before it counts as lost, in milliseconds. */
const PATIENCE = 10_000;

export type DoorApi = ReturnType<typeof doorApi>;

/** A client that brings this pass. */
export function doorApi(origin: string, token: string) {
  return createClient<paths, "application/json">({
    baseUrl: origin,
    credentials: "omit",
    headers: { authorization: `Bearer ${token}` },
    fetch: (request) => fetch(request, { signal: AbortSignal.timeout(PATIENCE) }),
  });
}

/** What came of a request. */
export type Came<T> =
  | { kind: "done"; data: T }
  /** The pass opens nothing (any more). */
  | { kind: "pass"; code: string }
  /** The server won't have it, however often it is asked. */
  | { kind: "refused"; status: number; refusal: Refusal }
  /** It may work later: no network, or a busy server. `after` is how long it asked to wait, in milliseconds. */
  | { kind: "later"; network: boolean; after: number };

interface Raw<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Sorts what came of a request. */
export async function outcomeOf<T>(request: Promise<Raw<T>>): Promise<Came<T>> {
  let raw: Raw<T>;
  try {
    raw = await request;
  } catch {
    return { kind: "later", network: true, after: 0 };
  }
  const { status, headers } = raw.response;
  if (raw.response.ok && raw.data !== undefined) return { kind: "done", data: raw.data };
  const problem = raw.error as { code?: unknown; detail?: unknown } | undefined;
  // A page of somebody else's, such as a hall's log-in to its network, isn't an answer of ours.
  if (typeof problem?.code !== "string") return { kind: "later", network: true, after: 0 };
  if (status === 401) return { kind: "pass", code: problem.code };
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    return { kind: "later", network: false, after: 1000 * (Number(headers.get("retry-after")) || 0) };
  }
  const detail = typeof problem.detail === "string" ? problem.detail : "";
  return { kind: "refused", status, refusal: { code: problem.code, detail } };
}
