/** The logs of this machine with their rotated predecessors, as whole files. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Config } from '../config/schema.ts';
import { discoverSources } from '../sources/discover.ts';
import { siblings } from '../sources/file/places.ts';

/** One log: its files oldest first, or the journal. */
export interface MachineLog {
  /** What the log is called: its path, or `journald`. */
  readonly name: string;
  readonly files: readonly string[];
  readonly program: string | null;
  readonly timezone: string | null;
  /** How the journal is read; null for files. */
  readonly journal: readonly string[] | null;
}

/** The configured logs, or those found. `problems` names what cannot be read. */
export function machineLogs(config: Config): { logs: MachineLog[]; problems: string[] } {
  const sources =
    config.sources === 'auto'
      ? discoverSources().map((each) => ({ ...each, timezone: null, command: ['journalctl'] }))
      : config.sources.map(replayable);
  const logs: MachineLog[] = [];
  const problems: string[] = [];
  for (const { path, program, timezone, problem, command } of sources) {
    if (problem !== null) problems.push(`${path}: ${problem}`);
    else if (path === null) logs.push({ name: 'journald', files: [], program, timezone, journal: command });
    else {
      logs.push({ name: path, files: filesOf(path), program, timezone, journal: null });
      for (const packed of siblings(path).filter((each) => FOREIGN.test(each)))
        problems.push(`${packed}: left out, only .gz and .zst are unpacked`);
    }
  }
  return { logs, problems };
}

/** How a configured source is read once more; what only a sender has cannot be. */
function replayable(source: Exclude<Config['sources'], 'auto'>[number]) {
  const none = { path: null, program: null, timezone: null, problem: null, command: [] as string[] };
  if (source.type === 'file')
    return { ...none, path: source.path, program: source.program ?? null, timezone: source.timezone ?? null };
  if (source.type === 'journald')
    return { ...none, command: [...source.command, ...source.units.map((unit) => `--unit=${unit}`)] };
  return {
    ...none,
    path: source.type,
    problem: 'what it sent is kept nowhere: only files and the journal are read again',
  };
}
/** Packed in a way that is not read. */
const FOREIGN = /\.(?:xz|bz2|lz4)$/;

/** The file and its predecessors, oldest first; those that bekci can unpack, and a copy of what stands in another only once. */
function filesOf(path: string): string[] {
  const known = new Set<string>();
  return [path, ...siblings(path).filter((each) => !FOREIGN.test(each) && !/\.(?:swp|bak|tmp)$/.test(each))]
    .filter((each) => {
      const start = beginningOf(each);
      if (start === null || known.has(start)) return false;
      known.add(start);
      return true;
    })
    .reverse();
}

/** The first bytes, unpacked; null for a file that is empty or cannot be read. */
function beginningOf(path: string): string | null {
  try {
    const fd = openSync(path, 'r');
    try {
      const bytes = Buffer.alloc(4096);
      const got = bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0));
      if (got.length === 0) return null;
      const plain = path.endsWith('.gz') ? gunzipSync(got, { finishFlush: 2, maxOutputLength: 1 << 20 }) : got;
      return plain.toString('latin1', 0, 1024);
    } finally {
      closeSync(fd);
    }
  } catch {
    return null;
  }
}

/** When a file was last written, ms since the epoch; 0 when it is gone. */
export function writtenAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
