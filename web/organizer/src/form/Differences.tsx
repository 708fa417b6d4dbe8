import { useTranslations } from "use-intl";
import type { Part, Values } from "./values";
import { usePartWords } from "./words";

/** What changes, part by part: what it is and what it will be. */
export function Differences({ parts, from, to }: { parts: Part[]; from: Values; to: Values }) {
  const t = useTranslations("parts");
  const labels = useTranslations("change");
  const say = usePartWords();
  return (
    <dl className="divide-y divide-line rounded-control border border-line">
      {parts.map((part) => (
        <div key={part} className="grid gap-x-4 px-4 py-2 sm:grid-cols-[120px_minmax(0,1fr)]">
          <dt className="small font-semibold">{t(part)}</dt>
          <dd className="min-w-0">
            <del className="soft block">
              <span className="sr-only">{labels("before")} </span>
              {say(part, from)}
            </del>
            <ins className="block no-underline">
              <span className="sr-only">{labels("after")} </span>
              {say(part, to)}
            </ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}
