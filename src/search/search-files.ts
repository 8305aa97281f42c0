/** The search itself: files through decoders, each line against the query, within a stretch of time. No effects. */
import { describeError } from '../kit/errors.ts';
import type { LineBatch, SourceRef } from '../model/line.ts';
import type { LogEvent } from '../model/log-event.ts';
import { readWholeFile } from '../sources/whole-file.ts';
import { type Candidate, compileQuery } from './compile-query.ts';
import type { LogFile } from './log-files.ts';
import type { Hit } from './newest-hits.ts';
import { type Query, termsOf } from './query.ts';

/** What is looked for, and where. */
export interface SearchRequest {
  readonly query: Query;
  /** Milliseconds since the epoch; `to` is not part of it. */
  readonly from: number | null;
  readonly to: number | null;
  /** In the order in which they are read. */
  readonly files: readonly LogFile[];
}

/** Turns lines of a source into events. */
export interface SearchDecoders {
  decoderOf(source: SourceRef): { decode(text: string, nowMs: number): LogEvent | null };
}

/** How far it is. */
export interface SearchProgress {
  readonly lines: number;
  readonly matched: number;
  /** Bytes of files as they lie on the disk. */
  readonly bytes: number;
  readonly files: number;
}

/** Who hears what is found. */
export interface SearchSink {
  /** False ends the search. */
  hit(hit: Hit): boolean;
  /** Called after each piece of a file; false ends the search. */
  progress(progress: SearchProgress): boolean;
}

/** What came of it. */
export interface SearchSummary extends SearchProgress {
  readonly complete: boolean;
  readonly problems: readonly { readonly file: string; readonly message: string }[];
  /** Fields of the query that no line had, with the nearest one that lines do have. */
  readonly unseen: readonly { readonly field: string; readonly nearest: string | null }[];
}

const MAX_FIELDS = 2000;
const CANNOT_READ = /\.(?:bz2|xz|lz4|zip|7z)$/i;

/** Reads the files in order. Files that cannot be read are told of at the end; nothing is thrown for them. */
export async function searchFiles(
  request: SearchRequest,
  decoders: SearchDecoders,
  sink: SearchSink,
): Promise<SearchSummary> {
  const test = compileQuery(request.query);
  const fields = new FieldNames(request.query);
  const problems: { file: string; message: string }[] = [];
  const { from, to } = request;
  const count = { lines: 0, matched: 0, bytes: 0, files: 0 };
  let complete = true;
  let lower: string | null = null;
  let current = '';
  const line: { event: LogEvent | null } & Candidate = {
    event: null,
    lower: () => {
      lower ??= current.toLowerCase();
      return lower;
    },
  };

  /** False when the search is to end. */
  function search(batch: LineBatch, file: LogFile, decode: (text: string, now: number) => LogEvent | null): boolean {
    const { texts, offsets, readAt } = batch;
    for (let index = 0; index < texts.length; index++) {
      current = texts[index]!;
      lower = null;
      line.event = safely(decode, current, readAt);
      if (line.event !== null) {
        lastAt = line.event.time;
        fields.see(line.event);
      }
      count.lines++;
      if ((from !== null && lastAt < from) || (to !== null && lastAt >= to) || !test(line)) continue;
      count.matched++;
      if (!sink.hit({ at: lastAt, offset: offsets[index]!, file, text: current, event: line.event })) return false;
    }
    return true;
  }

  let lastAt = 0;
  for (const file of request.files) {
    if (!complete) break;
    count.files++;
    const before = count.bytes;
    if (CANNOT_READ.test(file.path))
      problems.push({ file: file.path, message: 'this kind of compression is not read' });
    // What was last written before the stretch holds nothing of it.
    else if (from === null || file.mtimeMs >= from) {
      const { decode } = decoders.decoderOf(file.source);
      const packed = /\.(?:gz|zst)$/.test(file.path);
      lastAt = 0;
      try {
        for await (const batch of readWholeFile(file.path, file.source)) {
          if (!search(batch, file, decode)) complete = false;
          const read = batch.offsets.at(-1) ?? 0;
          count.bytes = before + Math.min(file.bytes, packed ? Math.round(read / 10) : read);
          if (!sink.progress(count)) complete = false;
          if (!complete) break;
        }
      } catch (error) {
        problems.push({ file: file.path, message: describeError(error) });
      }
    }
    count.bytes = before + file.bytes;
    if (complete && !sink.progress(count)) complete = false;
  }
  return { ...count, complete, problems, unseen: complete && count.lines > 0 ? fields.unseen() : [] };
}

function safely(decode: (text: string, now: number) => LogEvent | null, text: string, now: number): LogEvent | null {
  try {
    return decode(text, now);
  } catch {
    return null;
  }
}

/** Which fields lines have, so that one that none has is told of. */
class FieldNames {
  private readonly asked: Set<string>;
  private readonly met = new Set<string>();

  constructor(query: Query) {
    this.asked = new Set(termsOf(query).flatMap((term) => (term.kind === 'field' ? [term.field] : [])));
    for (const name of ['@timestamp', 'message', 'host.hostname', 'process.name', 'process.pid']) this.met.add(name);
  }

  see(event: LogEvent): void {
    if (this.asked.size === 0 || this.met.size >= MAX_FIELDS) return;
    for (const name in event.fields) if (!this.met.has(name)) this.met.add(name);
  }

  unseen(): { field: string; nearest: string | null }[] {
    return [...this.asked]
      .filter((field) => !this.met.has(field))
      .map((field) => ({ field, nearest: nearest(field, this.met) }));
  }
}

function nearest(field: string, known: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.max(2, field.length / 3) + 1;
  for (const each of known) {
    const tail = each.slice(each.lastIndexOf('.') + 1);
    const away = tail === field || each.endsWith(`.${field}`) ? 0 : distance(field, each);
    if (away < least) [best, least] = [each, away];
  }
  return best;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= Math.min(a.length, 100); i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}
