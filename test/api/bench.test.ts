/** The rules' bench over a real daemon: a draft's faults with their places, lines tried, the logs walked, a rule kept and in force at once. */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { routes } from '../../src/api/contract.ts';
import { attack, type Client, openRoom, type Room, until } from './room.ts';

const RULE = `title: Three refused logins
id: 5d0a4a3c-0d6c-4c0e-8a0e-6f5b8f7c1d22
name: three_refused
correlation:
  type: event_count
  rules: [ssh_login_failure]
  group-by: [source.ip]
  timespan: 5m
  condition: { gte: 3 }
level: medium
bekci: { action: ban, ban: 30m }
`;
// Threads that step back wait long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });
let room: Room;
let admin: Client;

beforeAll(async () => {
  room = await openRoom();
  admin = await room.as('admin');
});
afterAll(() => room.close());

it('says where a draft is wrong', async () => {
  const odd = await admin.call('tryRule', { body: { text: RULE.replace('event_count', 'event_cuont') } });
  expect(odd.faults[0]?.line).toBe(5);
  const taken = await admin.call('tryRule', {
    body: { text: RULE.replace('5d0a4a3c-0d6c-4c0e-8a0e-6f5b8f7c1d22', 'e2b36d0a-556f-514e-afd9-8eae6be9c76d') },
  });
  expect(taken.faults[0]).toMatchObject({ code: 'SIGMA_DUPLICATE', line: 2 });
  expect((await admin.call('tryRule', { body: { text: 'title: [' } })).faults.length).toBeGreaterThan(0);
});

it('runs a draft over lines', async () => {
  const lines = [...attack('203.0.113.7', 3), '???', ...attack('203.0.113.8', 2)];
  const tried = await admin.call('tryRule', { body: { text: RULE, lines } });
  expect(tried).toMatchObject({ faults: [], unread: [3], rules: [{ name: 'three_refused', action: 'ban' }] });
  expect(tried.found).toMatchObject([{ entity: '203.0.113.7', line: 2 }]);
});

it('walks this machine’s logs with it', async () => {
  const old = (ip: string, seconds: number) =>
    `${new Date(Date.now() - 86_400_000 + seconds * 1000).toISOString()} web sshd[7]: Failed password for root from ${ip} port 22 ssh2`;
  writeFileSync(`${room.log}.1.gz`, gzipSync(`${[1, 2, 3, 4].map((s) => old('203.0.113.60', s)).join('\n')}\n`));
  room.write(attack('198.51.100.9', 12));
  const answer = await admin.raw('POST', '/api/v1/rules/backtest', { body: { text: RULE, days: 7 } });
  const records = answer.text
    .trim()
    .split('\n')
    .map((line) => routes.backtestRule.response.parse(JSON.parse(line)));
  expect(records.at(-1)).toMatchObject({ event: 'done', entityCount: 2, bans: 2, known: 1, faults: [] });
});

it('keeps a rule that runs at once, and forgets it', async () => {
  const bad = await admin.call('saveRule', { params: { name: 'mine' }, body: { text: 'title: x' } });
  expect([bad.saved, (await admin.call('ownRules')).items]).toEqual([false, []]);
  expect((await admin.call('saveRule', { params: { name: 'mine' }, body: { text: RULE } })).saved).toBe(true);
  expect((await admin.call('rules')).items.some((rule) => rule.name === 'three_refused')).toBe(true);
  room.write(attack('192.0.2.77', 3));
  await until(
    () => admin.call('alerts', { query: { entity: '192.0.2.77' } }),
    ({ items }) => items[0]?.rules.some((rule) => rule.title === 'Three refused logins') === true,
  );
  // The same draft again is no duplicate of itself.
  expect((await admin.call('tryRule', { body: { text: RULE, name: 'mine' } })).faults).toEqual([]);
  expect((await admin.call('deleteRule', { params: { name: 'mine' } })).removed).toBe(1);
  expect((await admin.call('rules')).items.some((rule) => rule.name === 'three_refused')).toBe(false);
});

it('measures what each rule costs, once until other rules are in use', async () => {
  const rules = (await admin.call('rules')).items;
  const { items } = await admin.call('ruleCosts');
  const known = new Map(rules.map((rule) => [rule.id, rule]));
  expect(items.length).toBeGreaterThan(rules.filter((rule) => rule.kind === 'rule').length / 2);
  for (const { id, micros } of items) {
    if (known.has(id)) expect(known.get(id)?.kind).toBe('rule');
    expect(micros).toBeGreaterThanOrEqual(0);
    // A rule that takes a millisecond for one event would stop the watch.
    expect(micros).toBeLessThan(1000);
  }
  // The same figures to the last digit: nothing was measured a second time.
  expect(await admin.call('ruleCosts')).toEqual({ items });
  const text = RULE.slice(0, RULE.indexOf('correlation:')).concat(
    'logsource: { product: linux, service: sshd }\ndetection:\n  all:\n    user.name|contains: x\n  condition: all\nlevel: low\n',
  );
  expect(await admin.call('saveRule', { params: { name: 'priced' }, body: { text } })).toMatchObject({ faults: [] });
  const anew = await admin.call('ruleCosts');
  expect(anew.items.some(({ id }) => id === '5d0a4a3c-0d6c-4c0e-8a0e-6f5b8f7c1d22')).toBe(true);
  await admin.call('deleteRule', { params: { name: 'priced' } });
});

it.each(['../evil', 'a/b', '.x', 'UPPER', ''])('takes no name like %j', async (name) => {
  const answer = await admin.raw('PUT', `/api/v1/rules/own/${encodeURIComponent(name)}`, { body: { text: RULE } });
  expect([400, 404]).toContain(answer.status);
});

it('uses changed settings of rules at once', async () => {
  const { values, revision } = await admin.call('settings');
  const wish = { values: { ...values, rules: { overrides: { ssh_bruteforce: { enabled: false } } } } };
  expect((await admin.call('writeSettings', { body: { wish, revision } })).written).toBe(true);
  expect((await admin.call('rules')).items.some((rule) => rule.name === 'ssh_bruteforce')).toBe(false);
});
