/** `npm run check`: format, lint, types, generated files, and all tests (left out with --no-tests). */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const node = process.execPath;

const steps: readonly (readonly [string, readonly string[]])[] = [
  ['format and lint', [node, 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.']],
  ['types', [node, 'node_modules/typescript/bin/tsc', '--noEmit']],
  ['types of the dashboard', [node, 'node_modules/typescript/bin/tsc', '--noEmit', '-p', 'web']],
  ['built dashboard', [node, 'tools/build-web.ts', '--check']],
  ['generated files', [node, 'tools/generate.ts', '--check']],
  ['bundled rules', [node, 'src/main.ts', 'rules', 'check', 'rules']],
  ...(process.argv.includes('--no-tests') ? [] : [['tests', [node, 'node_modules/vitest/vitest.mjs', 'run']] as const]),
];

const failed: string[] = [];
for (const [name, command] of steps) {
  console.log(`\n[check] ${name}`);
  if (spawnSync(command[0]!, command.slice(1), { cwd: ROOT, stdio: 'inherit' }).status !== 0) failed.push(name);
}
console.log(failed.length === 0 ? '\n[check] all is well' : `\n[check] not well: ${failed.join(', ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
