/**
 * Follows one log file as it is written, through rotation by rename, copytruncate, replacement and symlink swaps, and goes on
 * where it stopped after a restart. Every complete line is yielded once.
 */
import { closeSync, fstatSync, openSync, readFileSync, readSync, type Stats, statSync } from 'node:fs';
import type { Checkpoint, LineBatch, LineRef, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import { createBell } from './bell.ts';
import { beginsAs, type Fingerprint, fingerprintOf, hashOf } from './identity.ts';
import { LineCutter } from './lines.ts';
import { inodeOf, lineStartBefore, realPathOf, siblings, tryOpen } from './places.ts';
import { packingOf, unpackSync } from './unpack.ts';

/** What a followed file is given. */
export interface TailSettings {
  readonly path: string;
  readonly program: string | null;
  readonly timezone: string | null;
  /** Where a file without a checkpoint begins. */
  readonly from: 'start' | 'end';
  /** The stream it is, where it is one of many. */
  readonly ref?: SourceRef;
  /** How often it is looked at besides the kernel's notices, in ms. */
  readonly pollMs?: number;
}

const CHUNK = 256 * 1024;
/** One for all files: what was read is cut before anything else runs. */
const chunk = Buffer.allocUnsafe(CHUNK);
/** Safety net beside the kernel's change notices. */
const POLL_MS = 200;
/** A rotated file is read to its end until nothing came for this long: some writers keep it open for a while. */
const LINGER_MS = 300;
/** A file that is moved away has a successor sooner than this, or it is missed. */
const GONE_MS = 10_000;
/** Largest compressed predecessor that is unpacked to find lines written while we were away. */
const MAX_PACKED = 64 * 1024 * 1024;

interface OpenFile {
  readonly fd: number;
  readonly generation: string;
  readonly inode: number;
  fingerprint: Fingerprint;
  readonly cutter: LineCutter;
  /** Where it really lies, behind symlinks. */
  readonly realPath: string;
  /** Next byte to read. */
  at: number;
}

/** A source that follows a file. */
export function createTail(settings: TailSettings, context: SourceContext): Source {
  const ref = settings.ref ?? { id: `file:${settings.path}`, program: settings.program, timezone: settings.timezone };
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  let rotations = 0;
  let truncated = 0;
  let lag = 0;
  let current: OpenFile | null = null;
  /** Since when nothing lies at the path although the file behind it is still held open. */
  let goneSince: number | null = null;

  async function* read(resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    const bell = createBell(settings.path, signal);
    try {
      if (resume !== null) yield* catchUp(resume);
      let first = resume === null;
      while (!signal.aborted) {
        if (current === null) {
          current = openCurrent(first && settings.from === 'end');
          if (current !== null) first = false;
        }
        if (current !== null) {
          yield* drain(current);
          if (await replaced(current)) {
            const old: OpenFile = current;
            yield* linger(old, signal);
            // It was cut while it was being finished: begin with what it has become.
            if (current !== old) continue;
            const finished = fstatSync(old.fd);
            release();
            rotations++;
            yield* successors(finished);
            continue;
          }
        } else {
          // A file that appears later is read from its beginning.
          first = false;
        }
        await bell.wait(settings.pollMs ?? POLL_MS);
      }
    } finally {
      bell.close();
      release();
    }
  }

  /** Everything now in the file. */
  function* drain(file: OpenFile): Generator<LineBatch> {
    for (;;) {
      const stat = fstatSync(file.fd);
      if (stat.size < file.at || !grewFrom(file, stat)) {
        // copytruncate: same inode, begins anew.
        rotations++;
        // What was not read yet is in the copy that whoever cut the file made before, if any; what came since is in the file we
        // hold, or, where that was moved away meanwhile, among the successors of the copy.
        const left = checkpointOf(file);
        current = null;
        const found = yield* restOf(left, siblings(settings.path));
        if (found) closeSync(file.fd);
        else current = openedAt(settings.path, file.fd, fstatSync(file.fd), 0);
        current ??= openCurrent(false);
        if (current === null) return;
        file = current;
        continue;
      }
      lag = stat.size - file.at;
      if (lag === 0) return;
      const got = readSync(file.fd, chunk, 0, CHUNK, file.at);
      if (got === 0) return;
      file.at += got;
      const cut = file.cutter.push(chunk.subarray(0, got));
      truncated += file.cutter.truncated;
      file.cutter.truncated = 0;
      lag = Math.max(0, stat.size - file.at);
      if (file.fingerprint.length < 1024) file.fingerprint = fingerprintOf(file.fd);
      if (cut.texts.length > 0) yield batchOf(file, cut.texts, cut.offsets, stat.mtimeMs);
    }
  }

  function grewFrom(file: OpenFile, stat: Stats): boolean {
    return stat.size >= file.fingerprint.length && beginsAs(file.fd, file.fingerprint);
  }

  function batchOf(file: OpenFile, texts: string[], offsets: number[], mtime: number): LineBatch {
    return {
      source: ref,
      generation: file.generation,
      texts,
      offsets,
      checkpoint: checkpointOf(file),
      readAt: Math.max(mtime, 0) || context.now(),
    };
  }

  function checkpointOf(file: OpenFile): Checkpoint {
    return {
      generation: file.generation,
      inode: file.inode,
      hash: file.fingerprint.hash,
      hashed: file.fingerprint.length,
      position: file.cutter.position,
      path: file.realPath,
    };
  }

  function openCurrent(atEnd: boolean): OpenFile | null {
    let fd: number;
    try {
      fd = openSync(settings.path, 'r');
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const was = state;
      state = code === 'ENOENT' && state !== 'reading' ? 'waiting' : 'lost';
      problem =
        code === 'ENOENT'
          ? `${settings.path} is not there (yet)`
          : code === 'EACCES'
            ? `no permission to read ${settings.path}: add this user to the group adm, or run as root`
            : (error as Error).message;
      if (was === 'reading' || (was === 'waiting' && code !== 'ENOENT'))
        context.log('warn', 'source cannot be read', { source: ref.id, problem });
      return null;
    }
    const stat = fstatSync(fd);
    if (!stat.isFile()) {
      closeSync(fd);
      state = 'lost';
      problem = `${settings.path} is no regular file`;
      return null;
    }
    state = 'reading';
    problem = null;
    return openedAt(settings.path, fd, stat, atEnd ? lineStartBefore(fd, stat.size) : 0);
  }

  function openedAt(path: string, fd: number, stat: Stats, position: number, known?: Checkpoint): OpenFile {
    const fingerprint =
      known === undefined ? fingerprintOf(fd) : { hash: String(known.hash), length: Number(known.hashed) };
    const generation =
      known === undefined
        ? `${stat.ino.toString(36)}-${Math.floor(stat.birthtimeMs).toString(36)}-${rotations.toString(36)}`
        : String(known.generation);
    return {
      fd,
      generation,
      inode: stat.ino,
      fingerprint,
      cutter: new LineCutter(position),
      realPath: realPathOf(path),
      at: position,
    };
  }

  async function replaced(file: OpenFile): Promise<boolean> {
    try {
      const stat = statSync(settings.path);
      goneSince = null;
      return stat.ino !== file.inode;
    } catch {
      goneSince ??= performance.now();
      // Gone for the moment: the writer may still hold the old file, which goes on being read until a new one appears.
      return false;
    }
  }

  async function* linger(file: OpenFile, signal: AbortSignal): AsyncGenerator<LineBatch> {
    let quietSince = performance.now();
    while (performance.now() - quietSince < LINGER_MS && !signal.aborted) {
      const before = file.at;
      yield* drain(file);
      if (current !== file) return;
      if (file.at !== before) quietSince = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    const last = file.cutter.flush();
    if (last !== null) yield batchOf(file, [last.text], [last.offset], context.now());
  }

  /** After a restart: the same file, or a rotated one with what was written while we were away. */
  function* catchUp(resume: Checkpoint): Generator<LineBatch> {
    const real = typeof resume.path === 'string' ? resume.path : settings.path;
    const places = [settings.path, real, ...siblings(settings.path), ...siblings(real)];
    if (yield* restOf(resume, [...new Set(places)])) return;
    context.log('warn', 'the file read before is gone; reading the present one from its beginning', { source: ref.id });
  }

  /** Finds the file of a checkpoint among these and goes on in it; true when it was there. The file itself stays open as current. */
  function* restOf(resume: Checkpoint, paths: readonly string[]): Generator<LineBatch, boolean> {
    const present = inodeOf(settings.path);
    for (const path of paths) {
      if (isPacked(path)) {
        const finished = yield* fromPacked(path, resume);
        if (finished === null) continue;
        yield* successors(finished);
        return true;
      }
      const fd = tryOpen(path);
      if (fd === null) continue;
      const stat = fstatSync(fd);
      const same =
        stat.isFile() &&
        beginsAs(fd, { hash: String(resume.hash), length: Number(resume.hashed) }) &&
        stat.size >= Number(resume.position);
      if (!same || (Number(resume.hashed) === 0 && stat.ino !== Number(resume.inode))) {
        closeSync(fd);
        continue;
      }
      const file = openedAt(path, fd, stat, Number(resume.position), resume);
      current = file;
      state = 'reading';
      if (stat.ino === present) return true;
      if (yield* finish(file, stat.mtimeMs)) yield* successors(stat);
      return true;
    }
    return false;
  }

  /** The rest of a file that nobody writes to any more. False when it was cut meanwhile, and what followed it is already open. */
  function* finish(file: OpenFile, mtime: number): Generator<LineBatch, boolean> {
    yield* drain(file);
    if (current !== file) return false;
    const last = file.cutter.flush();
    if (last !== null) yield batchOf(file, [last.text], [last.offset], mtime);
    release();
    rotations++;
    return true;
  }

  /**
   * Files that were begun after a finished one and rotated away before we came to them, oldest first; then the present one is
   * opened. Reading them takes time, in which the present one may be rotated away too: then it is one of them.
   */
  function* successors(finished: Stats): Generator<LineBatch> {
    const done = new Set([finished.ino]);
    for (;;) {
      const present = inodeOf(settings.path);
      for (const path of siblings(settings.path).toReversed())
        if (!(yield* successor(path, { finished, present, done }))) return;
      if (inodeOf(settings.path) !== present) continue;
      current = openCurrent(false);
      if (current === null ? inodeOf(settings.path) === present : current.inode === present) return;
      release();
    }
  }

  /** Reads one of them whole, unless it is older, the present file, or read already. False when reading has gone on to others. */
  function* successor(
    path: string,
    { finished, present, done }: { finished: Stats; present: number | null; done: Set<number> },
  ): Generator<LineBatch, boolean> {
    const fd = isPacked(path) ? null : tryOpen(path);
    if (fd === null) return true;
    const stat = fstatSync(fd);
    if (!stat.isFile() || done.has(stat.ino) || stat.ino === present || isOlder(stat, finished)) {
      closeSync(fd);
      return true;
    }
    done.add(stat.ino);
    current = openedAt(path, fd, stat, 0);
    return yield* finish(current, stat.mtimeMs);
  }

  /** What was written while we were away, from a predecessor that was compressed meanwhile; null where it is another file. */
  function* fromPacked(path: string, resume: Checkpoint): Generator<LineBatch, Stats | null> {
    try {
      const stat = statSync(path);
      if (stat.size > MAX_PACKED) return null;
      const packed = readFileSync(path);
      const bytes = unpackSync(packed, packingOf(path, packed) ?? 'other', MAX_PACKED * 8);
      if (bytes === null) return null;
      const cutter = new LineCutter(Number(resume.position));
      const hash = hashOf(bytes.subarray(0, Number(resume.hashed)));
      if (hash !== resume.hash || bytes.length < Number(resume.position)) return null;
      const cut = cutter.push(bytes.subarray(Number(resume.position)));
      if (cut.texts.length > 0) {
        yield {
          source: ref,
          generation: String(resume.generation),
          texts: cut.texts,
          offsets: cut.offsets,
          readAt: stat.mtimeMs,
          checkpoint: { ...resume, position: cutter.position },
        };
      }
      return stat;
    } catch {
      return null;
    }
  }

  function release(): void {
    if (current !== null) closeSync(current.fd);
    current = null;
  }

  function textAt(place: LineRef): string | null {
    if (current === null || current.generation !== place.generation) return null;
    const bytes = Buffer.alloc(4096);
    const got = readSync(current.fd, bytes, 0, bytes.length, place.offset);
    const end = bytes.subarray(0, got).indexOf(10);
    return bytes.toString('utf8', 0, end < 0 ? got : end);
  }

  function health(): SourceHealth {
    const isGone = state === 'reading' && goneSince !== null && performance.now() - goneSince > GONE_MS;
    if (!isGone) return { state, lag, rotations, truncated, problem };
    const missed = `${settings.path} was moved or deleted, and nothing has taken its place`;
    return { state: 'waiting', lag, rotations, truncated, problem: missed };
  }

  return { ref, read, textAt, health };
}

function isPacked(path: string): boolean {
  return path.endsWith('.gz') || path.endsWith('.zst');
}

/** A copy and the file it was made of may share the tick of their last write; the one renamed later was changed later. */
function isOlder(stat: Stats, than: Stats): boolean {
  return stat.mtimeMs < than.mtimeMs || (stat.mtimeMs === than.mtimeMs && stat.ctimeMs < than.ctimeMs);
}

/** A checkpoint at the present end of a file, for one that is followed from there on; null when it cannot be read. */
export function checkpointAtEnd(path: string): Checkpoint | null {
  const fd = tryOpen(path);
  if (fd === null) return null;
  try {
    const stat = fstatSync(fd);
    const { hash, length: hashed } = fingerprintOf(fd);
    const generation = `${stat.ino.toString(36)}-${Math.floor(stat.birthtimeMs).toString(36)}-0`;
    return {
      generation,
      inode: stat.ino,
      hash,
      hashed,
      position: lineStartBefore(fd, stat.size),
      path: realPathOf(path),
    };
  } finally {
    closeSync(fd);
  }
}
