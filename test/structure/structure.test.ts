/** The house rules as tests: the import table of ARCHITECTURE.md, no cycles, file names, header sentences. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const SRC = join(ROOT, 'src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SRC, name));

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((found) => resolve(dirname(file), found[1]!));
}

/** `| folder | may import |` rows of ARCHITECTURE.md; a folder may always import itself. */
function importTable(): Map<string, Set<string>> {
  const rows = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8').matchAll(/^\| `([^`]+)` \| (.+) \|$/gm);
  return new Map(
    [...rows].map((row) => [row[1]!, new Set([...row[2]!.matchAll(/`([^`]+)`/g)].map((found) => found[1]!))]),
  );
}

const folderOf = (file: string): string => {
  const [first, second] = relative(SRC, file).split('/');
  return second === undefined ? 'root' : first!;
};

it('imports only what the table of ARCHITECTURE.md allows', () => {
  const table = importTable();
  const wrong: string[] = [];
  for (const file of files.filter((name) => !name.endsWith('.test.ts'))) {
    const folder = folderOf(file);
    const allowed = table.get(folder);
    expect(allowed, `ARCHITECTURE.md has no row for ${folder}`).toBeDefined();
    if (allowed!.has('anything')) continue;
    for (const target of importsOf(file)) {
      const other = folderOf(target);
      const contract = relative(SRC, target).replace(/\.ts$/, '');
      if (other === folder || target.endsWith('package.json') || allowed!.has(other) || allowed!.has(contract))
        continue;
      wrong.push(`${relative(SRC, file)} imports ${relative(SRC, target)}`);
    }
  }
  expect(wrong).toEqual([]);
});

it('has no import cycles, types included', () => {
  const graph = new Map(files.map((file) => [file, importsOf(file)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].map((each) => relative(SRC, each)).join(' -> '));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) walk(file, []);
  expect(cycles).toEqual([]);
});

it('names files in kebab-case, without words that say nothing', () => {
  const odd = files
    .map((file) => basename(file))
    .filter(
      (name) =>
        !/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.test)?\.ts$/.test(name) ||
        /^(?:data|manager|helpers?|utils?|misc|common)\b/.test(name),
    );
  expect(odd).toEqual([]);
});

it('begins every file with a sentence that says what it is for', () => {
  const bare = files
    .filter((file) => !/^(?:#!.*\n)?\/\*\*/.test(readFileSync(file, 'utf8')))
    .map((file) => relative(SRC, file));
  expect(bare).toEqual([]);
});

it('lists every component of a family in its all.ts', () => {
  const missing: string[] = [];
  for (const [list, folders] of [
    ['decoders/all.ts', ['decoders/programs', 'decoders/firewall']],
    [
      'responders/all.ts',
      [
        'responders/nftables',
        'responders/firewall-helper',
        'responders/ipset',
        'responders/firewalld',
        'responders/cloudflare',
        'responders/deny-file',
        'responders/command',
        'responders/http',
      ],
    ],
    ['notifiers/all.ts', ['notifiers']],
    [
      'sources/all.ts',
      ['sources', 'sources/broker', 'sources/container', 'sources/http', 'sources/local', 'sources/syslog'],
    ],
  ] as const) {
    const text = readFileSync(join(SRC, list), 'utf8');
    for (const folder of folders) {
      for (const name of readdirSync(join(SRC, folder))) {
        const component =
          /export (?:const \w+: ProgramDecoder|function create(?:Email|Slack|Nftables|FirewallHelper|Ipset|Firewalld|Cloudflare|Nginx|Haproxy|HostsDeny|Command|Http|Journald|Syslog|DockerFiles|Docker|Kubernetes|Socket|Stdin|Cloudtrail|Nats|Kafka)\b)/.test(
            name.endsWith('.ts') ? readFileSync(join(SRC, folder, name), 'utf8') : '',
          );
        if (component && !text.includes(`/${name}'`)) missing.push(`${folder}/${name}`);
      }
    }
  }
  expect(missing).toEqual([]);
});
