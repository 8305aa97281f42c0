/**
 * AWS CloudTrail's files in a folder synced from S3: each is written once and read once, record by record. What was read is known by
 * name and time of change, also after a restart.
 */
import { createHash } from 'node:crypto';
import { describeError } from '../../kit/errors.ts';
import type { Checkpoint, LineBatch, SourceRef } from '../../model/line.ts';
import { type Found, findFiles } from '../file/glob.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import { LineMemory } from '../stream/line-memory.ts';
import { pause } from '../stream/pause.ts';
import { readWholeFile } from '../whole-file.ts';
import type { CloudtrailSettings } from './settings.ts';

const LOOK_EVERY_MS = 5000;
/** A file younger than this may still be written. */
const SETTLE_MS = 2000;
/** Files this much older than the newest one count as read: deliveries come late, but not that late. */
const REMEMBER_MS = 3 * 86_400_000;
const MAX_REMEMBERED = 20_000;

interface Progress {
  /** Newest time of change among the files read, ms since the epoch. */
  newest: number;
  /** Names of files read, hashed, of the last days. */
  done: string[];
  /** The file being read, hashed, and how many of its records were handed on. */
  file: string;
  records: number;
}

/** A source over such files. */
export function createCloudtrail(settings: CloudtrailSettings, context: SourceContext): Source {
  const ref: SourceRef = { id: `cloudtrail:${settings.path}`, program: null, timezone: settings.timezone ?? null };
  const memory = new LineMemory();
  const failed = new Map<string, number>();
  let progress: Progress = { newest: 0, done: [], file: '', records: 0 };
  let done = new Map<string, number>();
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  let unread = 0;
  let files = 0;

  async function* read(resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    const saved = typeof resume?.progress === 'string' ? (JSON.parse(resume.progress) as Progress) : null;
    if (saved !== null) progress = saved;
    done = new Map(progress.done.map((name) => [name, progress.newest]));
    if (saved === null && settings.from === 'end')
      for (const file of await findFiles([settings.path], [])) settle(file);
    while (!signal.aborted) {
      const waiting = await newFiles();
      unread = waiting.length;
      state = waiting.length > 0 || done.size > 0 ? 'reading' : 'waiting';
      problem = waiting.length === 0 && done.size === 0 ? 'no file fits (yet)' : problem;
      for (const file of waiting) {
        if (signal.aborted) return;
        yield* readFile(file, signal);
        unread--;
      }
      await pause(LOOK_EVERY_MS, signal);
    }
  }

  async function newFiles(): Promise<Found[]> {
    const settled = context.now() - SETTLE_MS;
    return (await findFiles([settings.path], []))
      .filter(({ path, modified }) => {
        if (modified > settled || modified < progress.newest - REMEMBER_MS) return false;
        return !done.has(nameOf(path)) && failed.get(path) !== modified;
      })
      .sort((a, b) => a.modified - b.modified || (a.path < b.path ? -1 : 1));
  }

  async function* readFile(file: Found, signal: AbortSignal): AsyncGenerator<LineBatch> {
    const name = nameOf(file.path);
    const skip = progress.file === name ? progress.records : 0;
    let records = 0;
    let waiting: LineBatch | null = null;
    try {
      for await (const batch of readWholeFile(file.path, ref)) {
        if (signal.aborted) return;
        const from = Math.max(0, skip - records);
        records += batch.texts.length;
        if (from >= batch.texts.length) continue;
        if (waiting !== null) yield waiting;
        progress = { ...progress, file: name, records };
        waiting = {
          ...batch,
          generation: name,
          texts: batch.texts.slice(from),
          offsets: batch.offsets.slice(from),
          checkpoint: save(),
        };
        memory.remember(waiting);
      }
    } catch (error) {
      failed.set(file.path, file.modified);
      problem = describeError(error);
      context.log('error', 'a file was not read to its end', { source: ref.id, problem });
    }
    if (!failed.has(file.path)) settle(file);
    // The last batch carries that the file is done.
    if (waiting !== null) yield { ...waiting, checkpoint: save() };
  }

  function settle(file: Found): void {
    files++;
    done.set(nameOf(file.path), file.modified);
    const newest = Math.max(progress.newest, file.modified);
    for (const [name, modified] of done) if (modified < newest - REMEMBER_MS) done.delete(name);
    while (done.size > MAX_REMEMBERED) done.delete(done.keys().next().value!);
    progress = { newest, done: [...done.keys()], file: '', records: 0 };
  }

  const save = (): Checkpoint => ({ progress: JSON.stringify(progress) });
  const health = (): SourceHealth => ({
    state,
    lag: unread,
    rotations: 0,
    truncated: 0,
    problem,
    counts: { files },
    levels: { failed: failed.size },
  });
  return { ref, read, health, textAt: (place) => memory.textAt(place) };
}

function nameOf(path: string): string {
  return createHash('sha256').update(path).digest('base64url').slice(0, 12);
}
