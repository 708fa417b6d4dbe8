import { Check, Share2 } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import type { EventView } from "./pageData";

/** Hands the event's short link on: by the phone's own way of sharing, else by copying it. */
export function Share({ event }: { event: EventView }) {
  const t = useTranslations("event");
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), 6_000);
    return () => clearTimeout(timer);
  }, [said]);
  if (event.status === "draft") return null;

  async function share() {
    const url = event.short_url;
    if (navigator.share) {
      try {
        return await navigator.share({ title: event.name, url });
      } catch (failed) {
        // Thought better of; anything else, and the link is copied.
        if (failed instanceof DOMException && failed.name === "AbortError") return;
      }
    }
    try {
      await navigator.clipboard.writeText(url);
      setSaid(t("copied"));
    } catch {
      setSaid(t("copy_failed", { url }));
    }
  }

  return (
    <div className="share">
      <span role="status">{said && <span className="chip">{said}</span>}</span>
      <button type="button" className="button quiet compact" onClick={() => void share()}>
        {said ? <Check aria-hidden size={18} /> : <Share2 aria-hidden size={18} />} {t("share")}
      </button>
    </div>
  );
}
