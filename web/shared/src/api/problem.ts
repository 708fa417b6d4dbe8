import type { components } from "./schema";

/** What is wrong with one field: a code, and words in English that read on from the field's name. */
export type FieldFault = components["schemas"]["FieldError"];

/** The same, found out before anybody was asked: it has no words yet. */
export type OwnFault = Omit<FieldFault, "pointer" | "detail">;

/** What the server says when it says no (RFC 9457), and what stands in for it when there was no answer. */
export interface Problem {
  code: string;
  status: number;
  title?: string;
  /** What happened, in English. */
  detail: string;
  /** The fields at fault, each by its JSON pointer. */
  errors?: FieldFault[];
  [more: string]: unknown;
}

/** The code of the problem that there was no answer at all. */
export const OFFLINE = "offline";

/** The server could not be reached; whether there is a session isn't known. */
export class Unreachable extends Error {}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === "object" &&
    value !== null &&
    "code" in value &&
    typeof value.code === "string" &&
    "detail" in value &&
    typeof value.detail === "string"
  );
}

/** Reads whatever was thrown as a problem. */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error;
  // What fetch throws when nothing answers.
  if (error instanceof TypeError || error instanceof Unreachable) {
    return { code: OFFLINE, status: 0, detail: "" };
  }
  return { code: "internal", status: 500, detail: "" };
}

/** Reads the answer of a server that said no. Something between us and it may have answered in its place. */
export async function problemIn(answer: Response): Promise<Problem> {
  try {
    const said: unknown = await answer.clone().json();
    if (isProblem(said)) return said;
  } catch {
    // Not JSON, so not ours.
  }
  return { code: "internal", status: answer.status, detail: "" };
}

/** Whether the same request may do better a moment later: there was no answer, or the server was busy. */
export function mayPass(problem: Problem): boolean {
  return problem.code === OFFLINE || problem.status >= 500;
}

/** How many seconds the server asks to wait, if it does. */
export function secondsToWait(problem: Problem): number | null {
  return typeof problem.retry_after === "number" ? problem.retry_after : null;
}

/** What a problem says of one field, by its pointer, as `/email`. */
export function faultAt(problem: Problem | null | undefined, pointer: string): FieldFault | undefined {
  return problem?.errors?.find((error) => error.pointer === pointer);
}
