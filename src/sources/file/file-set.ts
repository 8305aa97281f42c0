/** Follows many files that come and go as one source: each is a stream of its own, and all their positions are one checkpoint. */
import { closeSync } from 'node:fs';
import type { Checkpoint, LineBatch, LineRef, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import { BatchQueue } from '../stream/batch-queue.ts';
import { pause } from '../stream/pause.ts';
import type { Found } from './glob.ts';
import { beginsAs } from './identity.ts';
import { tryOpen } from './places.ts';
import { checkpointAtEnd, createTail } from './tail.ts';

/** One file that belongs to the set now. */
export interface Member {
  readonly file: Found;
  readonly ref: SourceRef;
}

/** Changes the lines of one stream: unwraps, joins. */
export type Reshape = (batch: LineBatch) => LineBatch;

/** What a set is made of. */
export interface FileSetParts {
  readonly ref: SourceRef;
  /** The files there are now. May reject: the set waits. */
  list(): Promise<readonly Member[]>;
  readonly from: 'start' | 'end';
  readonly maxFiles: number;
  /** Made anew for each file. */
  reshape?(member: Member, resume: Checkpoint | null): Reshape;
  counts?(): Readonly<Record<string, number>>;
}

interface Followed {
  readonly member: Member;
  readonly tail: Source;
  readonly control: AbortController;
  readonly done: Promise<void>;
  /** Looks at which it was not there. */
  missed: number;
}

const LIST_EVERY_MS = 2000;
const POLL_MS = 1000;
/** A file is given up when it was missed so often and nothing of it is unread. */
const MISSED = 2;
const MAX_SEEN = 16_384;

/** A source over the set. */
export function createFileSet(parts: FileSetParts, context: SourceContext): Source {
  const { ref } = parts;
  const followed = new Map<string, Followed>();
  /** Stream to path of what is followed. */
  const paths = new Map<string, string>();
  const queue = new BatchQueue({ maxLines: Number.MAX_SAFE_INTEGER, maxChars: Number.MAX_SAFE_INTEGER });
  const past = { rotations: 0, truncated: 0 };
  let positions: Record<string, string> = {};
  /** Files read, by identity: under which name, and how they begin. */
  const seen = new Map<string, { readonly path: string; readonly hash: string; readonly hashed: number }>();
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  let leftOut = 0;

  async function* read(resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    positions = Object.fromEntries(Object.entries(resume ?? {}).map(([path, value]) => [path, String(value)]));
    for (const [path, saved] of Object.entries(positions)) note(path, JSON.parse(saved) as Checkpoint);
    const looking = keepLooking(resume, signal);
    try {
      for await (const batch of queue.drain(signal)) {
        // A copy: what the engine holds of the batch before must not change under it.
        const path = paths.get(batch.source.id);
        if (path !== undefined) positions = { ...positions, [path]: JSON.stringify(batch.checkpoint) };
        yield { ...batch, checkpoint: positions };
      }
    } finally {
      for (const each of followed.values()) each.control.abort();
      await looking;
      await Promise.all([...followed.values()].map((each) => each.done));
      followed.clear();
    }
  }

  async function keepLooking(resume: Checkpoint | null, signal: AbortSignal): Promise<void> {
    let isFirst = true;
    while (!signal.aborted) {
      try {
        const members = await parts.list();
        look(members, isFirst, resume, signal);
        isFirst = false;
        if (members.length === 0) problem = 'no file fits (yet)';
      } catch (error) {
        state = state === 'waiting' ? 'waiting' : 'lost';
        problem = (error as Error).message;
      }
      await pause(LIST_EVERY_MS, signal);
    }
  }

  function look(all: readonly Member[], isFirst: boolean, resume: Checkpoint | null, signal: AbortSignal): void {
    const members = [...all].sort((a, b) => b.file.modified - a.file.modified).slice(0, parts.maxFiles);
    leftOut = all.length - members.length;
    state = members.length === 0 ? 'waiting' : 'reading';
    problem =
      leftOut === 0 ? null : `${leftOut} files beyond max_files (${parts.maxFiles}) are not followed, the oldest ones`;
    const present = new Set(members.map(({ file }) => file.path));
    for (const each of followed.values()) leaveWhenGone(each, present, members);
    // Those with a position first: what else there is may be a former name's file.
    for (const member of [...members].sort((a, b) => hasPosition(b) - hasPosition(a))) {
      const { path } = member.file;
      if (followed.has(path) || isRenamed(member.file)) continue;
      // Noted at once: after a restart a file that was silent since is not taken for a new one.
      const atEnd = isFirst && resume === null && parts.from === 'end' ? checkpointAtEnd(path) : null;
      if (atEnd !== null) note(path, atEnd);
      if (atEnd !== null) positions = { ...positions, [path]: JSON.stringify(atEnd) };
      follow(member, signal);
    }
  }

  function hasPosition({ file }: Member): number {
    return positions[file.path] === undefined ? 0 : 1;
  }

  /** A file that was read under another name: rotated away, its end is read by whoever follows that name. */
  function isRenamed(file: Found): boolean {
    if (positions[file.path] !== undefined) return false;
    const before = seen.get(identityOf(file.inode, file.birth));
    if (before === undefined || before.path === file.path || !followed.has(before.path)) return false;
    const fd = tryOpen(file.path);
    if (fd === null) return false;
    const same = beginsAs(fd, { hash: before.hash, length: before.hashed });
    closeSync(fd);
    return same;
  }

  function note(path: string, { generation, hash, hashed }: Checkpoint): void {
    const identity = String(generation).replace(/-[^-]*$/, '');
    seen.delete(identity);
    seen.set(identity, { path, hash: String(hash), hashed: Number(hashed) });
    if (seen.size > MAX_SEEN) seen.delete(seen.keys().next().value!);
  }

  function follow(member: Member, signal: AbortSignal): void {
    const { path } = member.file;
    const control = new AbortController();
    const tail = createTail(
      { path, program: null, timezone: null, from: 'start', ref: member.ref, pollMs: POLL_MS },
      context,
    );
    const saved = positions[path];
    const pump = async (): Promise<void> => {
      const resume = saved === undefined ? null : (JSON.parse(saved) as Checkpoint);
      const reshape = parts.reshape?.(member, resume);
      const both = AbortSignal.any([control.signal, signal]);
      for await (const batch of tail.read(resume, both)) {
        note(path, batch.checkpoint);
        await queue.handOver(reshape?.(batch) ?? batch, both);
      }
    };
    const done = pump().catch((error) => {
      context.log('error', 'a file is followed no further', { path, error: (error as Error).message });
      followed.delete(path);
    });
    followed.set(path, { member, tail, control, done, missed: 0 });
    paths.set(member.ref.id, path);
  }

  function leaveWhenGone(each: Followed, present: ReadonlySet<string>, members: readonly Member[]): void {
    const { path } = each.member.file;
    if (present.has(path)) {
      each.missed = 0;
      return;
    }
    const { lag, rotations, truncated } = each.tail.health();
    if (++each.missed < MISSED || lag > 0) return;
    each.control.abort();
    followed.delete(path);
    paths.delete(each.member.ref.id);
    past.rotations += rotations;
    past.truncated += truncated;
    const { [path]: last, ...rest } = positions;
    // Only its name changed: reading goes on under the new one.
    const inode = last === undefined ? null : (JSON.parse(last) as Checkpoint).inode;
    const renamed = members.find(({ file }) => file.inode === inode && !followed.has(file.path));
    positions = renamed === undefined || last === undefined ? rest : { ...rest, [renamed.file.path]: last };
  }

  function health(): SourceHealth {
    let lag = 0;
    let { rotations, truncated } = past;
    for (const { tail } of followed.values()) {
      const one = tail.health();
      lag += one.lag;
      rotations += one.rotations;
      truncated += one.truncated;
      if (one.state === 'lost' && problem === null) problem = one.problem;
    }
    return {
      state,
      lag,
      rotations,
      truncated,
      problem,
      counts: { ...parts.counts?.() },
      levels: { files: followed.size, leftOut },
    };
  }

  function textAt(place: LineRef): string | null {
    for (const { member, tail } of followed.values()) if (member.ref.id === place.source) return tail.textAt(place);
    return null;
  }

  return { ref, read, health, textAt };
}

/** As a tail's generation begins. */
function identityOf(inode: number, birth: number): string {
  return `${inode.toString(36)}-${Math.floor(birth).toString(36)}`;
}
