/** The newest hits of a search in bounded memory, and which of them are new since they were last asked for. */
import type { LogEvent } from '../model/log-event.ts';
import type { LogFile } from './log-files.ts';

/** A line that was found. */
export interface Hit {
  /** Its own time, or of the line before it where it has none; 0 when no line of the file has one. */
  readonly at: number;
  /** Position of its first byte in the (unpacked) file. */
  readonly offset: number;
  readonly file: LogFile;
  readonly text: string;
  readonly event: LogEvent | null;
}

/** Keeps the newest `limit`. */
export class NewestHits {
  private kept: Hit[] = [];
  private fresh = new Set<Hit>();
  /** Hits not newer than this are among none of the newest. */
  private floor = Number.NEGATIVE_INFINITY;
  private readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  add(hit: Hit): void {
    if (hit.at < this.floor) return;
    this.kept.push(hit);
    this.fresh.add(hit);
    if (this.kept.length >= this.limit * 2) this.cut();
  }

  /** Those that came since the last call and still are among the newest. */
  take(): Hit[] {
    this.cut();
    const taken = [...this.fresh];
    this.fresh.clear();
    return taken;
  }

  private cut(): void {
    if (this.kept.length <= this.limit) return;
    this.kept.sort((a, b) => b.at - a.at || b.offset - a.offset);
    for (const hit of this.kept.splice(this.limit)) this.fresh.delete(hit);
    this.floor = this.kept.at(-1)!.at;
  }
}
