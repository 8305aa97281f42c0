/** Reads files out of a .zip archive: stored or deflated, as PKWARE's APPNOTE 6.3 says; no encryption, no ZIP64. */
import { inflateRawSync } from 'node:zlib';
import { fail } from '../../kit/errors.ts';

/** One file of an archive. */
export interface Unzipped {
  readonly name: string;
  readonly bytes: Buffer;
}

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** The end record stands before a comment of at most so many bytes. */
const LONGEST_COMMENT = 65_535;

/** The files whose names are wanted; together no more than `most` bytes. Throws RULES_ARCHIVE. */
export function unzip(
  archive: Buffer,
  { wanted, most }: { wanted(name: string): boolean; readonly most: number },
): Unzipped[] {
  const end = endOf(archive);
  const out: Unzipped[] = [];
  let left = most;
  let at = archive.readUInt32LE(end + 16);
  for (let n = archive.readUInt16LE(end + 10); n > 0; n--) {
    if (at + 46 > archive.length || archive.readUInt32LE(at) !== ENTRY) return broken('its list of files is cut off');
    const nameLength = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    if (wanted(name)) {
      const bytes = fileAt(archive, at, left);
      left -= bytes.length;
      out.push({ name, bytes });
    }
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return out;
}

function endOf(archive: Buffer): number {
  for (let at = archive.length - 22; at >= Math.max(0, archive.length - 22 - LONGEST_COMMENT); at--)
    if (archive.readUInt32LE(at) === END) return at;
  return broken('it has no end record');
}

function fileAt(archive: Buffer, entry: number, most: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const packed = archive.readUInt32LE(entry + 20);
  const local = archive.readUInt32LE(entry + 42);
  if ((archive.readUInt16LE(entry + 8) & 1) !== 0) return broken('it is encrypted');
  if (local + 30 > archive.length || archive.readUInt32LE(local) !== LOCAL) return broken('a file lies outside it');
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(start, start + packed);
  if (method === 0) return bytes.length <= most ? bytes : broken('it unpacks to too much');
  if (method !== 8) return broken(`it uses packing method ${method}`);
  try {
    return inflateRawSync(bytes, { maxOutputLength: Math.max(1, most) });
  } catch (cause) {
    return broken(cause instanceof Error ? cause.message : String(cause));
  }
}

function broken(why: string): never {
  return fail('RULES_ARCHIVE', {
    message: `the .zip archive cannot be read: ${why}`,
    hint: 'unpack it and name the folder',
  });
}
