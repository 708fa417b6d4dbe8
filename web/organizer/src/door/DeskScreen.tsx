/** The door at work. */
import { Tabs } from "@base-ui/react/tabs";
import { useTranslations } from "@guestlist/shared/i18n";
import { Camera, EllipsisVertical, History, LoaderCircle, Search, TriangleAlert } from "lucide-react";
import { useCallback, useEffect, useRef, useState } from "react";
import { CameraView } from "./CameraView";
import type { Database } from "./database";
import type { Desk, DeskView, Said } from "./desk";
import { useChoice, useWakeLock } from "./device";
import { Gate } from "./gate";
import { Leave } from "./Leave";
import { Menu } from "./Menu";
import { Names } from "./Names";
import { reportOf } from "./report";
import { LastScan, Scans } from "./Scans";
import { StatusLine } from "./StatusLine";
import { readySound, signal } from "./signals";
import { VerdictScreen } from "./VerdictScreen";
import { useWords } from "./words";

type Part = "scan" | "names" | "history";

export function DeskScreen({
  database,
  desk,
  view,
  onLeft,
}: {
  database: Database;
  desk: Desk;
  view: DeskView;
  onLeft: () => void;
}) {
  const t = useTranslations("door");
  const { pass, scans, unsent, list, admitted, booked } = view;
  const [part, setPart] = useState<Part>("scan");
  const [started, setStarted] = useState(false);
  const [camera, setCamera] = useChoice("guestlist.door.camera", "");
  const [sound, setSound] = useChoice("guestlist.door.sound", "on");
  const [pace, setPace] = useChoice("guestlist.door.pace", "auto");
  const [open, setOpen] = useState<"menu" | "leave" | null>(null);
  const [said, setSaid] = useState<Said | null>(null);
  const [isAsking, setAsking] = useState(false);
  const isBusy = useRef(false);
  const gate = useRef(new Gate());
  const before = useRef<HTMLElement | null>(null);
  const words = useWords(pass.opens?.zone, (id) => scans.some((scan) => scan.id === id));
  useWakeLock(started || scans.length > 0);

  const reports = scans.filter((scan) => reportOf(scan) !== null && !scan.noted);
  const fresh = useFreshReport(reports[0]?.id, () => signal("refused", { sound: sound === "on" }));
  const freshScan = reports.find((scan) => scan.id === fresh.id);
  // The server may answer while the verdict is still on the screen: then it says so there, and the verdict stays.
  const shown = said?.scan && scans.find((scan) => scan.id === said.scan?.id);

  const say = async (coming: Promise<Said>) => {
    isBusy.current = true;
    // Only what takes long is worth a word: with the list here it never does.
    const slow = setTimeout(() => setAsking(true), 350);
    try {
      const next = await coming;
      signal(next.verdict.outcome, { sound: sound === "on" });
      before.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
      setSaid(next);
    } finally {
      clearTimeout(slow);
      setAsking(false);
      isBusy.current = false;
    }
  };
  const onCode = (code: string, seen: number) => {
    if (isBusy.current || said) gate.current.stays(code, seen);
    else if (gate.current.admits(code, seen)) void say(desk.scan(code, seen));
  };
  const onNext = useCallback(() => {
    setSaid(null);
    // After the rest of the page can be focused again.
    setTimeout(() => before.current?.isConnected && before.current.focus(), 0);
  }, []);
  const onPart = (next: Part) => {
    // The camera starts anew: what it sees then is shown anew.
    gate.current.open();
    setPart(next);
  };
  // What was taken back may still be held before the camera: it isn't scanned again by itself.
  const onUndo = (scan: string) => void desk.undo(scan);

  return (
    <main>
      <title>{pass.opens ? `${pass.opens.eventName} · ${t("title")}` : t("title")}</title>
      <p className="sr-only" aria-live="assertive">
        {said &&
          [words.word(said.verdict), said.verdict.name, words.ticket(said.verdict), words.why(said.verdict)]
            .filter(Boolean)
            .join(". ")}
      </p>
      <div
        inert={said !== null}
        className="mx-auto flex min-h-dvh max-w-[600px] flex-col gap-3 px-4 pt-[max(12px,env(safe-area-inset-top))]"
      >
        <header className="flex items-start justify-between gap-2">
          <div className="min-w-0">
            <h1 className="line-clamp-2 text-lg leading-tight">
              {pass.opens ? pass.opens.eventName : t("reading_pass")}
            </h1>
            {pass.opens && <p className="soft truncate">{pass.opens.name}</p>}
          </div>
          <button
            type="button"
            className="-mr-2 grid size-11 flex-none place-items-center"
            aria-label={t("menu.open")}
            onClick={() => setOpen("menu")}
          >
            <EllipsisVertical aria-hidden size={24} />
          </button>
        </header>
        <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-1">
          <StatusLine view={view} words={words} />
          {admitted !== null && booked !== null && (
            <p className="flex items-baseline gap-2" data-admitted={admitted}>
              <span className="sr-only">{t("count.label", { admitted, booked })}</span>
              <span aria-hidden className="big">
                {admitted}
              </span>
              <span aria-hidden className="soft small">
                {t("count.of", { booked })}
              </span>
            </p>
          )}
        </div>
        {!pass.opens && !view.connected && (
          <p role="status" className="notice warn mb-0">
            {t("pass_later")}
          </p>
        )}
        {freshScan && !said && part !== "history" && (
          <div role="alert" className="notice warn mb-0 flex flex-wrap items-center gap-3 p-3">
            <TriangleAlert aria-hidden size={22} className="flex-none" />
            <p className="mt-0 flex-[1_1_10rem] text-ink">
              <strong className="block">{words.who(freshScan)}</strong>
              {words.report(freshScan)}
            </p>
            <button
              type="button"
              className="button quiet compact mt-0 min-h-11"
              onClick={() => {
                fresh.seen();
                setPart("history");
              }}
            >
              {t("reports.read")}
            </button>
          </div>
        )}
        <Tabs.Root value={part} onValueChange={onPart} className="flex flex-1 flex-col">
          <Tabs.Panel value="scan" className="flex flex-1 flex-col gap-3 pb-3">
            <div className="grid min-h-64 flex-1">
              {started ? (
                <CameraView
                  camera={camera === "" ? null : camera}
                  onCamera={setCamera}
                  onCode={onCode}
                  instead={<p>{t("camera.instead")}</p>}
                />
              ) : (
                <div className="viewfinder grid place-content-center justify-items-center gap-4 p-6 text-center">
                  <Camera aria-hidden size={44} />
                  <p className="max-w-[34ch]">{t("camera.why")}</p>
                  <button
                    type="button"
                    className="button min-h-14 px-8"
                    onClick={() => {
                      readySound();
                      setStarted(true);
                    }}
                  >
                    {t("camera.start")}
                  </button>
                </div>
              )}
            </div>
            <LastScan scans={scans} words={words} onUndo={onUndo} />
          </Tabs.Panel>
          <Tabs.Panel value="names" className="flex-1 pb-4">
            <Names
              database={database}
              event={pass.event}
              list={list}
              scans={scans}
              words={words}
              onAdmit={(ticket) => {
                readySound();
                if (!isBusy.current) void say(desk.admit(ticket));
              }}
              onCode={(code) => onCode(code, performance.now())}
            />
          </Tabs.Panel>
          <Tabs.Panel value="history" className="flex-1 pb-4">
            <Scans scans={scans} words={words} onUndo={onUndo} onNote={(scan) => void desk.note(scan)} />
          </Tabs.Panel>
          <Tabs.List
            aria-label={t("tabs.label")}
            className="-mx-4 sticky bottom-0 z-10 order-last flex border-line border-t bg-paper px-2 pb-[env(safe-area-inset-bottom)]"
          >
            <PartTab value="scan" Icon={Camera} label={t("tabs.scan")} />
            <PartTab value="names" Icon={Search} label={t("tabs.names")} />
            <PartTab
              value="history"
              Icon={History}
              label={t("tabs.history")}
              count={reports.length}
              full={t("tabs.history_reports", { count: reports.length })}
            />
          </Tabs.List>
        </Tabs.Root>
      </div>
      {isAsking && (
        <p role="status" className="verdict unchecked place-items-center text-xl">
          <span className="row">
            <LoaderCircle aria-hidden className="animate-spin" size={28} /> {t("verdict.asking")}
          </span>
        </p>
      )}
      {said && (
        <VerdictScreen
          said={said}
          goesOn={pace === "auto"}
          late={shown ? words.report(shown) : null}
          words={words}
          onNext={onNext}
          onUndo={(scan) => {
            onUndo(scan);
            onNext();
          }}
        />
      )}
      <Menu
        open={open === "menu"}
        onClose={() => setOpen(null)}
        database={database}
        event={pass.event}
        list={list}
        words={words}
        sound={sound}
        onSound={setSound}
        pace={pace}
        onPace={setPace}
        camera={camera}
        onCamera={setCamera}
        onRefresh={() => desk.refresh()}
        onLeave={() => setOpen("leave")}
      />
      <Leave
        open={open === "leave"}
        onClose={() => setOpen(null)}
        onLeft={onLeft}
        database={database}
        pass={pass}
        scans={scans}
        unsent={unsent}
      />
    </main>
  );
}

function PartTab({
  value,
  Icon,
  label,
  count = 0,
  full = label,
}: {
  value: Part;
  Icon: typeof Camera;
  label: string;
  count?: number;
  full?: string;
}) {
  return (
    <Tabs.Tab
      value={value}
      aria-label={count > 0 ? full : undefined}
      className="grid min-h-16 flex-1 place-content-center justify-items-center gap-1 text-[min(0.875rem,4.4vw)] text-soft data-[active]:font-semibold data-[active]:text-accent"
    >
      <span className="relative">
        <Icon aria-hidden size={24} />
        {count > 0 && (
          <span
            aria-hidden
            className="-top-2 absolute left-3 grid h-5 min-w-5 place-items-center rounded-full bg-bad px-1 font-semibold text-on-accent text-xs"
          >
            {count}
          </span>
        )}
      </span>
      {label}
    </Tabs.Tab>
  );
}

/** The newest report, while nobody has looked at it; `alarm` is called when one comes in. */
function useFreshReport(newest: string | undefined, alarm: () => void) {
  const [seen, setSeen] = useState<string>();
  const alarmed = useRef(newest);
  useEffect(() => {
    if (newest === alarmed.current) return;
    // Those that were there when the app was opened are old news.
    alarmed.current = newest;
    if (newest) alarm();
  });
  return { id: newest === seen ? undefined : newest, seen: () => setSeen(newest) };
}
