/** The door scanner: opened by a pass, which the link carries in its fragment so that no server's log ever sees it. */
import "./door.css";
import { useTranslations } from "@guestlist/shared/i18n";
import { Empty, Loading } from "@guestlist/shared/ui";
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import { useLocation, useNavigate } from "react-router";
import { DeskScreen } from "./DeskScreen";
import { type Database, openDatabase, type StoredPass } from "./database";
import { Desk } from "./desk";
import { keepStored } from "./device";
import { NoPass } from "./NoPass";
import { readPass } from "./pass";
import { currentPass, openPass, retryPass } from "./passes";
import { Refused } from "./Refused";

export default function Door() {
  const t = useTranslations("door");
  const navigate = useNavigate();
  const { hash } = useLocation();
  const [database, setDatabase] = useState<Database | "none">();
  const [pass, setPass] = useState<StoredPass | null>();

  useEffect(() => {
    openDatabase().then(setDatabase, () => setDatabase("none"));
  }, []);

  const open = useCallback(async (kept: Database, token: string) => {
    const opened = await openPass(kept, token, Date.now());
    // What is stored from here on must not be thrown away when the disk fills up.
    void keepStored();
    setPass(opened);
  }, []);

  useEffect(() => {
    if (!database || database === "none") return;
    const token = hash.slice(1);
    if (readPass(token)) {
      // Out of the address bar and the history, as soon as it is kept.
      open(database, token).then(() => navigate(".", { replace: true }));
    } else {
      currentPass(database).then((current) =>
        setPass((open) => (open === undefined ? (current ?? null) : open)),
      );
    }
  }, [database, hash, navigate, open]);

  if (database === "none") {
    return (
      <main className="page slim pt-8">
        <title>{t("title")}</title>
        <Empty title={t("no_storage")} />
      </main>
    );
  }
  if (!database || pass === undefined) return <Loading />;
  if (pass === null) return <NoPass broken={hash !== ""} onPass={(token) => void open(database, token)} />;
  return (
    <AtDoor key={pass.id + pass.openedAt} database={database} pass={pass} onLeft={() => setPass(null)} />
  );
}

function AtDoor({ database, pass, onLeft }: { database: Database; pass: StoredPass; onLeft: () => void }) {
  const [desk, setDesk] = useState<Desk>();
  useEffect(() => {
    const made = new Desk(database, location.origin, pass);
    let current = true;
    made.start().then(() => current && setDesk(made));
    return () => {
      current = false;
      made.stop();
    };
  }, [database, pass]);
  return desk ? <Standing database={database} desk={desk} onLeft={onLeft} /> : <Loading />;
}

function Standing({ database, desk, onLeft }: { database: Database; desk: Desk; onLeft: () => void }) {
  const view = useSyncExternalStore(desk.subscribe, desk.view);
  if (!view.pass.refused) return <DeskScreen database={database} desk={desk} view={view} onLeft={onLeft} />;
  const retry = async () => {
    await retryPass(database, view.pass.id);
    await desk.update();
    await desk.refresh();
  };
  return <Refused database={database} view={view} onRetry={() => void retry()} onLeft={onLeft} />;
}
