/** Covers: what can be one, and the way there. */
import { api } from "@guestlist/shared/api";
import type { FieldFault, OwnFault, Problem } from "@guestlist/shared/api/problem";
import type { EventView } from "../form/values";

type ContentType = "image/jpeg" | "image/png" | "image/webp";

// The server's rules: pictures/src/picture.rs.
const MOST_MEGABYTES = 10;
const MOST_MEGAPIXELS = 50;
const LEAST = { width: 480, height: 240 };
const LONGEST = 3;

/** A file that was looked at. */
export type Looked = { type: ContentType } | { fault: OwnFault };

/** What sort of picture a file is, by its first bytes: its name says nothing. */
export function typeOf(head: Uint8Array): ContentType | null {
  const starts = (...bytes: number[]) => bytes.every((byte, at) => head[at] === byte);
  if (starts(0xff, 0xd8, 0xff)) return "image/jpeg";
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return "image/png";
  const text = (from: number) => String.fromCharCode(...head.slice(from, from + 4));
  if (text(0) === "RIFF" && text(8) === "WEBP") return "image/webp";
  return null;
}

/** Why a picture of this size can't be a cover; null where it can. */
export function sizeFault(width: number, height: number): OwnFault | null {
  if (width * height > MOST_MEGAPIXELS * 1_000_000)
    return { code: "too_many_pixels", limit: MOST_MEGAPIXELS };
  if (width < LEAST.width || height < LEAST.height) return { code: "picture_too_small" };
  if (width > height * LONGEST || height > width * LONGEST)
    return { code: "picture_too_narrow", limit: LONGEST };
  return null;
}

/** Looks at a file before it is sent, so that nobody waits for a no. */
export async function look(file: File): Promise<Looked> {
  const type = typeOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (!type) return { fault: { code: "not_a_picture" } };
  if (file.size > MOST_MEGABYTES * 1024 * 1024)
    return { fault: { code: "file_too_large", limit: MOST_MEGABYTES } };
  try {
    const picture = await createImageBitmap(file);
    const fault = sizeFault(picture.width, picture.height);
    picture.close();
    return fault ? { fault } : { type };
  } catch {
    return { fault: { code: "picture_damaged" } };
  }
}

/** What the server says against a file; null where it speaks of something else. */
export function faultIn(problem: Problem): FieldFault | null {
  const about = ["/upload", "/bytes", "/content_type"];
  return problem.errors?.find(({ pointer }) => about.includes(pointer)) ?? null;
}

/** Posts the form with the file. fetch tells nothing of how far an upload is; this does. */
function post(
  url: string,
  form: FormData,
  onProgress: (share: number) => void,
  stop: AbortSignal,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.onprogress = ({ loaded, total }) => total > 0 && onProgress(loaded / total);
    request.onload = () => resolve(request.status);
    request.onerror = () => reject(new TypeError("Failed to fetch"));
    request.onabort = () => reject(new DOMException("Stopped", "AbortError"));
    stop.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

/**
 * Uploads a file and makes it the event's cover.
 * @throws the server's problem; `type` and `large` where the upload itself was refused.
 */
export async function uploadCover(
  event: EventView,
  file: File,
  type: ContentType,
  onProgress: (share: number) => void,
  stop: AbortSignal,
): Promise<EventView> {
  const params = { path: { event: event.id } };
  const asked = await api.POST("/api/events/{event}/cover-uploads", {
    params,
    body: { content_type: type, bytes: file.size },
  });
  if (asked.error) throw asked.error;
  const form = new FormData();
  for (const [name, value] of Object.entries(asked.data.fields)) form.append(name, value);
  form.append("file", file);
  const status = await post(asked.data.url, form, onProgress, stop);
  if (status >= 400) throw { code: "upload_refused", status, detail: "" } satisfies Problem;
  onProgress(1);
  const set = await api.PUT("/api/events/{event}/cover", { params, body: { upload: asked.data.upload } });
  if (set.error) throw set.error;
  return set.data;
}

/** Gives the event its drawn cover back. @throws the server's problem. */
export async function removeCover(event: EventView): Promise<EventView> {
  const { data, error } = await api.DELETE("/api/events/{event}/cover", {
    params: { path: { event: event.id } },
  });
  if (error) throw error;
  return data;
}
