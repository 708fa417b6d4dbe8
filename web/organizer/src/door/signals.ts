/** What a verdict sounds and feels like: three that can't be taken for each other, with eyes elsewhere. */
import type { Outcome } from "./verdict";

/** A tone: its pitch in hertz, when it starts and how long it lasts in seconds. */
interface Tone {
  pitch: number;
  at: number;
  lasts: number;
  shape: OscillatorType;
}

const TONES: Readonly<Record<Outcome, readonly Tone[]>> = {
  // Rising and short.
  admitted: [
    { pitch: 784, at: 0, lasts: 0.09, shape: "sine" },
    { pitch: 1175, at: 0.1, lasts: 0.16, shape: "sine" },
  ],
  // The same, three times.
  already_in: [
    { pitch: 523, at: 0, lasts: 0.12, shape: "triangle" },
    { pitch: 523, at: 0.19, lasts: 0.12, shape: "triangle" },
    { pitch: 523, at: 0.38, lasts: 0.12, shape: "triangle" },
  ],
  // Low, rough and long.
  refused: [
    { pitch: 185, at: 0, lasts: 0.28, shape: "sawtooth" },
    { pitch: 131, at: 0.3, lasts: 0.5, shape: "sawtooth" },
  ],
};

/** In milliseconds: on, off, on. */
const BUZZES: Readonly<Record<Outcome, number[]>> = {
  admitted: [90],
  already_in: [70, 70, 70, 70, 70],
  refused: [500],
};

let speaker: AudioContext | null = null;

/** Readies the sound. Browsers let a page sound only after somebody touched it, so this is called from a tap. */
export function readySound(): void {
  speaker ??= new AudioContext();
  void speaker.resume();
}

/** Sounds and buzzes for a verdict. */
export function signal(outcome: Outcome, { sound }: { sound: boolean }): void {
  navigator.vibrate?.(BUZZES[outcome]);
  if (!sound || speaker?.state !== "running") return;
  const now = speaker.currentTime;
  for (const { pitch, at, lasts, shape } of TONES[outcome]) {
    const source = speaker.createOscillator();
    const volume = speaker.createGain();
    source.type = shape;
    source.frequency.value = pitch;
    // Up and down within a hundredth of a second: a tone that is cut clicks.
    volume.gain.setValueAtTime(0, now + at);
    volume.gain.linearRampToValueAtTime(0.4, now + at + 0.01);
    volume.gain.setValueAtTime(0.4, now + at + lasts - 0.01);
    volume.gain.linearRampToValueAtTime(0, now + at + lasts);
    source.connect(volume).connect(speaker.destination);
    source.start(now + at);
    source.stop(now + at + lasts);
  }
}
