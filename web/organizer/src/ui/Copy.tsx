import { Check, Copy as CopyIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";

/** A line of text to take elsewhere: it can be selected, and copied with one press. */
export function Copy({ text, label }: { text: string; label: string }) {
  const t = useTranslations("copy");
  const [done, setDone] = useState<boolean | null>(null);
  useEffect(() => {
    if (done === null) return;
    const timer = setTimeout(() => setDone(null), 4000);
    return () => clearTimeout(timer);
  }, [done]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setDone(true),
      () => setDone(false),
    );
  return (
    <div className="grid gap-1">
      <div className="flex flex-wrap items-stretch gap-2">
        <input
          readOnly
          aria-label={label}
          value={text}
          className="input min-w-0 flex-1 basis-48 truncate"
          onFocus={(event) => event.currentTarget.select()}
        />
        <button type="button" className="button quiet !px-4" onClick={copy}>
          {done ? <Check aria-hidden size={18} /> : <CopyIcon aria-hidden size={18} />}
          {done ? t("done") : t("copy")}
        </button>
      </div>
      <p role="status" className={done === false ? "small" : "sr-only"}>
        {done === true ? t("done") : done === false ? t("failed") : ""}
      </p>
    </div>
  );
}
