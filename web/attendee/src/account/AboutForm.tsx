import { type Problem, type Profile, problemOf, useChangeMe, useMe } from "@guestlist/shared/api";
import { LANGUAGES, useLanguage } from "@guestlist/shared/i18n";
import { ProblemNotice, SelectField, TextField, useProblemWords, ZoneField } from "@guestlist/shared/ui";
import { type FormEvent, useState } from "react";
import { flushSync } from "react-dom";
import { useTranslations } from "use-intl";
import { type About, aboutOf, merge } from "./about";

const NAMES = { en: "English", ru: "Русский" } as const;

/** Name, language and zone. A change that was made elsewhere meanwhile is told, and nothing typed is lost. */
export function AboutForm({ profile }: { profile: Profile }) {
  const t = useTranslations("profile");
  const common = useTranslations("common");
  const words = useTranslations("account");
  const say = useProblemWords();
  const { refetch } = useMe();
  const changeMe = useChangeMe();
  const { choose } = useLanguage();
  /** The profile that what is typed goes by, and the version that it has. */
  const [base, setBase] = useState(profile);
  const [seen, setSeen] = useState(profile);
  const [typed, setTyped] = useState(() => aboutOf(profile.me));
  /** What it was set to elsewhere, where that differs from what is typed. */
  const [elsewhere, setElsewhere] = useState<Partial<About>>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState(false);

  // The profile changes while one types: by a mail's switch below, by the footer's language, in another tab.
  if (profile !== seen) {
    setSeen(profile);
    if (profile.version !== base.version) adopt(profile);
  }

  function adopt(now: Profile) {
    const merged = merge(typed, aboutOf(base.me), aboutOf(now.me));
    setBase(now);
    setTyped(merged.typed);
    setElsewhere((told) => ({ ...told, ...merged.elsewhere }));
  }

  const change = (part: Partial<About>) => {
    setSaved(false);
    setTyped((before) => ({ ...before, ...part }));
  };

  async function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (saving) return;
    const form = event.currentTarget;
    setSaving(true);
    setSaved(false);
    setProblem(null);
    try {
      const now = await changeMe({ ...typed, name: typed.name.trim() }, base.version);
      setBase(now);
      setTyped(aboutOf(now.me));
      setElsewhere({});
      choose(now.me.language);
      setSaved(true);
    } catch (error) {
      const why = problemOf(error);
      flushSync(() => setProblem(why));
      // What it was changed to arrives as the new profile.
      if (why.code === "changed_meanwhile") await refetch();
      form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    } finally {
      setSaving(false);
    }
  }

  const hint = (value: string | undefined) => (value === undefined ? undefined : t("elsewhere", { value }));
  return (
    <form className="form" noValidate aria-labelledby="about-you" onSubmit={(event) => void save(event)}>
      <h2 id="about-you">{t("about")}</h2>
      <p className="soft">{profile.me.email}</p>
      <TextField
        label={words("name")}
        hint={hint(elsewhere.name) ?? words("name_hint")}
        fault={typed.name.trim() === "" ? words("needed") : say.fault(problem, "/name")}
        name="name"
        autoComplete="name"
        maxLength={80}
        required
        value={typed.name}
        onValueChange={(name: string) => change({ name })}
      />
      <SelectField
        label={t("language")}
        hint={hint(elsewhere.language && NAMES[elsewhere.language])}
        name="language"
        value={typed.language}
        onChange={({ target }) => {
          const language = LANGUAGES.find((code) => code === target.value);
          if (language) change({ language });
        }}
      >
        {LANGUAGES.map((code) => (
          <option key={code} value={code} lang={code}>
            {NAMES[code]}
          </option>
        ))}
      </SelectField>
      <ZoneField
        label={t("zone")}
        value={typed.zone}
        onChange={(zone) => change({ zone })}
        onClear={() => change({ zone: null })}
        hint={
          hint(elsewhere.zone === undefined ? undefined : (elsewhere.zone ?? common("zones.none"))) ??
          t("zone_hint")
        }
        fault={say.fault(problem, "/zone")}
      />
      {problem && problem.code !== "invalid" && (
        <ProblemNotice error={problem} words={{ changed_meanwhile: t("changed") }} />
      )}
      <div className="row">
        <button type="submit" className="button" aria-disabled={saving || typed.name.trim() === ""}>
          {t("save")}
        </button>
        <span role="status" className="good font-semibold">
          {saved && `✓ ${common("saved")}`}
        </span>
      </div>
    </form>
  );
}
