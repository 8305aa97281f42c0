/** Time-based one-time passwords: RFC 6238 over HMAC-SHA-1 (RFC 4226), 30-second steps, six digits. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const STEP_SECONDS = 30;
/** Steps that a clock may be off, either way. */
const WINDOW = 1;

/** A new secret, base32 (RFC 4648) of 20 bytes. */
export function newTotpSecret(): string {
  let bits = '';
  for (const byte of randomBytes(20)) bits += byte.toString(2).padStart(8, '0');
  return bits.replace(/.{5}/g, (five) => ALPHABET[Number.parseInt(five, 2)]!);
}

/** The `otpauth:` address that authenticator apps read. */
export function totpUri(secret: string, user: string): string {
  return `otpauth://totp/Bek%C3%A7i:${encodeURIComponent(user)}?secret=${secret}&issuer=Bek%C3%A7i`;
}

/** Code of one step, HOTP with dynamic truncation. `digits` 6, or 8 for the RFC's vectors. */
export function hotp(key: Buffer, step: number, digits = 6): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19]! & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 10 ** digits).padStart(digits, '0');
}

/** The step whose code this is, within the window; null for a wrong code. The caller must refuse steps used before. */
export function totpStep(secret: string, code: string, nowMs: number): number | null {
  const key = decodeBase32(secret);
  const current = Math.floor(nowMs / 1000 / STEP_SECONDS);
  let found: number | null = null;
  for (let step = current - WINDOW; step <= current + WINDOW; step++) {
    const want = Buffer.from(hotp(key, step));
    const got = Buffer.from(code);
    if (want.length === got.length && timingSafeEqual(want, got)) found = step;
  }
  return found;
}

/** Bytes of a base32 text. */
export function decodeBase32(text: string): Buffer {
  let bits = '';
  for (const char of text.toUpperCase()) bits += Math.max(0, ALPHABET.indexOf(char)).toString(2).padStart(5, '0');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
