export { changePassword, logIn, logOut, verifiedNow } from "./account";
export { api, queries } from "./client";
export { type Me, type MeChange, type Profile, useChangeMe, useMe } from "./me";
export {
  type FieldFault,
  faultAt,
  mayPass,
  OFFLINE,
  type OwnFault,
  type Problem,
  problemOf,
  secondsToWait,
  Unreachable,
} from "./problem";
export type { components, paths } from "./schema";
export {
  accessToken,
  currentSession,
  forgotten,
  lastUser,
  onSession,
  type Session,
  signedIn,
  wasSignedIn,
} from "./session";
export { useAttempt } from "./useAttempt";
export { useSession, useSignedIn } from "./useSession";
