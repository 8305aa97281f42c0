/** Patterns over real folders: files come, go, are rotated, while lines are written; each line once, also over restarts. */
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { silentLog } from '../../kit/log.ts';
import type { Checkpoint } from '../../model/line.ts';
import { createSource } from '../all.ts';
import { sourceSettings } from '../all-settings.ts';
import { findFiles, matchesName } from './glob.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-pattern-'));
});
afterEach(() => removeFolder(folder));

const source = (path: string, more: Record<string, unknown> = {}) =>
  createSource(sourceSettings.parse({ type: 'file', path: join(folder, path), from: 'start', ...more }), {
    log: silentLog,
    now: Date.now,
  });
const put = (name: string, text: string): void => appendFileSync(join(folder, name), text);

test.each([
  ['*', 'auth.log', true],
  ['*.log', 'auth.log', true],
  ['*.log', 'auth.log.1', false],
  ['a*h.l?g', 'auth.log', true],
  ['*', '.hidden', false],
  ['.h*', '.hidden', true],
  ['[a-c]uth', 'auth', true],
  ['[!a-c]uth', 'auth', false],
  ['*a*b*c', `${'a'.repeat(200)}b`, false],
  ['[', '[', true],
])('%s fits %s: %s', (pattern, name, expected) => {
  expect(matchesName(pattern, name)).toBe(expected);
});

test('finds files in any folder, each once, and leaves out what is excluded', async () => {
  mkdirSync(join(folder, 'a/b/c'), { recursive: true });
  for (const name of ['x.log', 'a/y.log', 'a/b/c/z.log', 'a/b/w.txt', 'a/secret.log']) put(name, '1\n');
  symlinkSync(join(folder, 'x.log'), join(folder, 'again.log'));
  symlinkSync(folder, join(folder, 'a/loop'));
  const names = async (pattern: string, ...exclude: string[]) =>
    (
      await findFiles(
        [join(folder, pattern)],
        exclude.map((each) => join(folder, each)),
      )
    )
      .map(({ path }) => path.slice(folder.length + 1))
      .sort();
  expect(await names('**/*.log', '**/secret*')).toHaveLength(3);
  expect(await names('*/*.log')).toEqual(['a/secret.log', 'a/y.log']);
  expect(await names('a/**')).toEqual([]);
  expect(await names('a/**/*.{log,txt}', 'a/*.log')).toEqual(['a/b/c/z.log', 'a/b/w.txt']);
});

test('takes files that come, lets go of those that went, and knows them apart', async () => {
  put('one.log', 'a1\na2\n');
  const followed = source('**/*.log');
  const reading = readSource(followed);
  await reading.lines(2);
  mkdirSync(join(folder, 'sub'));
  put('sub/two.log', 'b1\n');
  await reading.lines(3);
  expect(new Set(reading.streams)).toEqual(
    new Set([`file:${folder}/**/*.log#${folder}/one.log`, `file:${folder}/**/*.log#${folder}/sub/two.log`]),
  );
  rmSync(join(folder, 'one.log'));
  await until(() => followed.health().levels!.files === 1, 'the file to be let go');
  put('one.log', 'a3\n');
  await reading.lines(4);
  expect(reading.texts).toEqual(['a1', 'a2', 'b1', 'a3']);
  await reading.stop();
  expect(Object.keys(reading.checkpoint!).sort()).toEqual([`${folder}/one.log`, `${folder}/sub/two.log`]);
}, 30_000);

test('is not misled by rotation under the same pattern', async () => {
  put('app.log', 'one\ntwo\n');
  const followed = source('*');
  const reading = readSource(followed);
  await reading.lines(2);
  renameSync(join(folder, 'app.log'), join(folder, 'app.log.1'));
  put('app.log.1', 'three\n');
  put('app.log', 'four\n');
  await reading.lines(4);
  renameSync(join(folder, 'app.log'), join(folder, 'old-app.log'));
  put('app.log', 'five\n');
  await reading.lines(5);
  await new Promise((resolve) => setTimeout(resolve, 4500));
  expect(reading.texts).toEqual(['one', 'two', 'three', 'four', 'five']);
  await reading.stop();
}, 30_000);

test('a file that only gets another name is read on under it', async () => {
  put('a.log', 'one\n');
  const reading = readSource(source('*.log'));
  await reading.lines(1);
  renameSync(join(folder, 'a.log'), join(folder, 'b.log'));
  put('b.log', 'two\n');
  await reading.lines(2);
  await new Promise((resolve) => setTimeout(resolve, 5000));
  put('b.log', 'three\n');
  await reading.lines(3);
  expect(reading.texts).toEqual(['one', 'two', 'three']);
  await reading.stop();
}, 30_000);

test('goes on after restarts: what came, grew or was rotated meanwhile is read once', async () => {
  for (let n = 0; n < 20; n++) put(`f${n}.log`, 'history\n');
  let checkpoint: Checkpoint | null = null;
  const first: Reading = readSource(source('*.log', { from: 'end' }));
  await new Promise((resolve) => setTimeout(resolve, 500));
  put('f0.log', 'zero\n');
  await first.lines(1);
  await first.stop();
  checkpoint = JSON.parse(JSON.stringify(first.checkpoint)) as Checkpoint;
  put('f1.log', 'silent until now\n');
  put('new.log', 'new\n');
  renameSync(join(folder, 'f0.log'), join(folder, 'f0.log.1'));
  put('f0.log.1', 'late\n');
  put('f0.log', 'fresh\n');
  const second = readSource(source('*.log', { from: 'end' }), checkpoint);
  await second.lines(4);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect([...first.texts, ...second.texts].sort()).toEqual(['fresh', 'late', 'new', 'silent until now', 'zero']);
  await second.stop();
}, 30_000);

test('follows the newest files where there are too many, and says so', async () => {
  for (let n = 0; n < 6; n++) put(`f${n}.log`, `${n}\n`);
  const followed = source('*.log', { max_files: 4 });
  const reading = readSource(followed);
  await reading.lines(4);
  expect(followed.health().problem).toContain('2 files beyond max_files');
  expect(followed.health().levels).toMatchObject({ files: 4, leftOut: 2 });
  await reading.stop();
});

test('waits for a first file', async () => {
  const followed = source('none/*.log');
  const reading = readSource(followed);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(followed.health()).toMatchObject({ state: 'waiting', problem: 'no file fits (yet)' });
  await reading.stop();
  writeFileSync(join(folder, 'x'), '');
});
