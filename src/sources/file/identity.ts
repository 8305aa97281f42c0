/** Tells one log file from another although names, inodes and sizes change: inode plus a hash of how the file begins. */
import { createHash } from 'node:crypto';
import { readSync } from 'node:fs';

/** Bytes the fingerprint looks at, as far as they are there. */
const FINGERPRINT_BYTES = 1024;

/** How a file began when it was looked at. */
export interface Fingerprint {
  /** Bytes hashed: fewer than 1024 while the file is short. */
  readonly length: number;
  readonly hash: string;
}

/** The fingerprint over the first `length` bytes (all up to 1024 by default). */
export function fingerprintOf(fd: number, length = FINGERPRINT_BYTES): Fingerprint {
  const bytes = Buffer.alloc(length);
  let have = 0;
  while (have < length) {
    const got = readSync(fd, bytes, have, length - have, have);
    if (got === 0) break;
    have += got;
  }
  return { length: have, hash: hashOf(bytes.subarray(0, have)) };
}

/** True when the open file still begins as it did. */
export function beginsAs(fd: number, known: Fingerprint): boolean {
  if (known.length === 0) return true;
  const now = fingerprintOf(fd, known.length);
  return now.length === known.length && now.hash === known.hash;
}

/** 16 hex digits over how a file begins. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}
