/** What people do from the pages: bans, undo, states of alerts, the allowlist; and what must not be done twice. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { attack, type Client, openRoom, type Room, until } from './room.ts';

let room: Room;
let operator: Client;
let admin: Client;

beforeAll(async () => {
  room = await openRoom();
  operator = await room.as('operator');
  admin = await room.as('admin');
});
afterAll(() => room.close());

const ban = (addresses: string[]) =>
  operator.call('addDecisions', { body: { addresses, seconds: 3600, reason: 'test' } });

it('bans many, each through the door, and takes them back', async () => {
  const made = await ban(['203.0.113.20', '203.0.113.21', '127.0.0.1', 'nonsense']);
  expect([made.accepted, made.refused]).toEqual([2, 2]);
  expect(made.results[2]).toMatchObject({
    ok: false,
    code: 'special-range',
    why: { tr: expect.stringContaining('özel bir ağ') },
  });
  expect(await operator.call('undo', { params: { token: made.undo! } })).toEqual({ undone: 2 });
  await expect(operator.call('undo', { params: { token: made.undo! } })).rejects.toThrow(/404/);
  expect(room.daemon.handle.status().activeDecisions).toBe(0);
});

it('lifts a ban, and the undo bans again for what was left', async () => {
  const made = await ban(['203.0.113.22']);
  const [first] = made.results;
  const id = first?.ok === true ? first.decision.id : '';
  const lifted = await operator.call('deleteDecision', { params: { id } });
  expect(lifted.lifted).toBe(1);
  expect((await operator.call('decision', { params: { id } })).state).toBe('revoked');
  await operator.call('undo', { params: { token: lifted.undo! } });
  const { items } = await operator.call('decisions', { query: { within: '203.0.113.22' } });
  expect(items[0]?.seconds).toBeGreaterThan(3500);
  expect((await operator.call('deleteDecisions', { body: { addresses: ['203.0.113.22'] } })).lifted).toBe(1);
});

it('keeps whom the page allows out of every ban, at once', async () => {
  await ban(['203.0.113.30']);
  const entry = await operator.call('addAllow', { body: { value: '203.0.113.30/31', note: 'office' } });
  expect(entry.lifted).toBe(1);
  expect((await ban(['203.0.113.31'])).results[0]).toMatchObject({ ok: false, code: 'allowlist' });
  const { id } = entry;
  await operator.call('changeAllow', { params: { id }, body: { expiresAt: Date.now() - 1 } });
  expect((await ban(['203.0.113.31'])).accepted).toBe(1);
  expect((await operator.call('deleteAllow', { params: { id } })).removed).toBe(1);
  await expect(operator.call('addAllow', { body: { value: 'example.org' } })).rejects.toThrow(/400/);
});

it('does a write with an idempotency-key once', async () => {
  const send = (address: string) =>
    operator.raw('POST', '/api/v1/decisions', {
      headers: { 'idempotency-key': 'k1' },
      body: { addresses: [address], seconds: 60 },
    });
  const first = await send('203.0.113.40');
  const again = await send('203.0.113.40');
  expect([again.status, again.text, again.headers['idempotency-replayed']]).toEqual([201, first.text, 'true']);
  expect((await send('203.0.113.41')).status).toBe(422);
});

it('changes the state of alerts, and wakes nobody for what is normal', async () => {
  room.write(attack('203.0.113.50'));
  const { items } = await until(
    () => operator.call('alerts', { query: { entity: '203.0.113.50' } }),
    (page) => page.items.length === 1,
  );
  const { id } = items[0]!;
  expect(
    (await operator.call('changeAlert', { params: { id }, body: { state: 'acknowledged', note: 'seen' } })).state,
  ).toBe('acknowledged');
  const many = await operator.call('changeAlerts', { body: { ids: [id], state: 'normal' } });
  expect(many.changed).toBe(1);
  const rule = items[0]!.rules[0]!.id;
  expect(room.store.isMuted('203.0.113.50', rule, Date.now())).toBe(true);
  await operator.call('undo', { params: { token: many.undo } });
  expect((await operator.call('alert', { params: { id } })).state).toBe('acknowledged');
  expect(room.store.isMuted('203.0.113.50', rule, Date.now())).toBe(false);
  const until5 = Date.now() + 3_600_000;
  const muted = await operator.call('changeAlert', { params: { id }, body: { state: 'muted', until: until5 } });
  expect(muted).toMatchObject({ state: 'muted', stateUntil: until5, note: 'seen' });
});

it('manages users, tokens and sessions, and writes down who did it', async () => {
  await admin.call('addUser', { body: { name: 'ayse', password: 'a long enough one', role: 'viewer' } });
  await expect(
    admin.call('addUser', { body: { name: 'ayse', password: 'a long enough one', role: 'viewer' } }),
  ).rejects.toThrow(/409/);
  expect((await admin.call('changeUser', { params: { name: 'ayse' }, body: { role: 'operator' } })).role).toBe(
    'operator',
  );
  await expect(admin.call('deleteUser', { params: { name: 'admin' } })).rejects.toThrow(/409.*last admin/);
  const token = await admin.call('addToken', { body: { name: 'nginx', role: 'viewer', scopes: ['bouncer'] } });
  const bearer = room.withHeaders({ authorization: `Bearer ${token.secret}` });
  expect((await bearer.raw('GET', '/api/v1/decisions/stream')).status).toBe(200);
  expect((await bearer.raw('GET', '/api/v1/alerts')).status).toBe(403);
  expect(JSON.stringify(await admin.call('tokens'))).not.toContain(token.secret);
  await admin.call('deleteToken', { params: { id: token.id } });
  expect((await bearer.raw('GET', '/api/v1/decisions/stream')).status).toBe(401);
  expect((await admin.call('deleteUser', { params: { name: 'ayse' } })).removed).toBe(1);
  const { items } = await admin.call('audit', { query: { action: 'users.' } });
  expect(items.map((each) => each.action)).toEqual(['users.delete', 'users.change', 'users.add']);
});

it('serves its description, which names every route', async () => {
  const text = (await operator.raw('GET', '/api/v1/openapi.json')).text;
  const { paths, openapi } = JSON.parse(text) as { paths: Record<string, unknown>; openapi: string };
  expect(openapi).toBe('3.1.0');
  expect(paths).toHaveProperty(['/api/v1/alerts/{id}']);
  expect((await operator.raw('GET', '/api/v1/docs')).text).toContain('Bekçi API');
});

it('panics for admins', async () => {
  expect(await admin.call('panic')).toHaveProperty('lifted');
  expect(await admin.call('confirm')).toEqual({ confirmed: false });
});
