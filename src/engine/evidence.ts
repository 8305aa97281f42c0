/** Finds the texts behind evidence places: first in the batches just read, then by asking the source. */
import { copyText } from '../kit/text.ts';
import type { LineBatch, LineRef } from '../model/line.ts';
import type { Source } from '../sources/source.ts';

/** Batches kept for look-ups. Each is at most a few hundred KiB of text. */
const KEPT_BATCHES = 8;

/** Text shown of one evidence line, in UTF-16 units. */
const MAX_TEXT = 2000;

/** Remembers the newest batches and resolves places to texts. */
export interface Evidence {
  remember(batch: LineBatch): void;
  textsOf(refs: readonly LineRef[]): string[];
}

/** Evidence over the given sources (by id); an unknown source only has what is still remembered. */
export function createEvidence(sourceOf: (id: string) => Source | undefined): Evidence {
  const recent: LineBatch[] = [];

  function inRecent(ref: LineRef): string | null {
    for (let i = recent.length - 1; i >= 0; i--) {
      const batch = recent[i]!;
      if (batch.source.id !== ref.source || batch.generation !== ref.generation) continue;
      const at = indexOfOffset(batch.offsets, ref.offset);
      if (at >= 0) return batch.texts[at] ?? null;
    }
    return null;
  }

  return {
    remember(batch) {
      recent.push(batch);
      if (recent.length > KEPT_BATCHES) recent.shift();
    },
    textsOf(refs) {
      const texts: string[] = [];
      for (const ref of refs) {
        const text = inRecent(ref) ?? sourceOf(ref.source)?.textAt(ref) ?? null;
        if (text !== null) texts.push(copyText(text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text));
      }
      return texts;
    },
  };
}

/** Binary search in rising offsets; -1 when absent. */
function indexOfOffset(offsets: readonly number[], offset: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = offsets[middle]!;
    if (value === offset) return middle;
    if (value < offset) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
