/** What stands where there is nothing to show yet, or nothing at all. */
import { AlertTriangle, LoaderCircle, WifiOff } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { OFFLINE, problemOf } from "../api/problem";
import { useProblemWords } from "./useProblemWords";

/** Something is on its way. Shown only after a moment, so that what is quick doesn't flicker. */
export function Loading() {
  const t = useTranslations("common");
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 250);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div role="status" className="grid min-h-40 place-items-center text-soft">
      {shown && (
        <span className="row">
          <LoaderCircle aria-hidden className="animate-spin" size={20} />
          {t("loading")}
        </span>
      )}
    </div>
  );
}

/**
 * Says what went wrong, and offers to try again. It is read out when it appears. `words` are a page's own for the codes
 * that it knows more about.
 */
export function ProblemNotice({
  error,
  retry,
  words = {},
  children,
}: {
  error: unknown;
  retry?: (() => void) | undefined;
  words?: Partial<Record<string, string>>;
  children?: ReactNode;
}) {
  const t = useTranslations("common");
  const say = useProblemWords();
  if (error === null || error === undefined) return null;
  const problem = problemOf(error);
  const Icon = problem.code === OFFLINE ? WifiOff : AlertTriangle;
  return (
    <div role="alert" className="notice bad">
      <p className="row flex-nowrap font-semibold">
        <Icon aria-hidden size={20} className="shrink-0" /> {say.title(problem)}
      </p>
      <p className="text-ink">{say.text(problem, words)}</p>
      {children}
      {retry && (
        <button type="button" className="button quiet compact" onClick={retry}>
          {t("retry")}
        </button>
      )}
    </div>
  );
}

/** There is nothing here, and what to do about it. */
export function Empty({
  title,
  children,
  action,
}: {
  title: ReactNode;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="stub my-6">
      <div className="grid justify-items-center gap-3 text-center">
        <h2>{title}</h2>
        {children && <div className="soft max-w-[46ch]">{children}</div>}
        {action}
      </div>
    </div>
  );
}

/** Says that there is no connection, for as long as there is none. */
export function OfflineBar() {
  const t = useTranslations("common");
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  return (
    <div role="status">
      {offline && (
        <p className="row flex-nowrap justify-center border-line border-b bg-card px-4 py-2 text-balance text-center text-sm">
          <WifiOff aria-hidden size={16} className="shrink-0" /> {t("offline")}
        </p>
      )}
    </div>
  );
}
