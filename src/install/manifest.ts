/** The list of what install wrote: uninstall removes exactly that. */
import { fail } from '../kit/errors.ts';
import type { Disk } from './disk.ts';
import { MANIFEST } from './places.ts';

/** What was written, by final absolute path. */
export interface Manifest {
  readonly version: string;
  /** Fingerprint of each file and link as it was written. */
  readonly files: Readonly<Record<string, string>>;
  /** Folders that were made, outermost first. */
  readonly folders: readonly string[];
}

/** The manifest on the disk, or null. Throws INSTALL_MANIFEST for one that cannot be read. */
export function readManifest(disk: Disk): Manifest | null {
  const text = disk.read(MANIFEST);
  if (text === null) return null;
  try {
    const found = JSON.parse(text) as Manifest;
    const paths = [...Object.keys(found.files), ...found.folders];
    if (paths.every((path) => path.startsWith('/') && !path.split('/').includes('..'))) return found;
  } catch {
    // Told below.
  }
  return fail('INSTALL_MANIFEST', {
    message: `${MANIFEST} is damaged`,
    hint: 'run `bekci install` once more, which writes it anew',
  });
}
