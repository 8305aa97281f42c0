/** The few things install and uninstall do to a disk, all under one root, each told to the caller. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Item } from './places.ts';

/** One thing done, or with a dry run to be done. */
export interface Step {
  readonly do: 'write' | 'link' | 'folder' | 'remove' | 'keep' | 'run' | 'skip';
  readonly what: string;
  /** How to take it back by hand, or why nothing was done. */
  readonly note: string;
}

/** Hears of every step. */
export type Tell = (step: Step) => void;

/** A disk under a root. */
export interface Disk {
  /** True when what is there is the item already; `mark` is the item's fingerprint. */
  has(item: Item, mark: string): boolean;
  exists(path: string): boolean;
  /** SHA-256 of a file or the target of a link; null when there is none. */
  fingerprint(path: string): string | null;
  /** Puts the item there in one step: never half a file. Returns folders that had to be made. */
  put(item: Item): string[];
  write(path: string, text: string): void;
  read(path: string): string | null;
  remove(path: string): void;
  removeWhole(path: string): void;
  /** Removes a folder if nothing is in it; true when it did. */
  removeEmpty(path: string): boolean;
}

/** The disk at `root`; with `dryRun` nothing is changed. */
export function createDisk(root: string, dryRun: boolean): Disk {
  const at = (path: string): string => join(root, path);

  function fingerprint(path: string): string | null {
    const found = lstatSync(at(path), { throwIfNoEntry: false });
    if (found === undefined) return null;
    if (found.isSymbolicLink()) return `link:${readlinkSync(at(path))}`;
    return found.isFile()
      ? createHash('sha256')
          .update(readFileSync(at(path)))
          .digest('hex')
      : 'other';
  }

  function folderFor(path: string): string[] {
    const made: string[] = [];
    for (let folder = dirname(path); folder !== '/' && !existsSync(at(folder)); folder = dirname(folder))
      made.unshift(folder);
    if (!dryRun) mkdirSync(root, { recursive: true });
    if (!dryRun) for (const folder of made) mkdirSync(at(folder), { mode: 0o755 });
    return made;
  }

  return {
    exists: (path) => lstatSync(at(path), { throwIfNoEntry: false }) !== undefined,
    fingerprint,
    has(item, mark) {
      const found = lstatSync(at(item.path), { throwIfNoEntry: false });
      if (found === undefined) return false;
      if (!('link' in item) && ((found.mode & 0o777) !== item.mode || found.size !== statSync(item.from).size))
        return false;
      return fingerprint(item.path) === mark;
    },
    put(item) {
      const made = folderFor(item.path);
      if (dryRun) return made;
      const fresh = `${at(item.path)}.bekci-new`;
      rmSync(fresh, { force: true });
      if ('link' in item) symlinkSync(item.link, fresh);
      else {
        copyFileSync(item.from, fresh);
        chmodSync(fresh, item.mode);
        if (process.getuid?.() === 0) chownSync(fresh, 0, 0);
      }
      renameSync(fresh, at(item.path));
      return made;
    },
    write(path, text) {
      if (!dryRun) writeFileSync(at(path), text, { mode: 0o644 });
    },
    read: (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null),
    remove(path) {
      if (!dryRun) rmSync(at(path), { force: true });
    },
    removeWhole(path) {
      if (!dryRun) rmSync(at(path), { recursive: true, force: true });
    },
    removeEmpty(path) {
      if (dryRun) return false;
      try {
        rmdirSync(at(path));
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** The fingerprint an item will have when it is in its place. */
export function markOf(item: Item): string {
  return 'link' in item ? `link:${item.link}` : createHash('sha256').update(readFileSync(item.from)).digest('hex');
}
