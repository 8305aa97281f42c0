/** Packed files as the tools write them: gzip and zstd, one or many members, broken ones; and CloudTrail's. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeFolder } from '../../test/labs/remove-folder.ts';
import { readSource } from '../../test/labs/source-reader.ts';
import { silentLog } from '../kit/log.ts';
import type { Checkpoint } from '../model/line.ts';
import { RecordCutter } from './file/records.ts';
import { createTail } from './file/tail.ts';
import { readWholeFile } from './whole-file.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-whole-'));
});
afterAll(() => removeFolder(folder));

async function textsOf(path: string): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of readWholeFile(path, { id: 'x', program: null, timezone: null })) texts.push(...batch.texts);
  return texts;
}

const LINES = Array.from({ length: 20_000 }, (_, n) => `line ${n} ${'é'.repeat(n % 50)}`);

test.each([
  ['gzip', 'gz', ['-k'], (text: string) => gzipSync(text)],
  ['zstd', 'zst', ['-kq'], (text: string) => zstdCompressSync(text)],
] as const)('%s: as the tool writes it, several members, under any name', async (tool, end, options, pack) => {
  const plain = join(folder, `${tool}.log`);
  writeFileSync(plain, `${LINES.join('\n')}\n`);
  if (existsSync(`/usr/bin/${tool}`)) {
    execFileSync(tool, [...options, plain]);
    expect(await textsOf(`${plain}.${end}`)).toEqual(LINES);
  } else console.warn(`skipped: ${tool} is not installed`);
  const many = join(folder, `${tool}-many.packed`);
  const half = LINES.join('\n').length >> 1;
  const text = LINES.join('\n');
  writeFileSync(many, Buffer.concat([pack(text.slice(0, half)), pack(text.slice(half)), pack('')]));
  expect(await textsOf(many)).toEqual(LINES);
});

test.each([
  ['cut short', 'gz', (bytes: Buffer) => bytes.subarray(0, -10), 'unexpected end of file'],
  ['cut short', 'zst', (bytes: Buffer) => bytes.subarray(0, -10), 'unexpected end of file'],
  ['rubbish behind it', 'gz', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('rubbish')]), 'header'],
  ['rubbish behind it', 'zst', (bytes: Buffer) => Buffer.concat([bytes, Buffer.from('rubbish')]), '7 bytes at the end'],
  ['no archive', 'gz', () => Buffer.from('just text\n'), 'header'],
  ['no archive', 'zst', () => Buffer.from('just text\n'), 'frame'],
  ['a kind not known', 'xz', () => Buffer.from('fd377a585a00000000', 'hex'), 'only gzip and zstd'],
])('%s (.%s) is a clear error', async (_, end, spoil, expected) => {
  const path = join(folder, `bad.${end}`);
  const text = `${LINES.join('\n')}\n`;
  writeFileSync(path, spoil(end === 'gz' ? gzipSync(text) : zstdCompressSync(text)));
  await expect(textsOf(path)).rejects.toMatchObject({ code: 'FILE_READ', message: expect.stringContaining(expected) });
});

test.each(['gz', 'zst'])('a followed file that was rotated and packed (.%s) while we were away', async (end) => {
  const path = join(folder, `away-${end}.log`);
  writeFileSync(path, 'one\n');
  const source = () =>
    createTail({ path, program: null, timezone: null, from: 'start' }, { log: silentLog, now: Date.now });
  const first = readSource(source());
  await first.lines(1);
  await first.stop();
  appendFileSync(path, 'two\n');
  writeFileSync(`${path}.1.${end}`, end === 'gz' ? gzipSync(readFileSync(path)) : zstdCompressSync(readFileSync(path)));
  rmSync(path);
  utimesSync(`${path}.1.${end}`, new Date(), new Date(Date.now() - 5000));
  renameSync(`${path}.1.${end}`, `${path}.2.${end}`);
  writeFileSync(`${path}.1`, 'between\n');
  writeFileSync(path, 'three\n');
  const second = readSource(source(), first.checkpoint as Checkpoint);
  await second.lines(3);
  expect(second.texts).toEqual(['two', 'between', 'three']);
  await second.stop();
});

test('CloudTrail: one event a record, packed or not, however long the file', async () => {
  const record = (n: number) => ({
    eventTime: '2026-11-24T08:48:18Z',
    eventName: 'ConsoleLogin',
    sourceIPAddress: `203.0.113.${n % 250}`,
    requestParameters: { nested: [{ a: '}]"\\' }, [n]] },
  });
  const records = Array.from({ length: 3000 }, (_, n) => record(n));
  const path = join(folder, 'trail.json.gz');
  writeFileSync(path, gzipSync(JSON.stringify({ Records: records })));
  expect((await textsOf(path)).map((text) => JSON.parse(text) as unknown)).toEqual(records);
  writeFileSync(join(folder, 'trail.json'), JSON.stringify({ Records: records.slice(0, 3) }, null, 2));
  expect(await textsOf(join(folder, 'trail.json'))).toHaveLength(3);
});

test('records: cut anywhere, too long ones counted, rubbish harmless', () => {
  const bytes = Buffer.from(`{"Records":[{"a":"é\\"}"},{"b":"${'x'.repeat(100_000)}"},{"c":[{}]}],"x":1}`);
  for (const size of [1, 7, 4096, 1_000_000]) {
    const cutter = new RecordCutter();
    const texts: string[] = [];
    for (let at = 0; at < bytes.length; at += size) texts.push(...cutter.push(bytes.subarray(at, at + size)).texts);
    expect(texts).toEqual(['{"a":"é\\"}"}', '{"c":[{}]}']);
    expect(cutter.truncated).toBe(1);
  }
  const cutter = new RecordCutter();
  for (const rubbish of [']]]}}}', '"\\', '[[[[', '\0\xff']) cutter.push(Buffer.from(rubbish));
  truncateSync(join(folder, 'trail.json'), 40);
});
