/**
 * Lines of containers in one form, whoever wrote the file: `TIME STREAM F TEXT`, the CRI format of Kubernetes' runtimes. Pieces of
 * one long line are joined, within bounds.
 */
import type { Checkpoint, LineBatch } from '../../model/line.ts';
import { MAX_LINE_BYTES } from '../file/lines.ts';

/** One entry of a container's log. */
export interface ContainerEntry {
  /** As the runtime wrote it, RFC 3339. */
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  /** The line goes on in the next entry of this stream. */
  readonly isPartial: boolean;
  readonly text: string;
}

/** Reads one line of a file, or null when it is none. */
export type ReadEntry = (line: string) => ContainerEntry | null;

/** Docker's json-file: `{"log":"text\n","stream":"stdout","time":"..."}`; an entry without LF that is full goes on. */
export function readJsonFile(line: string): ContainerEntry | null {
  if (line.charCodeAt(0) !== 123) return null;
  let entry: { log?: unknown; stream?: unknown; time?: unknown };
  try {
    entry = JSON.parse(line) as typeof entry;
  } catch {
    return null;
  }
  const { log, stream, time } = entry;
  if (typeof log !== 'string' || typeof time !== 'string' || !isTime(time)) return null;
  const isEnded = log.endsWith('\n');
  return {
    time,
    stream: stream === 'stderr' ? 'stderr' : 'stdout',
    // The copier cuts at 16 KiB; what is shorter without an LF is the end of the output.
    isPartial: !isEnded && log.length >= 8192 && Buffer.byteLength(log) >= 16_000,
    text: withoutEnd(log),
  };
}

/** The CRI format: `TIME stdout P|F[:tags] TEXT`. */
export function readCri(line: string): ContainerEntry | null {
  const blank = line.indexOf(' ');
  if (blank < 20 || blank > 36) return null;
  const isOut = line.startsWith(' stdout ', blank);
  if (!isOut && !line.startsWith(' stderr ', blank)) return null;
  const tag = line.charCodeAt(blank + 8);
  const end = line.indexOf(' ', blank + 8);
  if ((tag !== 70 && tag !== 80) || (line[blank + 9] !== ':' && end !== blank + 9)) return null;
  const time = line.slice(0, blank);
  if (!isTime(time)) return null;
  return { time, stream: isOut ? 'stdout' : 'stderr', isPartial: tag === 80, text: end < 0 ? '' : line.slice(end + 1) };
}

/** The form in which a line goes to the decoders. */
export function criLine(entry: Pick<ContainerEntry, 'time' | 'stream' | 'text'>): string {
  return `${entry.time} ${entry.stream} F ${entry.text}`;
}

/** Running totals. */
export interface ContainerTally {
  malformed: number;
  joinedTooLong: number;
}

interface Pending {
  readonly time: string;
  text: string;
  readonly offset: number;
}

/**
 * Joins entries of one container. A checkpoint goes back to the first piece of what is unfinished; lines behind it that were
 * handed on before are passed over at the second reading.
 */
export function createJoin(
  readEntry: ReadEntry,
  tally: ContainerTally,
  resume: Checkpoint | null,
): (batch: LineBatch) => LineBatch {
  const pending = new Map<ContainerEntry['stream'], Pending>();

  function join(line: string, offset: number, texts: string[], offsets: number[]): void {
    const entry = readEntry(line);
    const emit = (text: string): void => {
      if (offset < handed) return;
      texts.push(text);
      // Where it ended: offsets of a batch must rise.
      offsets.push(offset);
    };
    if (entry === null) {
      tally.malformed++;
      emit(line);
      return;
    }
    const before = pending.get(entry.stream);
    if (before === undefined && !entry.isPartial) {
      emit(criLine(entry));
      return;
    }
    const joined: Pending = before ?? { time: entry.time, text: '', offset };
    if (joined.text.length + entry.text.length <= MAX_LINE_BYTES) joined.text += entry.text;
    else if (joined.text.length < MAX_LINE_BYTES) {
      joined.text = (joined.text + entry.text).slice(0, MAX_LINE_BYTES);
      tally.joinedTooLong++;
    }
    if (entry.isPartial) {
      pending.set(entry.stream, joined);
      return;
    }
    pending.delete(entry.stream);
    emit(criLine({ time: joined.time, stream: entry.stream, text: joined.text }));
  }

  let generation = '';
  /** Lines of the present file before this position were handed on in another run. */
  let handed = 0;
  return (batch) => {
    if (batch.generation !== generation) {
      generation = batch.generation;
      handed = resume?.generation === generation ? Number(resume.handed ?? 0) : 0;
      // The rest of a line in a new file has no place in it to go back to.
      for (const [stream, each] of pending) pending.set(stream, { ...each, offset: Number.POSITIVE_INFINITY });
    }
    const texts: string[] = [];
    const offsets: number[] = [];
    for (let i = 0; i < batch.texts.length; i++) join(batch.texts[i]!, batch.offsets[i]!, texts, offsets);
    return { ...batch, texts, offsets, checkpoint: heldBack(batch.checkpoint, pending.values()) };
  };
}

/** The resume point, no further than the first piece of an unfinished line. */
function heldBack(checkpoint: Checkpoint, pending: Iterable<Pending>): Checkpoint {
  let position = Number(checkpoint.position);
  for (const each of pending) position = Math.min(position, each.offset);
  return position === checkpoint.position ? checkpoint : { ...checkpoint, position, handed: checkpoint.position ?? 0 };
}

function isTime(text: string): boolean {
  return text.length >= 20 && text.length <= 36 && text.charCodeAt(10) === 84 && !text.includes(' ');
}

function withoutEnd(text: string): string {
  const end = text.endsWith('\n') ? text.length - 1 : text.length;
  return text.slice(0, text.charCodeAt(end - 1) === 13 ? end - 1 : end);
}
