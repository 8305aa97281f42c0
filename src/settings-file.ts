/** The configuration's file on the disk: where it lies, whether it may be written, written in one step with a backup. */
import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { configPlaces } from './config/load.ts';
import { fail } from './kit/errors.ts';

const KEPT_BACKUPS = 20;

/** The text; empty when there is no file. Throws SETTINGS_READ. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    return fail('SETTINGS_READ', { message: `cannot read ${path}: ${(cause as Error).message}` });
  }
}

/** Where a file is made when there is none: the machine's place for root, else the user's own. */
export function defaultPlace(): string {
  const places = configPlaces();
  return process.getuid?.() === 0 || process.env.BEKCI_CONFIG !== undefined ? places[0]! : places.at(-1)!;
}

/** Tells one state of the file from another. */
export function revisionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** May this process write it, or make it? */
export function isWritable(path: string): boolean {
  try {
    accessSync(existsSync(path) ? path : dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** A copy beside the state, readable by nobody else: it holds the secrets. Returns its path. */
export function keepBackup(path: string, text: string, stateDir: string, now: number): string {
  const folder = join(stateDir, 'backups');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(now).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
  const backup = join(folder, `${basename(path)}.${stamp}`);
  writeFileSync(backup, text, { mode: 0o600 });
  const all = readdirSync(folder).filter((name) => name.startsWith(`${basename(path)}.`));
  for (const old of all.toSorted().slice(0, -KEPT_BACKUPS)) rmSync(join(folder, old));
  return backup;
}

/** In one step where the folder may be written, so that nobody ever reads half a file; else into the file itself. */
export function put(path: string, text: string): void {
  try {
    const real = existsSync(path) ? realpathSync(path) : path;
    mkdirSync(dirname(real), { recursive: true });
    const mode = existsSync(real) ? statSync(real).mode & 0o777 : 0o640;
    try {
      writeFileSync(`${real}.new`, text, { mode });
      chmodSync(`${real}.new`, mode);
    } catch (error) {
      if (!['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
      writeFileSync(real, text);
      return;
    }
    renameSync(`${real}.new`, real);
  } catch (cause) {
    fail('API_CONFLICT', {
      message: `cannot write ${path}: ${(cause as Error).message}`,
      hint: 'bekci runs without the right to; copy the text and put it there yourself',
      cause,
    });
  }
}
