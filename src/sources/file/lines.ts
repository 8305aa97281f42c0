/** Cuts chunks of bytes into lines: LF or CRLF ends a line and nothing else does. */

/** Longest line kept, in bytes; the rest of a longer one is skipped and counted. */
export const MAX_LINE_BYTES = 65_536;

/** True for a line in `bytes[start, end)`, pure ASCII, that nobody needs to see. */
export type PassOver = (bytes: Uint8Array, start: number, end: number) => boolean;

/** Lines cut from one chunk. */
export interface CutLines {
  readonly texts: string[];
  /** Position of each line's first byte. */
  readonly offsets: number[];
  /** Lines passed over. */
  readonly passed: number;
  /** What the lines were cut from, where that is pure ASCII, and the position of its first byte. */
  readonly bytes: Uint8Array | null;
  readonly bytesAt: number;
}

/** Cuts successive chunks; keeps the unfinished line between them in bounded memory. */
export class LineCutter {
  /** Position of the first byte of the unfinished line: where to resume. */
  position: number;
  truncated = 0;
  private rest: Buffer = Buffer.alloc(0);
  /** Bytes of the current line already thrown away because it is too long. */
  private skipped = 0;

  private passed = 0;
  private readonly passOver: PassOver | null;

  constructor(position: number, passOver: PassOver | null = null) {
    this.position = position;
    this.passOver = passOver;
  }

  /** Lines completed by this chunk. The buffer may be reused afterwards. */
  push(chunk: Buffer): CutLines {
    const texts: string[] = [];
    const offsets: number[] = [];
    this.passed = 0;
    const firstLf = chunk.indexOf(10);
    if (firstLf < 0) {
      this.keep(chunk);
      return { texts, offsets, passed: this.passed, bytes: null, bytesAt: 0 };
    }
    let from = 0;
    if (this.rest.length > 0 || this.skipped > 0) {
      const head =
        this.rest.length === 0 ? chunk.subarray(0, firstLf) : Buffer.concat([this.rest, chunk.subarray(0, firstLf)]);
      const length = this.rest.length + this.skipped + firstLf;
      texts.push(this.finish(head, this.skipped > 0));
      offsets.push(this.position);
      this.position += length + 1;
      this.rest = Buffer.alloc(0);
      this.skipped = 0;
      from = firstLf + 1;
    }
    const lastLf = chunk.lastIndexOf(10);
    const bytesAt = this.position - from;
    const isAscii = lastLf >= from && this.cutWhole(chunk, from, lastLf + 1, texts, offsets);
    this.keep(chunk.subarray(lastLf + 1));
    return { texts, offsets, passed: this.passed, bytes: isAscii ? chunk : null, bytesAt };
  }

  /** The unfinished line at the end of a file that will not grow, or null. */
  flush(): { text: string; offset: number } | null {
    if (this.rest.length === 0 && this.skipped === 0) return null;
    const text = this.finish(this.rest, this.skipped > 0);
    const offset = this.position;
    this.position += this.rest.length + this.skipped;
    this.rest = Buffer.alloc(0);
    this.skipped = 0;
    return { text, offset };
  }

  /** True where all of it is ASCII. */
  private cutWhole(chunk: Buffer, from: number, to: number, texts: string[], offsets: number[]): boolean {
    const text = chunk.toString('utf8', from, to);
    // As long as a text as bytes: pure ASCII (a broken byte becomes one character too, but three bytes when written back).
    const isAscii = text.length === to - from && !text.includes('\ufffd');
    if (isAscii) this.passed += this.cutAscii(text, chunk, from, texts, offsets);
    else {
      let start = from;
      for (let end = chunk.indexOf(10, start); end >= 0 && end < to; end = chunk.indexOf(10, start)) {
        texts.push(this.finish(chunk.subarray(start, end), false));
        offsets.push(this.position + start - from);
        start = end + 1;
      }
    }
    this.position += to - from;
    return isAscii;
  }

  /** How many lines were passed over. The loop touches no field of this: V8 threw its code away at the end of every chunk when it did. */
  private cutAscii(text: string, chunk: Buffer, from: number, texts: string[], offsets: number[]): number {
    const { passOver, position } = this;
    let passed = 0;
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (passOver?.(chunk, from + start, from + end) === true) passed++;
      else {
        texts.push(end - start > MAX_LINE_BYTES ? this.shortened(text, start) : lineOf(text, start, end));
        offsets.push(position + start);
      }
      start = end + 1;
    }
    return passed;
  }

  private shortened(text: string, start: number): string {
    this.truncated++;
    return text.slice(start, start + MAX_LINE_BYTES);
  }

  private keep(tail: Buffer): void {
    if (tail.length === 0) return;
    const room = MAX_LINE_BYTES - this.rest.length;
    const kept = tail.subarray(0, Math.max(0, room));
    this.rest = this.rest.length === 0 ? Buffer.from(kept) : Buffer.concat([this.rest, kept]);
    this.skipped += tail.length - kept.length;
  }

  private finish(bytes: Buffer, cut: boolean): string {
    let end = bytes.length;
    if (cut || end > MAX_LINE_BYTES) {
      this.truncated++;
      end = Math.min(end, MAX_LINE_BYTES);
    } else if (end > 0 && bytes[end - 1] === 13) {
      end--;
    }
    return bytes.toString('utf8', 0, end);
  }
}

function lineOf(text: string, start: number, end: number): string {
  return text.slice(start, end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end);
}
