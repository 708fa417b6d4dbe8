import { expect, test } from "vitest";
import { readPass, tokenInLink } from "./pass";

function token(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "EdDSA" })}.${part(claims)}.c2lnbmF0dXJl`;
}
const good = token({ aud: "door", sub: "dps_1", event: "evt_1", iat: 1, exp: 2 });

test("a pass says whose door it opens", () => {
  expect(readPass(good)).toEqual({ pass: "dps_1", event: "evt_1" });
});

test.each([
  ["nothing", ""],
  ["a word", "door"],
  ["two dots without sense", "a.b.c"],
  ["somebody's access token", token({ aud: "api", sub: "usr_1" })],
  ["a pass without an event", token({ aud: "door", sub: "dps_1" })],
])("%s is no pass", (_what, text) => {
  expect(readPass(text)).toBeNull();
});

test("it is found in its link, and alone", () => {
  expect(tokenInLink(` https://guestlist.example/organize/door#${good}\n`)).toBe(good);
  expect(tokenInLink(good)).toBe(good);
  expect(tokenInLink("https://guestlist.example/organize/door")).toBeNull();
});
