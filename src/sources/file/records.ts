/**
 * Cuts `{"Records":[{...},{...}]}`, as AWS CloudTrail writes its files, into one line a record: without parsing it whole, in bounded
 * memory.
 */
import { type CutLines, MAX_LINE_BYTES } from './lines.ts';

const QUOTE = 34;
const BACKSLASH = 92;

/** True when a file begins like one. */
export function isRecords(head: Uint8Array): boolean {
  return /^\s*\{\s*"Records"\s*:\s*\[/.test(
    Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('latin1'),
  );
}

/** Cuts successive chunks. The same face as LineCutter. */
export class RecordCutter {
  truncated = 0;
  /** Bytes seen. */
  position = 0;
  private depth = 0;
  private inString = false;
  private escaped = false;
  private kept: Buffer[] = [];
  private size = 0;
  private start = 0;

  /** Records completed by this chunk. */
  push(chunk: Buffer): CutLines {
    const texts: string[] = [];
    const offsets: number[] = [];
    let from = this.depth >= RECORD ? 0 : -1;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
        continue;
      }
      if (byte === QUOTE) this.inString = true;
      else if (byte === 123 || byte === 91) {
        if (++this.depth !== RECORD) continue;
        from = at;
        this.start = this.position + at;
      } else if (byte === 125 || byte === 93) {
        if (--this.depth !== RECORD - 1 || from < 0) continue;
        this.keep(chunk.subarray(from, at + 1));
        const text = this.take();
        from = -1;
        if (text === null) continue;
        texts.push(text);
        offsets.push(this.start);
      }
    }
    if (from >= 0) this.keep(chunk.subarray(from));
    this.position += chunk.length;
    return { texts, offsets, passed: 0, bytes: null, bytesAt: 0 };
  }

  /** Nothing follows: half a record is none. */
  flush(): null {
    return null;
  }

  private keep(bytes: Buffer): void {
    this.size += bytes.length;
    if (this.size <= MAX_LINE_BYTES) this.kept.push(Buffer.from(bytes));
    else this.kept = [];
  }

  /** The record kept; half of a longer one could not be read by anybody, so it is only counted. */
  private take(): string | null {
    const text = this.size > MAX_LINE_BYTES ? null : Buffer.concat(this.kept).toString('utf8');
    if (text === null) this.truncated++;
    this.kept = [];
    this.size = 0;
    return text === null ? null : text.replaceAll(/[\r\n]+\s*/g, ' ');
  }
}

/** Depth at which records stand: within the object and its array. */
const RECORD = 3;
