/** Reads a source in a test as the engine does: one batch after the other, each line decoded by its stream's own decoder. */
import { createDecode } from '../../src/decoders/decode.ts';
import { withOrigin } from '../../src/decoders/origin.ts';
import type { Checkpoint, LineBatch } from '../../src/model/line.ts';
import type { LogEvent } from '../../src/model/log-event.ts';
import type { Source } from '../../src/sources/source.ts';

/** What came so far. */
export interface Reading {
  readonly batches: LineBatch[];
  readonly texts: string[];
  /** Stream ids in the order of texts. */
  readonly streams: string[];
  checkpoint: Checkpoint | null;
  /** Waits until so many lines came; throws after a minute. */
  lines(count: number): Promise<void>;
  events(): (LogEvent | null)[];
  /** Holds the engine back. */
  paused: boolean;
  stop(): Promise<void>;
}

/** Begins to read. */
export function readSource(source: Source, resume: Checkpoint | null = null): Reading {
  const abort = new AbortController();
  const reading: Reading = {
    batches: [],
    texts: [],
    streams: [],
    checkpoint: null,
    paused: false,
    async lines(count) {
      await until(() => reading.texts.length >= count, `${count} lines (there are ${reading.texts.length})`);
    },
    events() {
      const decoders = new Map<string, ReturnType<typeof createDecode>>();
      return reading.batches.flatMap((batch) => {
        const { id, program, timezone, origin } = batch.source;
        const decoder =
          decoders.get(id) ??
          withOrigin(createDecode({ timezone: timezone ?? 'UTC', program, persist: false }), origin);
        decoders.set(id, decoder);
        return batch.texts.map((text) => decoder.decode(text, batch.readAt));
      });
    },
    async stop() {
      reading.paused = false;
      abort.abort();
      await done;
    },
  };
  const run = async (): Promise<void> => {
    for await (const batch of source.read(resume, abort.signal)) {
      while (reading.paused) await new Promise((resolve) => setTimeout(resolve, 5));
      reading.batches.push(batch);
      reading.texts.push(...batch.texts);
      reading.streams.push(...batch.texts.map(() => batch.source.id));
      reading.checkpoint = batch.checkpoint;
      source.committed?.(batch.checkpoint);
    }
  };
  const done = run();
  return reading;
}

/** Waits for a condition, up to a minute. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  for (const end = performance.now() + 60_000; performance.now() < end; ) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for ${what}`);
}
