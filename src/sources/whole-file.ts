/** Reads whole files for `scan`: as fast as the disk gives them, plain, gzip or zstd. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fail } from '../kit/errors.ts';
import type { LineBatch, SourceRef } from '../model/line.ts';
import { type CutLines, LineCutter, type PassOver } from './file/lines.ts';
import { isRecords, RecordCutter } from './file/records.ts';
import { packingOf, unpackedChunks } from './file/unpack.ts';

/** The text of a larger piece would lie outside the young heap, on pages of its own that are faulted in for each. */
const CHUNK = 120 * 1024;
/** Bytes that tell what a file is. */
const HEAD = 64;

/** How a file is read. */
export interface ReadOptions {
  readonly passOver?: PassOver | null;
  /** Only so many bytes at the end of a plain file, from the first whole line on. */
  readonly lastBytes?: number;
}

/** Batches of all lines of a file; the last line counts without its LF. Throws FILE_READ. */
export async function* readWholeFile(
  path: string,
  ref: SourceRef,
  options: ReadOptions = {},
): AsyncGenerator<LineBatch> {
  const fd = open(path);
  const stat = fstatSync(fd);
  const start = Math.max(0, stat.size - (options.lastBytes ?? stat.size));
  const packing = packingOf(path, headOf(fd));
  const begins = packing === null ? 0 : -start;
  let cutter: LineCutter | RecordCutter = new LineCutter(start + begins, options.passOver ?? null);
  let isPart = start + begins > 0;
  let isFirst = !isPart;
  const batch = ({ texts, offsets, passed, bytes, bytesAt }: CutLines): LineBatch => ({
    source: ref,
    generation: path,
    texts,
    offsets,
    bytes,
    bytesAt,
    passed,
    checkpoint: {},
    readAt: stat.mtimeMs,
  });
  try {
    for await (const chunk of packing === null ? plainChunks(fd, start) : unpackedChunks(path, packing)) {
      if (isFirst && isRecords(chunk.subarray(0, HEAD))) cutter = new RecordCutter();
      isFirst = false;
      const cut = cutter.push(chunk);
      if (isPart && cut.texts.length > 0) {
        // Reading began inside this line.
        cut.texts.shift();
        cut.offsets.shift();
        isPart = false;
      }
      if (cut.texts.length + cut.passed > 0) yield batch(cut);
    }
    const last = cutter.flush();
    if (last !== null) yield batch({ texts: [last.text], offsets: [last.offset], passed: 0, bytes: null, bytesAt: 0 });
  } finally {
    closeSync(fd);
  }
}

function open(path: string): number {
  try {
    const fd = openSync(path, 'r');
    if (fstatSync(fd).isDirectory())
      fail('FILE_READ', { message: `${path} is a folder`, hint: 'name log files, e.g. /var/log/auth.log' });
    return fd;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AppError') throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    const why =
      code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : (cause as Error).message;
    return fail('FILE_READ', {
      message: `cannot read ${path}: ${why}`,
      hint: code === 'EACCES' ? 'run as root or as a member of the group adm' : 'check the name',
      cause,
    });
  }
}

function headOf(fd: number): Buffer {
  const bytes = Buffer.alloc(HEAD);
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, HEAD, 0));
  } catch {
    // A pipe has no place to go back to: it is plain text.
    return Buffer.alloc(0);
  }
}

function* plainChunks(fd: number, start: number): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (let at = start; ; ) {
    const got = readSync(fd, chunk, 0, CHUNK, start === 0 ? null : at);
    at += got;
    if (got === 0) return;
    yield chunk.subarray(0, got);
  }
}
