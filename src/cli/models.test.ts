/** The real command: trained, listed, exported, forgotten, taken in again; broken files change nothing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeFolder } from '../../test/labs/remove-folder.ts';

const MAIN = join(import.meta.dirname, '..', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'bekci-models-'));
afterAll(() => removeFolder(folder));

function bekci(...words: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...words, '--state-dir', folder], { encoding: 'utf8' });
}

it('moves models out and in again', () => {
  const [log, file] = [join(folder, 'b.log'), join(folder, 'models.ndjson')];
  const lines = Array.from({ length: 6000 }, (_, n) => `2026-11-24T10:00:00Z web backup[${n}]: copied ${n % 97} files`);
  writeFileSync(log, `${lines.join('\n')}\n`);
  expect(bekci('models', 'list').status).not.toBe(0);
  expect(bekci('train', log).status).toBe(0);
  const before = bekci('models', 'list', '--json').stdout;
  const parsed = before
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const backup = parsed.find((each) => each.id === 'line/backup')!;
  // Once learned, of lines as long as usual one in four teaches.
  expect(backup).toMatchObject({ state: 'ready' });
  expect(backup.rows).toBeGreaterThan(5000);
  expect(bekci('models', 'show', 'backup').stdout).toContain('length: usual');
  expect(bekci('models', 'normal', '203.0.113.66').stdout).toContain('203.0.113.66');
  expect(bekci('models', 'list').stdout).toContain('203.0.113.66 is normal here');
  bekci('models', 'normal', '203.0.113.66', '--undo');
  writeFileSync(file, bekci('models', 'export').stdout);
  expect(bekci('models', 'reset', 'absent').status).toBe(2);
  expect(bekci('models', 'reset', 'backup').status).toBe(0);
  expect(bekci('models', 'list', '--json').stdout).not.toContain('line/backup');
  expect(bekci('models', 'reset').status).toBe(0);
  expect(bekci('models', 'list', '--json').stdout).toBe('');
  expect(bekci('models', 'import', file).status).toBe(0);
  expect(bekci('models', 'list', '--json').stdout).toBe(before);
  writeFileSync(file, '{"program":"x","model":{}}\n');
  expect(bekci('models', 'import', file).stderr).toContain('MODEL_BROKEN');
  expect(bekci('models', 'list', '--json').stdout).toBe(before);
}, 180_000);
