/**
 * Where reading a container's log stopped. The API is asked by time; each of the two streams is in order, so the newest time of each
 * and how many entries had it tell exactly what was read.
 */
import type { ContainerEntry } from './container-line.ts';
import { timeKey } from './log-frames.ts';

interface Mark {
  key: string;
  /** Entries of that time read. */
  count: number;
}

const STREAMS = ['stdout', 'stderr'] as const;

/** A position in one container's log. */
export class LogPosition {
  /** Lines handed on so far, over all runs: their numbers. */
  lines: number;
  private readonly marks: Record<ContainerEntry['stream'], Mark>;
  /** Where a stream stood before the first piece of a line that is not finished. */
  private readonly held: Record<ContainerEntry['stream'], Mark | null> = { stdout: null, stderr: null };
  private readonly met: Record<ContainerEntry['stream'], number> = { stdout: 0, stderr: 0 };

  constructor(saved: string | null) {
    const [lines = 0, out = '', outCount = 0, err = '', errCount = 0] =
      saved === null ? [] : (JSON.parse(saved) as [number, string, number, string, number]);
    this.lines = lines;
    this.marks = { stdout: { key: out, count: outCount }, stderr: { key: err, count: errCount } };
  }

  /** Takes everything before this moment (ms since the epoch) for read. */
  skipTo(now: number): void {
    const key = timeKey(new Date(now).toISOString()) ?? '';
    for (const mark of Object.values(this.marks)) Object.assign(mark, { key, count: 0 });
  }

  /** `since` of the request: whole seconds, a second early, null where nothing was read. */
  get since(): number | null {
    const keys = [this.marks.stdout.key, this.marks.stderr.key].filter((key) => key !== '').sort();
    return keys[0] === undefined ? null : Math.max(0, Math.floor(Number(keys[0])) - 1);
  }

  /** To be called before a new request: entries of the newest time are met again, unfinished lines are read again. */
  rewind(): void {
    for (const stream of STREAMS) {
      this.met[stream] = 0;
      Object.assign(this.marks[stream], this.held[stream]);
      this.held[stream] = null;
    }
  }

  /** True when the entry is new; notes it. */
  advance({ stream, time, isPartial }: ContainerEntry): boolean {
    const mark = this.marks[stream];
    const before = { ...mark };
    if (!this.move(stream, mark, timeKey(time))) return false;
    // A line counts as read when its last piece is.
    this.held[stream] = isPartial ? (this.held[stream] ?? before) : null;
    return true;
  }

  private move(stream: ContainerEntry['stream'], mark: Mark, key: string | null): boolean {
    if (key === null) return true;
    if (key < mark.key) return false;
    if (key > mark.key) {
      mark.key = key;
      mark.count = 1;
      this.met[stream] = 1;
      return true;
    }
    if (++this.met[stream] <= mark.count) return false;
    mark.count = this.met[stream];
    return true;
  }

  /** What is unfinished is handed on as it is: the log ended. */
  settle(): void {
    for (const stream of STREAMS) this.held[stream] = null;
  }

  /** For the checkpoint. */
  save(): string {
    const [stdout, stderr] = STREAMS.map((stream) => this.held[stream] ?? this.marks[stream]) as [Mark, Mark];
    return JSON.stringify([this.lines, stdout.key, stdout.count, stderr.key, stderr.count]);
  }
}
