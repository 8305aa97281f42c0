/**
 * The body of the Engine API's `/logs`: frames of an 8-byte head (stream, three zeros, length as 32-bit big endian) and a payload;
 * plain text where the container has a terminal. Every entry begins with its RFC 3339 time.
 */
import { MAX_LINE_BYTES } from '../file/lines.ts';
import type { ContainerEntry } from './container-line.ts';

const HEAD = 8;
/** A frame is one entry of at most 16 KiB and its time; what is much longer is no frame. */
const MAX_FRAME = 4 * 1024 * 1024;

/** Cuts successive chunks into entries; keeps the unfinished one in bounded memory. */
export class LogFrames {
  malformed = 0;
  truncated = 0;
  private rest: Buffer = Buffer.alloc(0);
  private skip = 0;
  private readonly isTerminal: boolean;

  constructor(isTerminal: boolean) {
    this.isTerminal = isTerminal;
  }

  /** Entries completed by this chunk. Throws when it cannot be a stream of frames. */
  push(chunk: Buffer): ContainerEntry[] {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const skipped = Math.min(this.skip, bytes.length);
    this.skip -= skipped;
    bytes = bytes.subarray(skipped);
    const entries: ContainerEntry[] = [];
    const stop = this.isTerminal ? this.cutLines(bytes, entries) : this.cutFrames(bytes, entries);
    this.rest = Buffer.from(bytes.subarray(stop));
    return entries;
  }

  private cutFrames(bytes: Buffer, entries: ContainerEntry[]): number {
    let at = 0;
    while (at + HEAD <= bytes.length) {
      const stream = bytes[at]!;
      const length = bytes.readUInt32BE(at + 4);
      if (stream > 3 || bytes[at + 1] !== 0 || bytes[at + 2] !== 0 || bytes[at + 3] !== 0 || length > MAX_FRAME)
        throw new Error('the engine sends no log frames');
      const start = at + HEAD;
      const end = start + length;
      if (end > bytes.length && bytes.length - start <= MAX_LINE_BYTES) return at;
      this.take(bytes.subarray(start, end), stream === 2 ? 'stderr' : 'stdout', entries);
      this.skip = Math.max(0, end - bytes.length);
      at = Math.min(end, bytes.length);
    }
    return at;
  }

  private cutLines(bytes: Buffer, entries: ContainerEntry[]): number {
    let at = 0;
    for (let lf = bytes.indexOf(10); lf >= 0; lf = bytes.indexOf(10, at)) {
      this.take(bytes.subarray(at, lf + 1), 'stdout', entries);
      at = lf + 1;
    }
    if (bytes.length - at <= MAX_LINE_BYTES) return at;
    this.take(bytes.subarray(at), 'stdout', entries);
    return bytes.length;
  }

  private take(payload: Buffer, stream: ContainerEntry['stream'], entries: ContainerEntry[]): void {
    const isLong = payload.length > MAX_LINE_BYTES;
    if (isLong) this.truncated++;
    const blank = payload.subarray(0, 40).indexOf(32);
    if (blank < 20) {
      this.malformed++;
      return;
    }
    const isEnded = payload[payload.length - 1] === 10;
    let end = isLong ? MAX_LINE_BYTES : payload.length;
    if (isEnded && !isLong) end--;
    if (payload[end - 1] === 13) end--;
    entries.push({
      time: payload.toString('latin1', 0, blank),
      stream,
      // Docker cuts at 16 KiB, Podman at 8 and where a read happened to end.
      isPartial: !isEnded && !isLong,
      text: payload.toString('utf8', blank + 1, Math.max(blank + 1, end)),
    });
  }
}

/** A time as text that sorts: seconds since the epoch and nine digits. Null when it is none. */
export function timeKey(time: string): string | null {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time);
  if (parts === null) return null;
  const seconds = Date.parse(`${parts[1]}${parts[3]}`) / 1000;
  if (Number.isNaN(seconds) || seconds < 0) return null;
  return `${String(seconds).padStart(11, '0')}.${(parts[2] ?? '').padEnd(9, '0')}`;
}
