/** What the camera sees, and what to do when it sees nothing. */
import { useTranslations } from "@guestlist/shared/i18n";
import { CameraOff, Flashlight, LoaderCircle, ScanLine, SwitchCamera } from "lucide-react";
import { type ReactNode, useEffect, useEffectEvent, useRef, useState } from "react";
import {
  CameraError,
  type CameraTrouble,
  hasTorch,
  listCameras,
  setTorch,
  startCamera,
  stopCamera,
  watch,
} from "./camera";
import { type Decoder, makeDecoder } from "./decoder";

interface Picture {
  stream: MediaStream;
  torch: boolean;
  cameras: MediaDeviceInfo[];
}

/** Shows a camera and calls `onCode` with each code in each picture, and when that was taken. */
export function CameraView({
  camera,
  onCamera,
  onCode,
  instead,
}: {
  /** The id of the camera that was chosen; null for any that looks away from who holds the phone. */
  camera: string | null;
  onCamera: (id: string) => void;
  onCode: (code: string, seen: number) => void;
  /** What can be done without a camera. */
  instead?: ReactNode;
}) {
  const t = useTranslations("door.camera");
  const video = useRef<HTMLVideoElement>(null);
  const [picture, setPicture] = useState<Picture | null>(null);
  const [trouble, setTrouble] = useState<CameraTrouble | null>(null);
  const [attempt, setAttempt] = useState(0);
  const [lit, setLit] = useState(false);

  // Another attempt is asked for by its number.
  useEffect(() => {
    let current = true;
    let stream: MediaStream | undefined;
    const start = async () => {
      stream = await startCamera(camera);
      const cameras = await listCameras();
      if (!current) return stopCamera(stream);
      setTrouble(null);
      setLit(false);
      setPicture({ stream, torch: hasTorch(stream), cameras });
      // Unplugged, or taken by a call.
      stream.getVideoTracks()[0]?.addEventListener("ended", () => setTrouble("busy"));
    };
    start().catch((problem) => {
      if (current) setTrouble(problem instanceof CameraError ? problem.trouble : "busy");
    });
    return () => {
      current = false;
      setPicture(null);
      if (stream) stopCamera(stream);
    };
  }, [camera, attempt]);

  const found = useEffectEvent(onCode);
  const look = useEffectEvent(async (element: HTMLVideoElement, decode: Decoder) => {
    const seen = performance.now();
    const code = await decode(element);
    // As things are now, and not as they were when the picture was taken.
    if (code !== null) found(code, seen);
  });

  useEffect(() => {
    const element = video.current;
    if (!element || !picture) return;
    let stop = () => {};
    let current = true;
    element.srcObject = picture.stream;
    // Interrupted by the next picture, or by leaving: nothing to be done about either.
    element.play().catch(() => {});
    makeDecoder()
      .then((decode) => {
        if (current) stop = watch(element, () => look(element, decode));
      })
      .catch(() => setTrouble("unsupported"));
    return () => {
      current = false;
      stop();
      element.srcObject = null;
    };
  }, [picture]);

  if (trouble) {
    return (
      <div className="viewfinder grid min-h-72 place-content-center justify-items-center gap-3 p-6 text-center">
        <CameraOff aria-hidden size={44} />
        <h2>{t(`trouble.${trouble}`)}</h2>
        <p className="max-w-[40ch]">{t(`trouble.${trouble}_detail`)}</p>
        {instead}
        {trouble !== "unsupported" && (
          <button
            type="button"
            className="button"
            onClick={() => {
              setTrouble(null);
              setAttempt(attempt + 1);
            }}
          >
            {t("again")}
          </button>
        )}
      </div>
    );
  }
  const others = picture?.cameras ?? [];
  const current = picture?.stream.getVideoTracks()[0]?.getSettings().deviceId;
  return (
    <div className="viewfinder min-h-64">
      <video ref={video} muted playsInline aria-label={t("label")} data-running={picture !== null} />
      {picture ? (
        <>
          <svg aria-hidden="true" className="frame" viewBox="0 0 100 100">
            <path d="M2 20V8a6 6 0 0 1 6-6h12M80 2h12a6 6 0 0 1 6 6v12M98 80v12a6 6 0 0 1-6 6H80M20 98H8a6 6 0 0 1-6-6V80" />
          </svg>
          <p className="pointer-events-none absolute inset-x-0 bottom-0 flex items-center justify-center gap-2 bg-black/60 px-3 py-2 text-sm">
            <ScanLine aria-hidden size={18} /> {t("hint")}
          </p>
          <div className="absolute top-3 right-3 flex gap-2">
            {picture.torch && (
              <button
                type="button"
                className="over"
                aria-pressed={lit}
                aria-label={lit ? t("torch_off") : t("torch_on")}
                onClick={() => {
                  setTorch(picture.stream, !lit).then(
                    () => setLit(!lit),
                    () => setPicture({ ...picture, torch: false }),
                  );
                }}
              >
                <Flashlight aria-hidden size={22} />
              </button>
            )}
            {others.length > 1 && (
              <button
                type="button"
                className="over"
                aria-label={t("switch")}
                onClick={() => {
                  const at = others.findIndex((candidate) => candidate.deviceId === current);
                  const following = others[(at + 1) % others.length];
                  if (following) onCamera(following.deviceId);
                }}
              >
                <SwitchCamera aria-hidden size={22} />
              </button>
            )}
          </div>
        </>
      ) : (
        <p role="status" className="absolute inset-0 flex items-center justify-center gap-2">
          <LoaderCircle aria-hidden className="animate-spin" size={20} /> {t("starting")}
        </p>
      )}
    </div>
  );
}
