/** Reads QR codes: with the browser's own detector where it has one, else with ZXing as WebAssembly, served by us. */
import { BarcodeDetector as Ponyfill, prepareZXingModule } from "barcode-detector/ponyfill";
import wasm from "zxing-wasm/reader/zxing_reader.wasm?url";

/** Reads what a picture says; null where there is no QR code in it. */
export type Decoder = (picture: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(picture: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: "qr_code"[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const OPTIONS = { formats: ["qr_code" as const] };

async function zxing(): Promise<Detector> {
  // Left to itself it would fetch this file from somebody else's server. At once, so that the first code finds it there.
  await prepareZXingModule({ overrides: { locateFile: () => wasm }, fireImmediately: true });
  return new Ponyfill(OPTIONS);
}

async function native(): Promise<Detector | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  if (!BarcodeDetector) return null;
  const formats = await BarcodeDetector.getSupportedFormats().catch((): string[] => []);
  return formats.includes("qr_code") ? new BarcodeDetector(OPTIONS) : null;
}

/** Makes a decoder. */
export async function makeDecoder(): Promise<Decoder> {
  const own = await native();
  let detector = own ?? (await zxing());
  return async (picture) => {
    try {
      return (await detector.detect(picture))[0]?.rawValue ?? null;
    } catch (problem) {
      // The browser's own may lack the service behind it, and says so only now.
      if (detector !== own) throw problem;
      detector = await zxing();
      return (await detector.detect(picture))[0]?.rawValue ?? null;
    }
  };
}
