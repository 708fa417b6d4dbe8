import { useEffect, useRef } from "react";
import { useChangeMe, useMe } from "../api/me";
import { type Language, useLanguage } from "../i18n";

/**
 * Keeps the language of the pages and that of the profile the same: after a log-in the profile's wins; one that is chosen
 * later is saved there.
 */
export function useProfileLanguage(): void {
  const { language, choose } = useLanguage();
  const me = useMe().data?.me;
  const changeMe = useChangeMe();
  const user = me?.id;
  const saved = me?.language;
  const seen = useRef<{ user: string; saved: Language }>(null);
  const last = useRef(language);
  useEffect(() => {
    if (user === undefined || saved === undefined) {
      seen.current = null;
    } else if (seen.current?.user !== user || seen.current.saved !== saved) {
      // Another person, or the profile says something new: it wins.
      seen.current = { user, saved };
      last.current = saved;
      if (saved !== language) choose(saved);
      return;
    } else if (language !== last.current) {
      // Chosen here. Not saved is no loss: the page speaks it already, and the next choice is saved again.
      changeMe({ language }).catch(() => {});
    }
    last.current = language;
  }, [user, saved, language, choose, changeMe]);
}
