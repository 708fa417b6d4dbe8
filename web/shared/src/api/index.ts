export { api, queries } from "./client";
export { faultAt, OFFLINE, type Problem, problemOf } from "./problem";
export type { components, paths } from "./schema";
export {
  accessToken,
  currentSession,
  forgotten,
  onSession,
  type Session,
  signedIn,
  Unreachable,
  wasSignedIn,
} from "./session";
export { useSession } from "./useSession";
