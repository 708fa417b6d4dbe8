/** The phone's camera, as far as a scanner needs it. */

/** Why there is no picture. */
export type CameraTrouble =
  /** The browser hands out no camera here: an old one, or a page without encryption. */
  | "unsupported"
  /** Somebody said no, now or before. */
  | "denied"
  /** There is none. */
  | "missing"
  /** Another app has it, or it doesn't start. */
  | "busy";

export class CameraError extends Error {
  readonly trouble: CameraTrouble;
  constructor(trouble: CameraTrouble) {
    super(`camera: ${trouble}`);
    this.trouble = trouble;
  }
}

const TROUBLES: Readonly<Record<string, CameraTrouble>> = {
  NotAllowedError: "denied",
  SecurityError: "denied",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
};

/** What the standard types don't know yet: the light (https://www.w3.org/TR/image-capture/#torch). */
interface WithTorch {
  torch?: boolean;
}

/** Starts a camera: the one with this id, else one that looks away from who holds the phone. */
export async function startCamera(deviceId: string | null): Promise<MediaStream> {
  // Absent without encryption, whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices?.getUserMedia) throw new CameraError("unsupported");
  const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
  const which: MediaTrackConstraints = deviceId
    ? { deviceId: { exact: deviceId } }
    : { facingMode: { ideal: "environment" } };
  try {
    return await devices.getUserMedia({ audio: false, video: { ...size, ...which } });
  } catch (problem) {
    const trouble = TROUBLES[problem instanceof Error ? problem.name : ""] ?? "busy";
    // The camera that was chosen once is no longer there: any will do.
    if (trouble === "missing" && deviceId) return startCamera(null);
    throw new CameraError(trouble);
  }
}

/** Ends a camera, and its light. */
export function stopCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** The cameras there are. Their names are known once one was allowed. */
export async function listCameras(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "videoinput");
}

/** Whether a camera has a light. */
export function hasTorch(stream: MediaStream): boolean {
  const [track] = stream.getVideoTracks();
  const can: (MediaTrackCapabilities & WithTorch) | undefined = track?.getCapabilities?.();
  return can?.torch === true;
}

/** Turns the light on or off. */
export async function setTorch(stream: MediaStream, torch: boolean): Promise<void> {
  const light: MediaTrackConstraintSet & WithTorch = { torch };
  await stream.getVideoTracks()[0]?.applyConstraints({ advanced: [light] });
}

/** How often a picture is looked at, in milliseconds. */
const EVERY = 100;

/** Calls `look` with the video about ten times a second, one at a time. Gives what ends that. */
export function watch(video: HTMLVideoElement, look: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let on = true;
  const next = async () => {
    const began = performance.now();
    // Nothing to look at before the first picture, or in a hidden window.
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && document.visibilityState === "visible") {
      await look();
    }
    if (on) timer = setTimeout(next, Math.max(0, EVERY - (performance.now() - began)));
  };
  timer = setTimeout(next, 0);
  return () => {
    on = false;
    clearTimeout(timer);
  };
}
