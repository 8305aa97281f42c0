/** What is installed and where it comes from. */
import { existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Where the program lives. */
export const HOME = '/usr/lib/bekci';
/** The list of what was installed, for uninstall. */
export const MANIFEST = `${HOME}/.installed.json`;
/** Kept when it is there, and when it was changed. */
export const CONFIG = '/etc/bekci/bekci.yaml';
/** What the running service makes for itself; removed with --purge only. */
export const STATE = ['/var/lib/bekci', '/var/cache/bekci'] as const;
/** Units, in the order in which they are stopped. */
export const UNITS = ['bekci.service', 'bekci-helper.service', 'bekci-helper.socket'] as const;

/** One thing to install, under its final absolute path. */
export type Item =
  | { readonly path: string; readonly from: string; readonly mode: number }
  | { readonly path: string; readonly link: string };

/** Parts of a checkout that are installed whole. */
const FOLDERS = ['rules', 'config', 'docs', 'schema', 'packaging', 'web/dist'];
const FILES = [
  ...['package.json', 'package-lock.json', 'LICENSE'],
  ...['tools/bekci', 'tools/bekci-helper', 'tools/code.sh', 'tools/node'],
];
/** The code that runs now: lib, or src where nothing was built. */
const CODE = basename(join(import.meta.dirname, '..'));
/** A service may run a Node from here as it stands; one from elsewhere (a home folder, say) is copied. */
const SHARED_NODE = ['/usr/bin/', '/usr/local/bin/', '/usr/lib/'];

/** Everything to install from the program's own folder; `node` is the Node that runs it. */
export function itemsOf(source: string, node: string): Item[] {
  return [...programItems(source, node), ...systemItems(source)];
}

/** True when the program already runs from where it would be installed. */
export function isInPlace(source: string, root: string): boolean {
  const home = join(root, HOME);
  return existsSync(home) && realpathSync(home) === realpathSync(source);
}

function programItems(source: string, node: string): Item[] {
  const names = [CODE, ...FOLDERS, ...productionModules(source)].flatMap((folder) => walk(source, folder));
  const files = [...FILES, ...names].filter((name) => !name.endsWith('.test.ts'));
  const real = realpathSync(node);
  return [
    ...files.map((name) => fileOf(`${HOME}/${name}`, join(source, name))),
    ...(SHARED_NODE.some((place) => real.startsWith(place))
      ? []
      : [{ path: `${HOME}/.runtime/node/bin/node`, from: real, mode: 0o755 }]),
    { path: '/usr/bin/bekci', link: `..${HOME.slice('/usr'.length)}/tools/bekci` },
  ];
}

function systemItems(source: string): Item[] {
  const units = join(source, 'packaging', 'systemd');
  return [
    ...UNITS.map((name) => ({ path: `/usr/lib/systemd/system/${name}`, from: join(units, name), mode: 0o644 })),
    { path: '/usr/lib/sysusers.d/bekci.conf', from: join(units, 'sysusers.conf'), mode: 0o644 },
    { path: '/usr/lib/tmpfiles.d/bekci.conf', from: join(units, 'tmpfiles.conf'), mode: 0o644 },
    { path: CONFIG, from: join(source, 'packaging', 'bekci.yaml'), mode: 0o640 },
  ];
}

/** Dependencies without those of development, as package-lock.json tells them. */
function productionModules(source: string): string[] {
  const lock = JSON.parse(readFileSync(join(source, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean }>;
  };
  return Object.entries(lock.packages)
    .filter(([name, each]) => name !== '' && each.dev !== true && each.devOptional !== true)
    .map(([name]) => name)
    .filter((name) => existsSync(join(source, name)));
}

function walk(source: string, folder: string): string[] {
  return readdirSync(join(source, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(source, name) : entry.isFile() ? [name] : [];
  });
}

function fileOf(path: string, from: string): Item {
  const isProgram = (lstatSync(from).mode & 0o100) !== 0;
  return { path, from, mode: isProgram ? 0o755 : 0o644 };
}
