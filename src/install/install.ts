/** Puts bekci on a machine as a service of two unprivileged users; may be run again at any time, which is also the upgrade. */
import { createDisk, type Disk, markOf, type Tell } from './disk.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { CONFIG, HOME, type Item, isInPlace, itemsOf, MANIFEST } from './places.ts';
import { assertInstallable, createSystem } from './system.ts';

/** How to install. */
export interface InstallOptions {
  /** The program's own folder. */
  readonly source: string;
  /** The Node that runs it. */
  readonly node: string;
  readonly version: string;
  /** `/`, or a folder that stands for it: then only files are written. */
  readonly root: string;
  readonly dryRun: boolean;
  /** Enable and start (or restart) the units. */
  readonly start: boolean;
}

/** What came of it. */
export interface InstallResult {
  readonly written: number;
  readonly unchanged: number;
  readonly removed: number;
}

/** Installs. Every step is told. Throws AppError when the machine cannot take it. */
export async function install(options: InstallOptions, tell: Tell): Promise<InstallResult> {
  const isLive = options.root === '/';
  if (isLive && !options.dryRun) assertInstallable();
  const disk = createDisk(options.root, options.dryRun);
  const before = oldManifest(disk);
  const inPlace = isInPlace(options.source, options.root);
  if (inPlace) tell({ do: 'keep', what: HOME, note: 'the program is there already' });
  const items = itemsOf(options.source, options.node).filter((item) => !(inPlace && isProgram(item.path)));
  const put = putAll(disk, items, before, tell);
  const program = inPlace ? Object.entries(before?.files ?? {}).filter(([path]) => isProgram(path)) : [];
  const files = { ...Object.fromEntries(program), ...put.files };
  const removed = removeStale(disk, before, files, tell);
  disk.write(MANIFEST, `${JSON.stringify({ version: options.version, files, folders: put.folders }, null, 1)}\n`);
  if (isLive) await activate(options, tell);
  else
    tell({
      do: 'skip',
      what: 'users and units',
      note: `${options.root} is not this machine; systemd makes the users at boot`,
    });
  return { written: put.written, unchanged: put.unchanged, removed };
}

/** A damaged list must not stand in the way of writing a new one. */
function oldManifest(disk: Disk): Manifest | null {
  try {
    return readManifest(disk);
  } catch {
    return null;
  }
}

function isProgram(path: string): boolean {
  return path.startsWith(`${HOME}/`);
}

function putAll(
  disk: Disk,
  items: readonly Item[],
  before: Manifest | null,
  tell: Tell,
): { files: Record<string, string>; folders: string[]; written: number; unchanged: number } {
  const files: Record<string, string> = {};
  const folders = new Set(before?.folders ?? []);
  let [written, unchanged] = [0, 0];
  for (const item of items) {
    if (item.path === CONFIG && disk.exists(CONFIG)) {
      tell({ do: 'keep', what: CONFIG, note: 'your configuration is not touched' });
      const mine = before?.files[CONFIG];
      if (mine !== undefined) files[CONFIG] = mine;
      continue;
    }
    const mark = markOf(item);
    if (disk.has(item, mark)) unchanged++;
    else {
      for (const folder of disk.put(item)) {
        if (!folders.has(folder)) tell({ do: 'folder', what: folder, note: `rmdir ${folder}` });
        folders.add(folder);
      }
      written++;
      tell({ do: 'link' in item ? 'link' : 'write', what: item.path, note: `rm ${item.path}` });
    }
    files[item.path] = mark;
  }
  return { files, folders: [...folders], written, unchanged };
}

/** What an earlier version wrote and this one does not. */
function removeStale(disk: Disk, before: Manifest | null, files: Readonly<Record<string, string>>, tell: Tell): number {
  let removed = 0;
  for (const [path, mark] of Object.entries(before?.files ?? {})) {
    if (path in files || disk.fingerprint(path) !== mark) continue;
    disk.remove(path);
    removed++;
    tell({ do: 'remove', what: path, note: 'belongs to the version before' });
  }
  return removed;
}

async function activate(options: InstallOptions, tell: Tell): Promise<void> {
  const system = createSystem(options.dryRun, tell);
  await system.makeUsers();
  await system.reload();
  if (!system.isBooted) tell({ do: 'skip', what: 'start', note: 'systemd does not run here' });
  else if (!options.start)
    tell({ do: 'skip', what: 'start', note: 'systemctl enable --now bekci-helper.socket bekci' });
  else await system.startUnits();
}
