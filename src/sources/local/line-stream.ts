/** Cuts a stream of bytes that cannot be read again into batches of lines. */
import type { LineBatch, LineRef, SourceRef } from '../../model/line.ts';
import { LineCutter } from '../file/lines.ts';
import { LineMemory } from '../stream/line-memory.ts';

/** Lines of successive streams of one source. */
export class LineStream {
  truncated = 0;
  private readonly memory = new LineMemory();
  private readonly ref: SourceRef;
  private readonly now: () => number;
  private runs = 0;

  constructor(ref: SourceRef, now: () => number) {
    this.ref = ref;
    this.now = now;
  }

  /** Batches of all lines until the stream ends; the last line counts without its LF. The reader's pace is the stream's. */
  async *batches(bytes: AsyncIterable<Buffer>): AsyncGenerator<LineBatch> {
    const cutter = new LineCutter(0);
    const generation = `run-${this.now().toString(36)}-${(this.runs++).toString(36)}`;
    const batch = (texts: readonly string[], offsets: readonly number[]): LineBatch => {
      const made = { source: this.ref, generation, texts, offsets, checkpoint: {}, readAt: this.now() };
      this.memory.remember(made);
      return made;
    };
    try {
      for await (const chunk of bytes) {
        const cut = cutter.push(chunk);
        this.truncated += cutter.truncated;
        cutter.truncated = 0;
        if (cut.texts.length > 0) yield batch(cut.texts, cut.offsets);
      }
    } finally {
      this.truncated += cutter.truncated;
    }
    const last = cutter.flush();
    if (last !== null) yield batch([last.text], [last.offset]);
  }

  /** The text of a line read not long ago. */
  textAt(place: LineRef): string | null {
    return this.memory.textAt(place);
  }
}
