/** Unpacks gzip and Zstandard files, of one or many members, as they are read; a bad one is a clear error, never a short file. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { fail } from '../../kit/errors.ts';

/** How a file is packed. */
export type Packing = 'gzip' | 'zstd' | 'other';

/** Told by its first bytes, else by its name; null for plain text. */
export function packingOf(path: string, head: Uint8Array): Packing | null {
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b)) return 'gzip';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  // bzip2, xz, lz4, zip.
  if (starts(0x42, 0x5a, 0x68) || starts(0xfd, 0x37, 0x7a, 0x58, 0x5a) || starts(0x04, 0x22, 0x4d, 0x18))
    return 'other';
  if (starts(0x50, 0x4b, 0x03, 0x04)) return 'other';
  if (path.endsWith('.gz')) return 'gzip';
  return path.endsWith('.zst') ? 'zstd' : null;
}

/** The unpacked bytes in pieces. Throws FILE_READ. */
export async function* unpackedChunks(path: string, packing: Packing): AsyncGenerator<Buffer> {
  if (packing === 'other')
    fail('FILE_READ', {
      message: `cannot unpack ${path}: only gzip and zstd are known`,
      hint: `unpack it first, e.g. xz -dk or bunzip2 -k`,
    });
  const packed = createReadStream(path);
  const unpacker = packing === 'gzip' ? zlib.createGunzip() : zstd(path);
  const done = pipeline(packed, unpacker).catch(() => undefined);
  try {
    for await (const chunk of unpacker) yield chunk as Buffer;
    // Node stops silently at what follows the last frame of zstd and is none.
    if (unpacker.bytesWritten < packed.bytesRead)
      throw new Error(`${packed.bytesRead - unpacker.bytesWritten} bytes at the end are no ${packing}`);
  } catch (cause) {
    fail('FILE_READ', {
      message: `cannot unpack ${path}: ${(cause as Error).message}`,
      hint: `is it complete and ${packing}? What stands before the fault was read`,
      cause,
    });
  } finally {
    packed.destroy();
    unpacker.destroy();
    await done;
  }
}

/** All unpacked bytes of a buffer, or null when it cannot be unpacked within the bound. */
export function unpackSync(bytes: Buffer, packing: Packing, maxBytes: number): Buffer | null {
  try {
    if (packing === 'gzip') return zlib.gunzipSync(bytes, { maxOutputLength: maxBytes });
    if (packing === 'zstd' && typeof zlib.zstdDecompressSync === 'function')
      return zlib.zstdDecompressSync(bytes, { maxOutputLength: maxBytes });
  } catch {
    // Broken, or larger than allowed.
  }
  return null;
}

function zstd(path: string): zlib.ZstdDecompress {
  if (typeof zlib.createZstdDecompress === 'function') return zlib.createZstdDecompress();
  return fail('FILE_READ', {
    message: `cannot unpack ${path}: this Node.js knows no zstd`,
    hint: 'use Node.js 22.15 or later, or unpack it with zstd -d',
  });
}
