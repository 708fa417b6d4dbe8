/**
 * A camera that sees what a test holds before it: Chromium plays a file as its camera
 * (--use-file-for-fake-video-capture), and reads it anew whenever the camera starts.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "uqr";

const WIDTH = 640;
const HEIGHT = 480;
/** Of one picture; Chromium plays the file in a loop. */
const FRAMES = 2;

/** A grey picture (Y'CbCr 4:2:0) with a code in its middle, or without one. */
function picture(text: string | null): Buffer {
  const luma = Buffer.alloc(WIDTH * HEIGHT, 0x90);
  if (text !== null) {
    // Error correction M, as the tickets in mails have it, and the quiet zone of four that the standard asks for.
    const code = encode(text, { ecc: "M", border: 4 });
    const scale = Math.floor(HEIGHT / code.size);
    const left = Math.floor((WIDTH - code.size * scale) / 2);
    const top = Math.floor((HEIGHT - code.size * scale) / 2);
    code.data.forEach((row, y) => {
      row.forEach((isDark, x) => {
        for (let line = 0; line < scale; line += 1) {
          const start = (top + y * scale + line) * WIDTH + left + x * scale;
          luma.fill(isDark ? 0x10 : 0xeb, start, start + scale);
        }
      });
    });
  }
  return Buffer.concat([luma, Buffer.alloc((WIDTH * HEIGHT) / 2, 0x80)]);
}

/** A YUV4MPEG2 video of one picture. */
export function video(text: string | null): Buffer {
  const frame = Buffer.concat([Buffer.from("FRAME\n"), picture(text)]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([header, ...Array.from({ length: FRAMES }, () => frame)]);
}

export class FakeCamera {
  readonly #folder = mkdtempSync(join(tmpdir(), "guestlist-camera-"));
  readonly #file = join(this.#folder, "camera.y4m");

  constructor() {
    this.show(null);
  }

  /** What Chromium is to be started with. */
  get args(): string[] {
    return [
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      `--use-file-for-fake-video-capture=${this.#file}`,
    ];
  }

  /** Holds a code before the camera, or nothing. It is seen from the camera's next start on. */
  show(text: string | null): void {
    // In one step: the camera may be starting right now.
    const next = `${this.#file}.next`;
    writeFileSync(next, video(text));
    renameSync(next, this.#file);
  }

  /** Deletes its file. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
