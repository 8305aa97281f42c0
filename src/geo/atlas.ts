/**
 * Countries and networks of addresses, from MMDB files the machine has (MaxMind DB format 2.0). Nothing is fetched. The files
 * are opened when first asked for, and anew when an updater has replaced them.
 */
import { readdirSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../kit/errors.ts';
import { joined, NOWHERE, type Place, placeOf } from './place.ts';

/** Largest file that is taken into memory, bytes. */
const MAX_BYTES = 256 * 1024 * 1024;
const MAX_FILES = 8;
const TAIL = 128 * 1024 + 14;
const MARK = Buffer.from('\u{ab}\u{cd}\u{ef}MaxMind.com', 'latin1');
const LOOK_EVERY_MS = 60_000;
/** Records kept ready; few records stand for many addresses. */
const MAX_RECORDS = 20_000;
/** Where updaters put them. */
const USUAL = ['/usr/share/GeoIP', '/var/lib/GeoIP', '/usr/local/share/GeoIP'];

/** One file. */
export interface AtlasFile {
  readonly path: string;
  /** What its maker calls it; null while it cannot be read. */
  readonly type: string | null;
  readonly builtAt: number | null;
  readonly problem: string | null;
}
/** What the files say. */
export interface Atlas {
  /** Opens what is new. */
  ready(): Promise<readonly AtlasFile[]>;
  /** By the files opened last; an address, or a network by its first. */
  of(address: string): Place;
  /** No file was opened. */
  isEmpty(): boolean;
}

interface Opened extends AtlasFile {
  readonly stamp: string;
  readonly get: (address: string) => unknown;
}

/** An atlas over files, or over what lies in the usual folders and `folder`. */
export function createAtlas(files: readonly string[] | 'auto', folder: string, now: () => number): Atlas {
  let opened: readonly Opened[] = [];
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | null = null;

  async function look(): Promise<void> {
    const paths = files === 'auto' ? found([...USUAL, folder]) : files.slice(0, MAX_FILES);
    const next: Opened[] = [];
    for (const path of paths) next.push(await openFile(path, opened));
    opened = next;
    lookedAt = now();
  }

  return {
    async ready() {
      if (now() - lookedAt >= LOOK_EVERY_MS)
        looking ??= look().finally(() => {
          looking = null;
        });
      await looking;
      return opened.map(({ path, type, builtAt, problem }) => ({ path, type, builtAt, problem }));
    },
    isEmpty: () => opened.every((each) => each.type === null),
    of(address) {
      const host = address.replace(/\/\d+$/, '');
      let place = NOWHERE;
      for (const file of opened) {
        if (place.country !== null && place.asn !== null) break;
        place = joined(place, placeOf(file.get(host)));
      }
      return place;
    },
  };
}

/** Files of the folders; one of cities is left out where one of countries lies beside it, for it says no more here. */
function found(folders: readonly string[]): readonly string[] {
  const paths = folders.flatMap((folder) => {
    try {
      return readdirSync(folder)
        .filter((name) => name.endsWith('.mmdb'))
        .toSorted()
        .map((name) => join(folder, name));
    } catch {
      return [];
    }
  });
  const hasCountries = paths.some((path) => /country/i.test(path));
  return paths.filter((path) => !hasCountries || !/city/i.test(path)).slice(0, MAX_FILES);
}

async function openFile(path: string, before: readonly Opened[]): Promise<Opened> {
  let stamp = '';
  try {
    const { size, mtimeMs, ino } = await stat(path);
    stamp = `${size} ${mtimeMs} ${ino}`;
    const known = before.find((each) => each.path === path && each.stamp === stamp);
    if (known !== undefined) return known;
    if (size > MAX_BYTES)
      throw new Error(`it is larger than ${MAX_BYTES / 1024 / 1024} MiB; a file of countries is smaller`);
    const { Reader } = await import('mmdb-lib');
    const reader = new Reader(await readMarked(path), { cache: bounded() });
    const { databaseType, buildEpoch } = reader.metadata;
    return {
      path,
      stamp,
      type: String(databaseType).slice(0, 100),
      builtAt: buildEpoch.getTime(),
      problem: null,
      get(address) {
        try {
          return reader.get(address);
        } catch {
          // A damaged file knows nothing of this address.
          return null;
        }
      },
    };
  } catch (error) {
    return { path, stamp, type: null, builtAt: null, problem: describeError(error), get: () => null };
  }
}

/** The file in memory. The mark of its metadata stands in the last 128 KiB, or it is none (MaxMind DB format 2.0). */
async function readMarked(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  if (bytes.subarray(-TAIL).lastIndexOf(MARK) < 0) throw new Error('it is no MMDB file');
  return bytes;
}

/** The reader's memory of records, emptied when it is full. */
function bounded(): { get(key: string | number): unknown; set(key: string | number, value: unknown): void } {
  const kept = new Map<string | number, unknown>();
  return {
    get: (key) => kept.get(key),
    set(key, value) {
      if (kept.size >= MAX_RECORDS) kept.clear();
      kept.set(key, value);
    },
  };
}
