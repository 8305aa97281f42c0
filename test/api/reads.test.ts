/** A real attack in a real log, told by every read of the API in the shape of the contract. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attack, type Client, openRoom, type Room, until } from './room.ts';

let room: Room;
let viewer: Client;

beforeAll(async () => {
  room = await openRoom();
  viewer = await room.as('viewer');
  room.write([...attack('203.0.113.7'), ...attack('203.0.113.9'), ...attack('2001:db8::5')]);
  await until(
    () => viewer.call('alerts', { query: {} }),
    (page) => page.items.length >= 3,
  );
});
afterAll(() => room.close());

it('tells the state of things', async () => {
  expect(await viewer.call('status')).toMatchObject({ mode: 'observe', healthy: true, demonstration: false });
  const now = await viewer.call('now');
  expect(now.facts.detectionsLastHour).toBeGreaterThan(0);
  expect(now.sentence.tr).not.toBe(now.sentence.en);
  expect((await viewer.call('sources')).items.some((each) => each.id.endsWith('auth.log'))).toBe(true);
});

it('lists alerts in pages and filters them', async () => {
  const first = await viewer.call('alerts', { query: { limit: 1 } });
  const second = await viewer.call('alerts', { query: { limit: 1, cursor: first.next! } });
  expect(first.items[0]?.id).not.toBe(second.items[0]?.id);
  expect(first.counts.new).toBeGreaterThanOrEqual(3);
  const mine = await viewer.call('alerts', { query: { q: '203.0.113.7' } });
  expect(mine.items.map((each) => each.entity)).toEqual(['203.0.113.7']);
  await expect(viewer.call('alerts', { query: { cursor: 'x' } })).rejects.toThrow(/400.*STORE_CURSOR/);
});

it('tells an alert as a story with marked lines', async () => {
  const { items } = await viewer.call('alerts', { query: { entity: '203.0.113.7' } });
  const alert = await viewer.call('alert', { params: { id: items[0]!.id } });
  expect(alert.story.en).toContain('203.0.113.7');
  const line = alert.lines[0]!;
  const mark = line.marks.find((each) => each.field === 'source.ip')!;
  expect(line.text.slice(mark.start, mark.end)).toBe('203.0.113.7');
  expect(line.zone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  expect(alert.decisions[0]).toMatchObject({ state: 'observed' });
});

it('finds the ban of an IPv6 network from one of its addresses', async () => {
  const { items } = await viewer.call('alerts', { query: { entity: '2001:db8::5' } });
  expect(items[0]?.decision?.ip).toBe('2001:db8::/64');
});

it('knows entities, their neighbours and protection', async () => {
  const one = await viewer.call('entity', { params: { value: '203.0.113.7' } });
  expect(one.neighbours.map((each) => each.value)).toEqual(['203.0.113.9']);
  expect(one.protection).toBeNull();
  expect((await viewer.call('entity', { params: { value: '127.0.0.1' } })).protection?.code).toBe('special-range');
  const cidr = await viewer.call('entities', { query: { q: '203.0.113.8/29' } });
  expect(cidr.items.map((each) => each.value)).toEqual(['203.0.113.9']);
});

it('answers the rest in the shape of the contract', async () => {
  const { items } = await viewer.call('detections', { query: { limit: 1 } });
  expect((await viewer.call('detection', { params: { id: items[0]!.id } })).id).toBe(items[0]!.id);
  const rules = await viewer.call('rules');
  const spoke = rules.items.find((each) => each.id === items[0]!.rule.id)!;
  expect(spoke.hits).toBeGreaterThan(0);
  expect((await viewer.call('rule', { params: { id: spoke.id } })).text).toContain('title:');
  const coverage = await viewer.call('ruleCoverage');
  expect(coverage.items.find((each) => each.technique === 'attack.t1110.001')).toMatchObject({
    name: 'Brute Force: Password Guessing',
    tactics: ['attack.credential-access'],
  });
  expect((await viewer.call('decisions', { query: { within: '203.0.113.0/24' } })).items.length).toBe(2);
  expect((await viewer.call('timeline', { query: {} })).buckets.some((each) => each.bans > 0)).toBe(true);
  for (const by of ['entity', 'rule', 'network', 'source'] as const)
    expect((await viewer.call('top', { query: { by } })).items.length).toBeGreaterThan(0);
  await viewer.call('allowlist');
  await viewer.call('feeds');
  const found = await viewer.call('lookup', { body: { values: ['203.0.113.7', 'nonsense'] } });
  expect(found.items.map((each) => each.valid)).toEqual([true, false]);
  const told = await viewer.call('explain', { body: { lines: [attack('203.0.113.7', 1)[0]!, '???'] } });
  expect(told.items[0]?.event?.['source.ip']).toBe('203.0.113.7');
});

it('spares unchanged answers', async () => {
  const first = await viewer.raw('GET', '/api/v1/rules');
  const again = await viewer.raw('GET', '/api/v1/rules', { headers: { 'if-none-match': String(first.headers.etag) } });
  expect([again.status, again.text]).toEqual([304, '']);
});

it('exports without formulas', async () => {
  const csv = await viewer.raw('GET', '/api/v1/alerts/export?format=csv');
  expect(csv.text.split('\r\n').length).toBeGreaterThan(3);
  const lines = await viewer.raw('GET', '/api/v1/alerts/export?format=ndjson');
  expect(JSON.parse(lines.text.split('\n')[0]!)).toHaveProperty('entity');
});
