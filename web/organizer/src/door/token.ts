/**
 * The token in a ticket's QR code, read and verified without a server. Its layout is that of shared/domain/src/tickets.rs:
 * version (1 byte), key id (4), event (16), booking (16), place in the party (1), issue (2), then the Ed25519 signature of
 * all of that (64), in Crockford's base32.
 */
import { getPublicKeyAsync, verifyAsync } from "@noble/ed25519";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const VERSION = 1;
const SIGNED = 40;
const SIGNATURE = 64;

/** What a token says. */
export interface Claims {
  /** The id of the key that signed it, as in the published set. */
  kid: string;
  event: string;
  booking: string;
  ticket: string;
  /** The ticket's place in its party, from 1. */
  index: number;
  issue: number;
}

/** The bytes behind a base32 text; null for a foreign character, a stray last one or padding bits that aren't zero. */
export function decodeBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor((text.length * 5) / 8));
  let buffer = 0;
  let bits = 0;
  let at = 0;
  // A scanner that changes the case does no harm.
  for (const character of text.toUpperCase()) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    buffer = (buffer << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = buffer >> bits;
      at += 1;
      buffer &= (1 << bits) - 1;
    }
  }
  return bits < 5 && buffer === 0 ? bytes : null;
}

/** 16 bytes as the 26 characters of a ULID. */
function ulid(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  let text = "";
  for (let place = 0; place < 26; place += 1) {
    text = ALPHABET.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}

/** Reads a token without verifying it; null where it is no token of ours. */
export function readToken(
  text: string,
): { claims: Claims; signed: Uint8Array; signature: Uint8Array } | null {
  const bytes = decodeBase32(text);
  if (!bytes || bytes.length !== SIGNED + SIGNATURE || bytes[0] !== VERSION) return null;
  const view = new DataView(bytes.buffer);
  const booking = ulid(bytes.subarray(21, 37));
  const index = view.getUint8(37);
  return {
    claims: {
      kid: view.getUint32(1).toString(16).padStart(8, "0"),
      event: `evt_${ulid(bytes.subarray(5, 21))}`,
      booking: `bkg_${booking}`,
      ticket: `tkt_${booking}-${index}`,
      index,
      issue: view.getUint16(38),
    },
    signed: bytes.subarray(0, SIGNED),
    signature: bytes.subarray(SIGNED),
  };
}

/** What a code that was scanned turned out to be. */
export type Reading =
  /** Not a ticket of ours. */
  | { kind: "foreign" }
  /** Laid out as a ticket, but whoever made it didn't have our key. */
  | { kind: "forged"; claims: Claims }
  /** Signed with a key that this device hasn't got: it can't tell. */
  | { kind: "unknown_key"; claims: Claims }
  /** A ticket that was signed by us. */
  | { kind: "genuine"; claims: Claims };

/** Public keys by their id. */
export type Keys = ReadonlyMap<string, Uint8Array>;

/** Reads a token and verifies its signature. */
export async function readTicket(text: string, keys: Keys): Promise<Reading> {
  const token = readToken(text);
  if (!token) return { kind: "foreign" };
  const key = keys.get(token.claims.kid);
  if (!key) return { kind: "unknown_key", claims: token.claims };
  // RFC 8032 to the letter, as the server verifies, and not the laxer rules of ZIP 215.
  const ours = await verifyAsync(token.signature, token.signed, key, { zip215: false }).catch(() => false);
  return { kind: ours ? "genuine" : "forged", claims: token.claims };
}

/** Does what takes long the first time, so that the first ticket is verified as quickly as the others. */
export async function readyToVerify(): Promise<void> {
  await getPublicKeyAsync(new Uint8Array(32));
}

/** The bytes of an unpadded base64url text. */
export function decodeBase64Url(text: string): Uint8Array {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
