/**
 * Cuts a syslog stream into messages (RFC 6587): octet counting (`LEN SP MSG`) and messages ended by LF may follow each other on
 * one connection; which one it is, is seen at the start of each.
 */
import { MAX_LINE_BYTES } from '../file/lines.ts';

/** A counted message longer than this is no message: the sender is out of step. */
const MAX_COUNTED = 16 * 1024 * 1024;
const MAX_DIGITS = 8;

/** Cuts successive chunks; keeps the unfinished message in bounded memory. */
export class SyslogFramer {
  /** Messages that were longer than the bound and were cut. */
  truncated = 0;
  /** Frames that made no sense. */
  malformed = 0;
  /** The stream cannot be read further: its counts are wrong. */
  broken = false;
  private rest: Buffer = Buffer.alloc(0);
  /** Bytes of the present message that are still to be thrown away; -1: up to the next LF. */
  private skip = 0;

  /** Messages completed by this chunk. The chunk may be reused afterwards. */
  push(chunk: Buffer): string[] {
    const texts: string[] = [];
    const bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const stop = this.cut(bytes, this.skipIn(bytes), texts);
    this.rest = stop >= bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(stop));
    return texts;
  }

  /** The message that was not ended when the peer closed, or null. */
  flush(): string | null {
    const { rest } = this;
    this.rest = Buffer.alloc(0);
    if (rest.length === 0 || this.broken) return null;
    if (counted(rest, 0) !== null) {
      // Its end never came.
      this.malformed++;
      return null;
    }
    return textOf(rest, 0, rest.length);
  }

  private skipIn(bytes: Buffer): number {
    if (this.skip === 0) return 0;
    if (this.skip < 0) {
      const lf = bytes.indexOf(10);
      if (lf < 0) return bytes.length;
      this.skip = 0;
      return lf + 1;
    }
    const now = Math.min(this.skip, bytes.length);
    this.skip -= now;
    return now;
  }

  /** Cuts from `at` on; where the unfinished message begins. */
  private cut(bytes: Buffer, start: number, texts: string[]): number {
    let at = start;
    while (at < bytes.length && !this.broken) {
      const head = counted(bytes, at);
      if (head === 'unfinished') return at;
      const next = head === null ? this.cutLine(bytes, at, texts) : this.cutCounted(bytes, head, texts);
      if (next < 0) return at;
      at = next;
    }
    return bytes.length;
  }

  /** Where the message after this one begins, -1 when it is not complete. */
  private cutLine(bytes: Buffer, at: number, texts: string[]): number {
    const lf = bytes.indexOf(10, at);
    const end = lf < 0 ? bytes.length : lf;
    if (lf < 0 && end - at <= MAX_LINE_BYTES) return -1;
    this.take(bytes, at, end, texts);
    if (lf >= 0) return lf + 1;
    this.skip = -1;
    return bytes.length;
  }

  private cutCounted(bytes: Buffer, head: CountedHead, texts: string[]): number {
    if (head.length > MAX_COUNTED) {
      this.malformed++;
      this.broken = true;
      return bytes.length;
    }
    const end = head.start + head.length;
    if (end > bytes.length) {
      if (bytes.length - head.start <= MAX_LINE_BYTES) return -1;
      this.take(bytes, head.start, bytes.length, texts);
      this.skip = end - bytes.length;
      return bytes.length;
    }
    this.take(bytes, head.start, end, texts);
    // Some senders end a counted message with an LF that they do not count.
    return bytes[end] === 10 ? end + 1 : end;
  }

  private take(bytes: Buffer, start: number, end: number, texts: string[]): void {
    const isLong = end - start > MAX_LINE_BYTES;
    if (isLong) this.truncated++;
    const text = textOf(bytes, start, isLong ? start + MAX_LINE_BYTES : end);
    if (text !== '') texts.push(text);
  }
}

interface CountedHead {
  readonly length: number;
  /** Where the message itself begins. */
  readonly start: number;
}

/** `LEN SP <`; null where an octet count cannot stand here, `unfinished` where more bytes decide. */
function counted(bytes: Buffer, at: number): CountedHead | 'unfinished' | null {
  const first = bytes[at]!;
  if (first < 49 || first > 57) return null;
  let end = at + 1;
  while (end - at <= MAX_DIGITS && bytes[end]! >= 48 && bytes[end]! <= 57) end++;
  if (end + 1 >= bytes.length) {
    const tail = end < bytes.length ? bytes[end] === 32 : end - at <= MAX_DIGITS;
    return tail ? 'unfinished' : null;
  }
  if (bytes[end] !== 32 || bytes[end + 1] !== 60) return null;
  let length = 0;
  for (let digit = at; digit < end; digit++) length = length * 10 + bytes[digit]! - 48;
  return { length, start: end + 1 };
}

/** Text without the LF, CR or NUL that writers put at the end. */
export function textOf(bytes: Buffer, start: number, end: number): string {
  let last = end;
  while (last > start && (bytes[last - 1] === 10 || bytes[last - 1] === 13 || bytes[last - 1] === 0)) last--;
  return bytes.toString('utf8', start, last);
}
