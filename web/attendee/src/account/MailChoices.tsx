import { Switch } from "@base-ui/react/switch";
import { type Problem, type Profile, problemOf, useChangeMe } from "@guestlist/shared/api";
import { ProblemNotice } from "@guestlist/shared/ui";
import { useId, useState } from "react";
import { useTranslations } from "use-intl";

const CHOICES = ["reminder_day_before", "reminder_hour_before", "announcement"] as const;

/** Which of the mails that can be turned off are wanted. Each switch is saved at once. */
export function MailChoices({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const id = useId();
  const changeMe = useChangeMe();
  /** What is on its way; the rest is as the profile says. */
  const [sent, setSent] = useState<Partial<Profile["me"]["mails"]>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const mails = { ...profile.me.mails, ...sent };

  async function choose(choice: (typeof CHOICES)[number], on: boolean) {
    setProblem(null);
    setSent((before) => ({ ...before, [choice]: on }));
    try {
      await changeMe({ mails: { ...mails, [choice]: on } });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      // From here the profile says it: as wanted, or as it was.
      setSent(({ [choice]: _done, ...others }) => others);
    }
  }

  return (
    <section aria-labelledby={`${id}-mails`}>
      <h2 id={`${id}-mails`}>{t("mails")}</h2>
      {!profile.me.suppressed && <p className="soft mt-1 mb-3">{t("mails_text")}</p>}
      {problem && <ProblemNotice error={problem} />}
      {CHOICES.map((choice) => (
        // To press the words does it too.
        <label key={choice} className="switch-line" htmlFor={`${id}-${choice}`}>
          <span id={`${id}-${choice}-words`}>{t(choice)}</span>
          <Switch.Root
            className="switch"
            id={`${id}-${choice}`}
            aria-labelledby={`${id}-${choice}-words`}
            checked={mails[choice]}
            onCheckedChange={(on) => void choose(choice, on)}
          >
            <Switch.Thumb className="thumb" />
          </Switch.Root>
        </label>
      ))}
    </section>
  );
}
