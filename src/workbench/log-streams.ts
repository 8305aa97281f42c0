/** Several logs as one history: their lines in the order of their times, with one piece of each log in memory. */
import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import type { Decode } from '../decoders/decode.ts';
import { fail } from '../kit/errors.ts';
import type { LineBatch, SourceRef } from '../model/line.ts';
import type { LogEvent } from '../model/log-event.ts';
import { LineCutter } from '../sources/file/lines.ts';
import { readWholeFile } from '../sources/whole-file.ts';
import { type MachineLog, writtenAt } from './machine-logs.ts';

/** What takes the events, in order. */
export interface StreamSink {
  event(
    event: LogEvent,
    place: { readonly source: string; readonly generation: string; readonly offset: number; readonly text: string },
  ): void;
  /** A line that made something throw. */
  fault(error: unknown, text: string): void;
  /** So much of all bytes has been read, 0 to 1, and so many lines. */
  progress?(done: number, lines: number): void;
}

/** Totals of a walk. */
export interface WalkTotals {
  lines: number;
  decoded: number;
  faults: number;
}

/** How a walk is made. */
export interface WalkOptions {
  readonly logs: readonly MachineLog[];
  /** Events before this are left out; files last written before it are not opened. Ms since the epoch. */
  readonly from: number;
  decoderOf(source: SourceRef): Decode;
}

/** Packed text is about so many times smaller; only the progress rests on it. */
const PACKING = 10;

/** Walks all logs together. Throws FILE_READ for a log that cannot be read. */
export async function walkLogs(options: WalkOptions, sink: StreamSink): Promise<WalkTotals> {
  const totals: WalkTotals = { lines: 0, decoded: 0, faults: 0 };
  const streams = options.logs.map((log) => createStream(log, options, totals, sink));
  const open: Stream[] = [];
  for (const stream of streams) if (await stream.fill()) open.push(stream);
  while (open.length > 0) {
    const { first, limit } = earliest(open);
    // Mostly many lines of one log follow each other.
    while (first.event !== null && first.event.time <= limit) {
      first.take();
      first.step();
    }
    if (first.event !== null) continue;
    sink.progress?.(streams.reduce((sum, each) => sum + each.done(), 0) / streams.length, totals.lines);
    if (!(await first.fill())) open.splice(open.indexOf(first), 1);
  }
  return totals;
}

/** The stream whose next event is oldest, and the time up to which it stays so. */
function earliest(open: readonly Stream[]): { first: Stream; limit: number } {
  let first = open[0]!;
  let limit = Number.POSITIVE_INFINITY;
  for (const stream of open) {
    if (stream === first) continue;
    if (stream.event!.time < first.event!.time) {
      limit = first.event!.time;
      first = stream;
    } else limit = Math.min(limit, stream.event!.time);
  }
  return { first, limit };
}

interface Stream {
  /** The event that comes next; null when the piece is used up. */
  readonly event: LogEvent | null;
  take(): void;
  /** Goes on to the next event of the piece. */
  step(): void;
  /** Reads the next piece that holds an event; false at the end. */
  fill(): Promise<boolean>;
  done(): number;
}

function createStream(log: MachineLog, options: WalkOptions, totals: WalkTotals, sink: StreamSink): Stream {
  const ref: SourceRef = { id: `file:${log.name}`, program: log.program, timezone: log.timezone };
  const decoder = options.decoderOf(ref);
  const progress = createProgress(log, options.from);
  const batches =
    log.journal === null
      ? fileBatches(log, ref, options.from, progress)
      : journalBatches(log.journal, ref, options.from);
  let batch: LineBatch | null = null;
  let index = -1;
  let event: LogEvent | null = null;

  function step(): void {
    event = null;
    if (batch === null) return;
    while (++index < batch.texts.length) {
      const text = batch.texts[index]!;
      totals.lines++;
      try {
        const decoded = decoder.decode(text, batch.readAt);
        if (decoded === null) continue;
        totals.decoded++;
        if (decoded.time < options.from) continue;
        event = decoded;
        return;
      } catch (error) {
        totals.faults++;
        sink.fault(error, text);
      }
    }
  }

  return {
    get event() {
      return event;
    },
    step,
    take() {
      const text = batch!.texts[index]!;
      try {
        sink.event(event!, { source: ref.id, generation: batch!.generation, offset: batch!.offsets[index]!, text });
      } catch (error) {
        totals.faults++;
        sink.fault(error, text);
      }
    },
    async fill() {
      while (event === null) {
        const next = await batches.next();
        if (next.done === true) return false;
        batch = next.value;
        progress.at(batch.offsets.at(-1) ?? 0);
        index = -1;
        step();
      }
      return true;
    },
    done: progress.done,
  };
}

interface Progress {
  begin(size: number, packed: boolean): void;
  at(offset: number): void;
  done(): number;
}

function createProgress({ files }: MachineLog, from: number): Progress {
  const total = files.reduce((sum, path) => sum + (writtenAt(path) < from ? 0 : sizeOf(path)), 0);
  let before = 0;
  let size = 0;
  let read = 0;
  let packing = 1;
  return {
    begin(next, packed) {
      before += size;
      size = next;
      read = 0;
      packing = packed ? PACKING : 1;
    },
    at(offset) {
      read = Math.min(size, offset / packing);
    },
    done: () => (total === 0 ? 0 : Math.min(1, (before + read) / total)),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

async function* fileBatches(
  log: MachineLog,
  ref: SourceRef,
  from: number,
  progress: Progress,
): AsyncGenerator<LineBatch, undefined> {
  for (const path of log.files) {
    if (writtenAt(path) < from) continue;
    progress.begin(sizeOf(path), path.endsWith('.gz'));
    yield* readWholeFile(path, ref);
  }
}

async function* journalBatches(
  command: readonly string[],
  ref: SourceRef,
  from: number,
): AsyncGenerator<LineBatch, undefined> {
  const [program, ...before] = command;
  const args = [...before, '-o', 'json', '--no-pager', `--since=@${Math.max(0, Math.floor(from / 1000))}`];
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let problem: string | null = null;
  child.on('error', (error) => {
    problem = error.message;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const cutter = new LineCutter(0);
  const batch = (texts: string[], offsets: number[]): LineBatch => ({
    source: ref,
    generation: 'journal',
    texts,
    offsets,
    checkpoint: {},
    readAt: Date.now(),
  });
  try {
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      const cut = cutter.push(chunk);
      if (cut.texts.length > 0) yield batch(cut.texts, cut.offsets);
    }
    const last = cutter.flush();
    if (last !== null) yield batch([last.text], [last.offset]);
    const code = await ended;
    if (code !== 0) problem ??= `it ended with ${code}`;
  } finally {
    child.kill();
  }
  if (problem !== null)
    fail('FILE_READ', {
      message: `cannot read the journal with ${program}: ${problem}`,
      hint: 'is the journal kept on this machine, and may this user read it?',
    });
}
