/** Reads whole files for `scan`: as fast as the disk gives them, plain or gzip. */
import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { fail } from '../kit/errors.ts';
import type { LineBatch, SourceRef } from '../model/line.ts';
import { LineCutter, type PassOver } from './file/lines.ts';

/** Larger pieces live outside the young heap and cost more than they save. */
const CHUNK = 256 * 1024;

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
  const cutter = new LineCutter(start, options.passOver ?? null);
  let isPart = start > 0;
  const batch = (texts: string[], offsets: number[], passed: number): LineBatch => ({
    source: ref,
    generation: path,
    texts,
    offsets,
    passed,
    checkpoint: {},
    readAt: stat.mtimeMs,
  });
  try {
    for await (const chunk of path.endsWith('.gz') ? gzipChunks(path) : plainChunks(fd, start)) {
      const cut = cutter.push(chunk);
      if (isPart && cut.texts.length > 0) {
        // Reading began inside this line.
        cut.texts.shift();
        cut.offsets.shift();
        isPart = false;
      }
      if (cut.texts.length + cut.passed > 0) yield batch(cut.texts, cut.offsets, cut.passed);
    }
    const last = cutter.flush();
    if (last !== null) yield batch([last.text], [last.offset], 0);
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

function* plainChunks(fd: number, start: number): Generator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  for (let at = start; ; ) {
    const got = readSync(fd, chunk, 0, CHUNK, start === 0 ? null : at);
    at += got;
    if (got === 0) return;
    yield chunk.subarray(0, got);
  }
}

async function* gzipChunks(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(path).pipe(createGunzip())) yield chunk as Buffer;
  } catch (cause) {
    fail('FILE_READ', {
      message: `cannot unpack ${path}: ${(cause as Error).message}`,
      hint: 'is it complete and gzip?',
      cause,
    });
  }
}
