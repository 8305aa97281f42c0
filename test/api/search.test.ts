/** The search over a real daemon's log and its rotated predecessors: what it finds, what it refuses, that it ends. */
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Given, routes } from '../../src/api/contract.ts';
import { attack, type Client, openRoom, pathOf, type Room } from './room.ts';

// Threads that step back wait long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });
let room: Room;
let viewer: Client;
const DAY = 86_400_000;

type SearchQuery = { q: string; from?: number; to?: number; source?: string; limit?: number };
type Found = Given<'search'>;

async function find(
  query: SearchQuery,
): Promise<{ records: Found[]; hits: string[]; done: Found & { event: 'done' } }> {
  const answer = await viewer.raw('GET', pathOf(routes.search, { query }));
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const records = answer.text
    .trim()
    .split('\n')
    .map((line) => routes.search.response.parse(JSON.parse(line)));
  const hits = records.flatMap((each) => (each.event === 'progress' ? each.hits : []));
  const done = records.at(-1)!;
  if (done.event !== 'done') throw new Error(JSON.stringify(done));
  return { records, hits: hits.map((each) => each.text), done };
}

function old(ip: string, daysAgo: number): string {
  const at = new Date(Date.now() - daysAgo * DAY).toISOString();
  return `${at} web sshd[7]: Failed password for root from ${ip} port 22 ssh2`;
}

beforeAll(async () => {
  room = await openRoom();
  viewer = await room.as('viewer');
  room.write([
    ...attack('203.0.113.7', 3),
    'no stamp, \u001b[31m<script>alert(1)</script>',
    ...attack('198.51.100.9', 3),
  ]);
  writeFileSync(`${room.log}.1`, `${old('203.0.113.50', 2)}\n`);
  writeFileSync(`${room.log}.2.gz`, gzipSync(`${old('203.0.113.60', 9)}\n${old('192.0.2.1', 9)}\n`));
  writeFileSync(`${room.log}.3.xz`, 'x');
  writeFileSync(join(room.folder, 'secret.txt'), 'Failed password secret\n');
  symlinkSync(join(room.folder, 'secret.txt'), `${room.log}.4`);
  mkdirSync(`${room.log}.5`);
  for (const [name, days] of [
    ['.1', 2],
    ['.2.gz', 9],
  ] as const)
    utimesSync(room.log + name, (Date.now() - days * DAY) / 1000, (Date.now() - days * DAY) / 1000);
});
afterAll(() => room.close());

it('finds by meaning, in packed and rotated files too', async () => {
  const { hits, done, records } = await find({ q: 'source.ip:203.0.113.0/24' });
  expect(hits).toHaveLength(5);
  expect(done).toMatchObject({ matched: 5, unseen: [] });
  expect(done.problems.map((each) => each.file)).toEqual([`${room.log}.3.xz`]);
  const last = records.findLast((each) => each.event === 'progress');
  expect(last?.histogram?.counts.reduce((sum, each) => sum + each, 0)).toBe(5);
  expect(last?.facets.find((each) => each.field === 'source.ip')?.values[0]).toEqual({
    value: '203.0.113.7',
    count: 3,
  });
});

it('marks what was decoded and keeps the raw text', async () => {
  const { records } = await find({ q: 'source.ip:203.0.113.50' });
  const hit = records.flatMap((each) => (each.event === 'progress' ? each.hits : []))[0]!;
  const mark = hit.marks.find((each) => each.field === 'source.ip')!;
  expect(hit.text.slice(mark.start, mark.end)).toBe('203.0.113.50');
  expect(hit.file).toBe(`${room.log}.1`);
  expect((await find({ q: 'script' })).hits[0]).toContain('\u001b[31m<script>');
});

it('keeps to a stretch of time and the newest lines', async () => {
  expect((await find({ q: 'failed', from: Date.now() - 3 * DAY, to: Date.now() - DAY })).hits).toHaveLength(1);
  const { hits, done } = await find({ q: 'failed', limit: 1, source: `file:${room.log}` });
  expect(hits).toHaveLength(1);
  expect(hits[0]).toContain('198.51.100.9');
  expect(done.matched).toBeGreaterThan(6);
});

it('never leaves the files of the sources', async () => {
  expect((await find({ q: 'secret' })).hits).toEqual([]);
  for (const source of [
    'file:/etc/passwd',
    `file:${room.folder}/secret.txt`,
    '../secret.txt',
    `file:${room.log}/../secret.txt`,
  ])
    expect((await find({ q: '', source })).done.files, source).toBe(0);
});

it('points at what it does not understand', async () => {
  const answer = await viewer.raw('GET', pathOf(routes.search, { query: { q: 'failed and (' } }));
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.text).errors[0]).toMatchObject({ path: 'query.q', code: 'unclosed-group', column: 12 });
  expect((await find({ q: 'sorce.ip:x' })).done.unseen).toEqual([{ field: 'sorce.ip', nearest: 'source.ip' }]);
});

it('keeps searches under a name', async () => {
  const operator = await room.as('operator');
  const saved = await operator.call('saveSearch', { body: { name: 'refused', query: 'event.outcome:failure' } });
  expect((await viewer.call('savedSearches')).items.map((each) => each.name)).toEqual(['refused']);
  await expect(operator.call('saveSearch', { body: { name: 'bad', query: '(' } })).rejects.toThrow(/unclosed-group/);
  expect((await operator.call('deleteSearch', { params: { id: saved.id } })).removed).toBe(1);
  expect((await viewer.call('searchSources')).items.map((each) => each.id)).toContain(`file:${room.log}`);
});

it('ends when nobody listens, and runs two at a time', async () => {
  const long = Array.from({ length: 200_000 }, (_, index) => old(`203.0.${index % 200}.9`, 1)).join('\n');
  for (const n of [6, 7, 8]) writeFileSync(`${room.log}.${n}`, long.repeat(2));
  const path = pathOf(routes.search, { query: { q: 'failed' } });
  const abort = [new AbortController(), new AbortController()];
  const open = await Promise.all(
    abort.map(({ signal }) => fetch(room.base + path, { headers: { cookie: viewer.cookie }, signal })),
  );
  expect(open.map((each) => each.status)).toEqual([200, 200]);
  const third = await viewer.raw('GET', path);
  expect([third.status, third.headers['retry-after']]).toEqual([503, '2']);
  // The engine's event loop is not held meanwhile.
  const began = performance.now();
  await viewer.call('status');
  expect(performance.now() - began).toBeLessThan(1000);
  for (const each of abort) each.abort();
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await find({ q: 'user.name:root', to: Date.now() - 5 * DAY })).done.matched).toBe(2);
});
