import { describe, expect, test } from "vitest";
import { KEYS, TICKET, TICKETS } from "./testing/world";
import { decodeBase32, readTicket, readToken } from "./token";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The token with another character in one place. */
function tampered(token: string, at: number): string {
  const other = ALPHABET[(ALPHABET.indexOf(token.charAt(at)) + 1) % 32] ?? "";
  return token.slice(0, at) + other + token.slice(at + 1);
}

describe("tokens that the server signed", () => {
  test.each(TICKETS)("$ticket", async ({ token, event, ticket, issue }) => {
    const reading = await readTicket(token, KEYS);
    expect(reading).toMatchObject({ kind: "genuine", claims: { event, ticket, issue } });
    expect(await readTicket(token.toLowerCase(), KEYS)).toEqual(reading);
  });

  test("a booking and its place in the party are read out of the ticket", () => {
    const claims = readToken(TICKETS[1]?.token ?? "")?.claims;
    expect(claims?.booking).toBe(`bkg_${claims?.ticket.slice(4, 30)}`);
    expect(claims?.index).toBe(12);
  });
});

describe("what isn't", () => {
  test("a change in any character is noticed", async () => {
    for (let at = 0; at < TICKET.token.length; at += 1) {
      const reading = await readTicket(tampered(TICKET.token, at), KEYS);
      expect(reading.kind, `character ${at}`).not.toBe("genuine");
    }
  });

  test("another issue under the same signature is forged", async () => {
    // Characters 61 to 63 hold the issue: bytes 38 and 39.
    const reading = await readTicket(tampered(TICKET.token, 62), KEYS);
    expect(reading).toMatchObject({ kind: "forged", claims: { event: TICKET.event } });
  });

  test("a key that this device hasn't got leaves it open", async () => {
    expect((await readTicket(TICKET.token, new Map())).kind).toBe("unknown_key");
  });

  test.each(["", "https://example.org", TICKET.token.slice(1), `${TICKET.token}0`, "U".repeat(167), "ﬀ"])(
    "%s is no ticket",
    async (text) => {
      expect(await readTicket(text, KEYS)).toEqual({ kind: "foreign" });
    },
  );

  test("base32 refuses foreign characters, a stray last one and padding that isn't zero", () => {
    expect(decodeBase32("U")).toBeNull();
    expect(decodeBase32("ZZ")).toBeNull();
    expect(decodeBase32("0")).toBeNull();
    expect(decodeBase32("ZW")).toEqual(Uint8Array.of(255));
  });
});
