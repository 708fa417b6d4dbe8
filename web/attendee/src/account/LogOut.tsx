import { logOut, type Problem, problemOf } from "@guestlist/shared/api";
import { ProblemNotice } from "@guestlist/shared/ui";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useTranslations } from "use-intl";

/** Logging out in this browser. */
export function LogOut({ leaving }: { leaving: (leaving: boolean) => void }) {
  const t = useTranslations("profile");
  const navigate = useNavigate();
  const [problem, setProblem] = useState<Problem | null>(null);

  async function leave() {
    setProblem(null);
    leaving(true);
    try {
      await logOut();
    } catch (error) {
      setProblem(problemOf(error));
      leaving(false);
      return;
    }
    navigate("/", { replace: true });
  }

  return (
    <section>
      {problem && <ProblemNotice error={problem} />}
      <button type="button" className="button danger" onClick={() => void leave()}>
        {t("log_out")}
      </button>
      <p className="soft small mt-2">{t("log_out_text")}</p>
    </section>
  );
}
