/** The door without a pass: how to get one, and two ways to bring it in. */
import { useTranslations } from "@guestlist/shared/i18n";
import { LanguageSwitch, TextField } from "@guestlist/shared/ui";
import { QrCode } from "lucide-react";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { CameraView } from "./CameraView";
import { tokenInLink } from "./pass";

export function NoPass({
  broken,
  onPass,
}: {
  /** Whether the link that was opened lost a part of its pass on the way. */
  broken: boolean;
  onPass: (token: string) => void;
}) {
  const t = useTranslations("door");
  const [scanning, setScanning] = useState(false);
  const [camera, setCamera] = useState<string | null>(null);
  const [link, setLink] = useState("");
  const [fault, setFault] = useState<string>();
  const use = (text: string) => {
    const token = tokenInLink(text);
    if (token) onPass(token);
    else setFault(t("no_pass.not_a_pass"));
  };
  return (
    <main className="page slim pt-8">
      <title>{t("title")}</title>
      <div className="stub">
        <div className="grid gap-4">
          <h1>{t("no_pass.title")}</h1>
          {broken && (
            <p className="notice bad !mb-0" role="alert">
              {t("no_pass.not_a_pass")}
            </p>
          )}
          <p className="lead">{t("no_pass.lead")}</p>
          <p>{t("no_pass.organizer")}</p>
        </div>
        <div className="grid gap-4">
          <p>{t("no_pass.open")}</p>
          {scanning ? (
            <CameraView camera={camera} onCamera={setCamera} onCode={use} />
          ) : (
            <button type="button" className="button" onClick={() => setScanning(true)}>
              <QrCode aria-hidden size={20} /> {t("no_pass.scan")}
            </button>
          )}
          <form
            className="form"
            onSubmit={(submission: FormEvent) => {
              submission.preventDefault();
              use(link);
            }}
          >
            <TextField
              label={t("no_pass.paste")}
              type="url"
              name="link"
              autoComplete="off"
              value={link}
              fault={fault}
              onChange={(change) => {
                setLink(change.currentTarget.value);
                setFault(undefined);
              }}
            />
            <button type="submit" className="button quiet">
              {t("no_pass.use")}
            </button>
          </form>
        </div>
      </div>
      <div className="row mt-6 justify-between">
        <Link to="/" className="lone">
          {t("no_pass.to_organizer")}
        </Link>
        <LanguageSwitch />
      </div>
    </main>
  );
}
