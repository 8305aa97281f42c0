/** The vectors of RFC 6238 appendix B (SHA-1) and what the window lets through. */
import { expect, it } from 'vitest';
import { decodeBase32, hotp, newTotpSecret, totpStep } from './totp.ts';

const KEY = Buffer.from('12345678901234567890');

it.each([
  [59, '94287082'],
  [1111111109, '07081804'],
  [1234567890, '89005924'],
  [20000000000, '65353130'],
])('at %i s', (seconds, code) => expect(hotp(KEY, Math.floor(seconds / 30), 8)).toBe(code));

it('accepts one step either way and no more', () => {
  const secret = newTotpSecret();
  const code = (step: number): string => hotp(decodeBase32(secret), step);
  expect(totpStep(secret, code(100), 101 * 30_000)).toBe(100);
  expect(totpStep(secret, code(100), 104 * 30_000)).toBe(null);
});
