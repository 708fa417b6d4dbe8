import { expect, test, vi } from "vitest";

// The client of the API asks for the page's address as soon as it is loaded.
vi.hoisted(() => vi.stubGlobal("location", { origin: "http://localhost" }));

const { sizeFault, typeOf, whyOf } = await import("./cover");

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
  expect(sizeFault(200, 200)).toBe("small");
  expect(sizeFault(4000, 1000)).toBe("long");
  expect(sizeFault(1000, 4000)).toBe("long");
  expect(sizeFault(10_000, 10_000)).toBe("pixels");
});

test("what the server says against the file is told in our words", () => {
  const said = (detail: string) =>
    whyOf({ code: "invalid", status: 422, detail: "", errors: [{ pointer: "/upload", detail }] });
  expect(said("is not a JPEG, PNG or WebP file, whatever it is called")).toBe("type");
  expect(said("is 300 x 200 pixels small; it must be at least 480 x 252")).toBe("small");
  expect(said("is damaged or incomplete: it can't be read as a picture")).toBe("damaged");
  expect(said("is odd")).toBe("said");
  expect(whyOf({ code: "event_ended", status: 409, detail: "" })).toBeNull();
});
