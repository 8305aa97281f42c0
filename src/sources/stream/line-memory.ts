/** Remembers the newest lines of an origin that cannot be asked again, so that evidence of minutes ago still has its text. */
import type { LineBatch, LineRef } from '../../model/line.ts';

/** UTF-16 units of text kept. */
const MAX_CHARS = 4 * 1024 * 1024;
const MAX_BATCHES = 16_384;

interface Kept {
  readonly batch: LineBatch;
  readonly chars: number;
}

/** The newest batches of one source, whose offsets rise over all its streams. */
export class LineMemory {
  private readonly kept: Kept[] = [];
  /** Batches before this one are forgotten; they are moved out many at a time. */
  private head = 0;
  private chars = 0;

  /** Keeps a batch and forgets the oldest ones. */
  remember(batch: LineBatch): void {
    let chars = 0;
    for (const text of batch.texts) chars += text.length;
    this.kept.push({ batch, chars });
    this.chars += chars;
    while (this.chars > MAX_CHARS || this.kept.length - this.head > MAX_BATCHES)
      this.chars -= this.kept[this.head++]!.chars;
    if (this.head < 1024) return;
    this.kept.splice(0, this.head);
    this.head = 0;
  }

  /** The text of a line, or null when it is forgotten. */
  textAt(place: LineRef): string | null {
    let low = this.head;
    let high = this.kept.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.kept[middle]!.batch.offsets[0]! <= place.offset) low = middle;
      else high = middle - 1;
    }
    const batch = this.kept[low]?.batch;
    if (batch === undefined || batch.source.id !== place.source || batch.generation !== place.generation) return null;
    const at = batch.offsets.indexOf(place.offset);
    return at < 0 ? null : (batch.texts[at] ?? null);
  }
}
