import { Unreachable } from "./session";

/** What the server says when it says no (RFC 9457), and what stands in for it when there was no answer. */
export interface Problem {
  code: string;
  status: number;
  title?: string;
  detail: string;
  /** The fields at fault, each by its JSON pointer. */
  errors?: { pointer: string; code?: string; detail: string }[];
  [more: string]: unknown;
}

/** The code of the problem that there was no answer at all. */
export const OFFLINE = "offline";

/** Reads whatever was thrown as a problem. */
export function problemOf(error: unknown): Problem {
  if (typeof error === "object" && error !== null && "code" in error && "detail" in error)
    return error as Problem;
  if (error instanceof TypeError || error instanceof Unreachable) {
    return { code: OFFLINE, status: 0, detail: "" };
  }
  return { code: "internal", status: 500, detail: "" };
}

/** What a problem says of one field, by its pointer, as `/email`. */
export function faultAt(problem: Problem | null | undefined, pointer: string): string | undefined {
  return problem?.errors?.find((error) => error.pointer === pointer)?.detail;
}
