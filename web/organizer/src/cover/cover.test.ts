import { expect, test, vi } from "vitest";

// The client of the API asks for the page's address as soon as it is loaded.
vi.hoisted(() => vi.stubGlobal("location", { origin: "http://localhost" }));

const { faultIn, sizeFault, typeOf } = await import("./cover");

test("a picture is known by its first bytes, not by its name", () => {
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  expect(typeOf(bytes("\xff\xd8\xff\xe0\0\x10JFIF"))).toBe("image/jpeg");
  expect(typeOf(bytes("\x89PNG\r\n\x1a\n\0\0\0\r"))).toBe("image/png");
  expect(typeOf(bytes("RIFF\x24\0\0\0WEBPVP8 "))).toBe("image/webp");
  for (const other of ["GIF89a", "<svg xmlns=", "RIFF\x24\0\0\0WAVEfmt ", "%PDF-1.7", ""])
    expect(typeOf(bytes(other))).toBeNull();
});

test("a cover is neither tiny nor endless", () => {
  expect(sizeFault(1200, 630)).toBeNull();
  expect(sizeFault(200, 200)).toEqual({ code: "picture_too_small" });
  expect(sizeFault(4000, 1000)).toEqual({ code: "picture_too_narrow", limit: 3 });
  expect(sizeFault(1000, 4000)).toEqual({ code: "picture_too_narrow", limit: 3 });
  expect(sizeFault(10_000, 10_000)).toEqual({ code: "too_many_pixels", limit: 50 });
});

test("what the server says against the file is told, and nothing else", () => {
  const said = (pointer: string) => {
    const fault = { pointer, code: "file_too_large" as const, limit: 10, detail: "is larger than 10 MB" };
    return faultIn({ code: "invalid", status: 422, detail: "", errors: [fault] });
  };
  expect(said("/upload")).toMatchObject({ code: "file_too_large", limit: 10 });
  expect(said("/bytes")).toMatchObject({ code: "file_too_large", limit: 10 });
  expect(said("/event")).toBeNull();
  expect(faultIn({ code: "event_ended", status: 409, detail: "" })).toBeNull();
});
