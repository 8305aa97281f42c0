/** Remembers the newest lines of an origin that cannot be asked again, so that evidence of minutes ago still has its text. */
import type { LineBatch, LineRef } from '../../model/line.ts';

/** UTF-16 units of text kept. */
const MAX_CHARS = 4 * 1024 * 1024;
const MAX_BATCHES = 16_384;

interface Kept {
  readonly batch: LineBatch;
  readonly chars: number;
}

/** The newest batches of one source. Asked only about evidence, so looking through them all is cheap enough. */
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
    for (let i = this.kept.length - 1; i >= this.head; i--) {
      const { source, generation, texts, offsets } = this.kept[i]!.batch;
      if (source.id !== place.source || generation !== place.generation) continue;
      if (offsets[0]! > place.offset || offsets.at(-1)! < place.offset) continue;
      const at = offsets.indexOf(place.offset);
      if (at >= 0) return texts[at] ?? null;
    }
    return null;
  }
}
