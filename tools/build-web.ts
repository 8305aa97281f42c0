/**
 * Builds the dashboard into web/dist, which is committed: whoever runs bekci builds nothing. With --check only looks whether
 * what is committed was built from these sources (their hash stands in web/dist/built-from.txt) and is small enough.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';

const ROOT = join(import.meta.dirname, '..');
const WEB = join(ROOT, 'web');
const STAMP = join(WEB, 'dist', 'built-from.txt');
/** Bytes of script after gzip at the first load, and of all files as they are. */
const MAX_SCRIPT = 200 * 1024;
const MAX_ALL = 600 * 1024;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .toSorted();
}

/** Hash of every source, of what was built from them, and of the versions of what builds them. */
function stampText(): string {
  const sources = [
    ...filesBelow(join(WEB, 'src')),
    ...filesBelow(join(WEB, 'public')),
    join(WEB, 'index.html'),
    join(WEB, 'vite.config.ts'),
  ];
  const built = filesBelow(join(WEB, 'dist')).filter((path) => path !== STAMP);
  const versions = ['react', 'react-dom', '@simplewebauthn/browser', 'vite'].map((name) => {
    const text = readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
    return `${name} ${(JSON.parse(text) as { version: string }).version}`;
  });
  return `sources ${hashOf(sources)}\nbuilt ${hashOf(built)}\n${versions.join('\n')}\n`;
}

function hashOf(paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths)
    hash
      .update(relative(ROOT, path))
      .update('\0')
      .update(createHash('sha256').update(readFileSync(path)).digest());
  return hash.digest('hex');
}

function sizeProblem(): string | null {
  const files = filesBelow(join(WEB, 'dist'));
  const script = files
    .filter((path) => path.endsWith('.js'))
    .reduce((sum, path) => sum + gzipSync(readFileSync(path)).length, 0);
  const all = files.reduce((sum, path) => sum + statSync(path).size, 0);
  console.log(`dashboard: ${script} bytes of script after gzip, ${all} bytes in all`);
  if (script > MAX_SCRIPT) return `the script is ${script} bytes after gzip, more than ${MAX_SCRIPT}`;
  return all > MAX_ALL ? `web/dist is ${all} bytes, more than ${MAX_ALL}` : null;
}

if (!process.argv.includes('--check')) {
  const { build } = await import('vite');
  await build({ configFile: join(WEB, 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(STAMP, stampText());
}
const stale = !existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== stampText();
const problem = stale ? 'web/dist is stale; run `tools/node tools/build-web.ts`' : sizeProblem();
if (problem !== null) {
  console.error(problem);
  process.exitCode = 1;
}
