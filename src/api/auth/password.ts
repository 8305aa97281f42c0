/** Passwords: scrypt (RFC 7914) off the event loop, a few at a time, compared in constant time. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { fail } from '../../kit/errors.ts';

const COST = 2 ** 15;
const BLOCK = 8;
const LENGTH = 32;
const AT_ONCE = 2;
const MAX_WAITING = 64;

let running = 0;
const waiting: (() => void)[] = [];

/** `scrypt$N$r$salt$hash`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST, BLOCK);
  return `scrypt$${COST}$${BLOCK}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** True when the password is the one of the hash. A null hash costs the same time and is never right. */
export async function checkPassword(password: string, stored: string | null): Promise<boolean> {
  const [, cost, block, salt, hash] = (stored ?? DUMMY).split('$');
  const want = Buffer.from(hash ?? '', 'base64url');
  const got = await derive(password, Buffer.from(salt ?? '', 'base64url'), Number(cost), Number(block));
  return want.length === got.length && timingSafeEqual(want, got) && stored !== null;
}

const DUMMY = `scrypt$${COST}$${BLOCK}$${'A'.repeat(22)}$${'A'.repeat(43)}`;

async function derive(password: string, salt: Buffer, N: number, r: number): Promise<Buffer> {
  if (running >= AT_ONCE) {
    if (waiting.length >= MAX_WAITING)
      fail('API_BUSY', { message: 'too many sign-ins at once', hint: 'try again in a moment', retry: 'soon' });
    // The slot is handed over by whoever ends: `running` does not change in between.
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else {
    running++;
  }
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize('NFC'), salt, LENGTH, { N, r, p: 1, maxmem: 256 * N * r }, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
