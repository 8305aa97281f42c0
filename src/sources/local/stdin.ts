/** Lines of standard input: `tail -f log | bekci run --file -`. When it ends, the source waits with the others. */
import type { Readable } from 'node:stream';
import type { LineBatch, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import { pause } from '../stream/pause.ts';
import { LineStream } from './line-stream.ts';
import type { StdinSettings } from './settings.ts';

const FOREVER_MS = 2 ** 31 - 1;

/** A source over a stream that is read once. */
export function createStdin(settings: StdinSettings, context: SourceContext, input: Readable = process.stdin): Source {
  const ref: SourceRef = { id: 'stdin', program: settings.program ?? null, timezone: settings.timezone ?? null };
  const lines = new LineStream(ref, context.now);
  let state: SourceState = 'waiting';
  let problem: string | null = null;

  async function* read(_resume: unknown, signal: AbortSignal): AsyncGenerator<LineBatch> {
    // What is waiting for a line that never comes must not hold up the end.
    const stop = (): void => {
      input.destroy();
    };
    signal.addEventListener('abort', stop);
    state = 'reading';
    try {
      if (!input.destroyed) yield* lines.batches(input as AsyncIterable<Buffer>);
    } catch (error) {
      if (!signal.aborted) problem = (error as Error).message;
    } finally {
      signal.removeEventListener('abort', stop);
    }
    if (signal.aborted) return;
    state = 'waiting';
    problem ??= 'standard input has ended';
    while (!signal.aborted) await pause(FOREVER_MS, signal);
  }

  const health = (): SourceHealth => ({ state, lag: 0, rotations: 0, truncated: lines.truncated, problem });
  return { ref, read, health, textAt: (place) => lines.textAt(place) };
}
