import { api, useAttempt } from "@guestlist/shared/api";
import { useLanguage, useZone } from "@guestlist/shared/i18n";
import type { Typed } from "./typed";

/** Signs somebody up. The API answers the same whether the address has an account or not. */
export function useSignUp(): (typed: Typed) => Promise<void> {
  const { language } = useLanguage();
  const zone = useZone();
  const attempt = useAttempt();
  return async (typed) => {
    const body = { ...typed, name: typed.name.trim(), email: typed.email.trim(), language, zone };
    const header = { "Idempotency-Key": attempt.keyFor(body) };
    const { error } = await api.POST("/api/users", { params: { header }, body });
    if (error) throw error;
    attempt.done();
  };
}

/** Shows that an address is one's own. */
export async function verify(email: string, code: string): Promise<void> {
  const { error } = await api.POST("/api/users/verify-email", { body: { email: email.trim(), code } });
  if (error) throw error;
}
