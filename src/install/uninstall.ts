/** Takes away what install wrote and nothing else; what was learned and decided stays unless it is purged. */
import { dirname } from 'node:path';
import { fail } from '../kit/errors.ts';
import { createDisk, type Disk, type Tell } from './disk.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { CONFIG, MANIFEST, STATE } from './places.ts';
import { createSystem } from './system.ts';

/** How to uninstall. */
export interface UninstallOptions {
  readonly root: string;
  readonly dryRun: boolean;
  /** State, configuration and users too. */
  readonly purge: boolean;
}

/** Uninstalls; how many files were removed. Every step is told. Throws INSTALL_NONE when nothing was installed. */
export async function uninstall(options: UninstallOptions, tell: Tell): Promise<number> {
  const isLive = options.root === '/';
  if (isLive && !options.dryRun && process.getuid?.() !== 0)
    fail('INSTALL_ROOT', { message: 'only root can uninstall', hint: 'sudo bekci uninstall, or --dry-run' });
  const disk = createDisk(options.root, options.dryRun);
  const manifest =
    readManifest(disk) ??
    fail('INSTALL_NONE', {
      message: `nothing was installed by \`bekci install\` here (${MANIFEST} is missing)`,
      hint: 'was it a package? Then remove it with the package manager',
    });
  const system = createSystem(options.dryRun, tell);
  if (isLive) {
    if (system.isBooted) await system.stopUnits();
    await system.liftBans();
  }
  const removed = removeFiles(disk, manifest, options.purge, tell);
  if (options.purge) purge(disk, tell);
  else for (const path of STATE) if (disk.exists(path)) tell({ do: 'keep', what: path, note: '--purge removes it' });
  for (const folder of manifest.folders.toReversed())
    if (disk.removeEmpty(folder)) tell({ do: 'remove', what: folder, note: 'empty' });
  if (isLive) {
    await system.reload();
    if (options.purge) await system.removeUsers();
  }
  return removed;
}

function removeFiles(disk: Disk, manifest: Manifest, isPurge: boolean, tell: Tell): number {
  let removed = 0;
  for (const [path, mark] of Object.entries(manifest.files)) {
    const there = disk.fingerprint(path);
    if (there === null) continue;
    if (there !== mark && !isPurge) {
      tell({ do: 'keep', what: path, note: 'changed since; --purge removes it' });
      continue;
    }
    disk.remove(path);
    removed++;
    tell({ do: 'remove', what: path, note: 'bekci install' });
  }
  disk.remove(MANIFEST);
  return removed;
}

/** What an uninstall before this one left as yours goes too. */
function purge(disk: Disk, tell: Tell): void {
  for (const path of [...STATE, CONFIG]) {
    if (!disk.exists(path)) continue;
    disk.removeWhole(path);
    tell({ do: 'remove', what: path, note: 'purged' });
  }
  if (disk.removeEmpty(dirname(CONFIG))) tell({ do: 'remove', what: dirname(CONFIG), note: 'empty' });
}
