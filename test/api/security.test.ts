/** What must not work: each route for each role, other sites, rebound names, carried-over sessions, guessing, odd bodies. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Route } from '../../src/api/contract/shapes.ts';
import { API_BASE, CSRF_HEADER, ROLES, routeList } from '../../src/api/contract.ts';
import { csvCell } from '../../src/api/export.ts';
import { type Client, openRoom, PASSWORD, pathOf, type Room, until } from './room.ts';

let room: Room;
const clients = new Map<string, Client>();

beforeAll(async () => {
  room = await openRoom();
  clients.set('nobody', room.anonymous());
  for (const role of ROLES) clients.set(role, await room.as(role));
});
afterAll(() => room.close());

/** Signing out, ending sessions and panic would end what other rows need; they are tested elsewhere. */
const DISTURBS = new Set(['logout', 'panic', 'deleteUser', 'changeUser', 'login', 'link', 'changePassword']);

describe.each(['nobody', ...ROLES])('as %s', (who) => {
  it.each(routeList().filter(([name, route]) => route.kind !== 'events' && !DISTURBS.has(name)))(
    '%s',
    async (_, route) => {
      const body = route.method === 'GET' || route.body === undefined ? undefined : {};
      const { status, text } = await clients.get(who)!.raw(route.method, pathOf(route, {}), { body });
      expect(status, text).not.toBe(500);
      if (route.role === 'public') return expect([401, 403]).not.toContain(status);
      if (who === 'nobody') return expect(status).toBe(401);
      const may = ROLES.indexOf(who as 'viewer') >= ROLES.indexOf(route.role);
      if (!may) return expect(JSON.parse(text)).toMatchObject({ status: 403, code: 'API_ROLE' });
      expect([401, 403]).not.toContain(status);
    },
  );
});

const writes = routeList().filter(([, route]) => route.method !== 'GET' && route.role !== 'public');
const send = (route: Route, headers: Record<string, string>) =>
  clients
    .get('admin')!
    .raw(route.method, pathOf(route, {}), { headers, body: route.body === undefined ? undefined : {} });

describe('another site', () => {
  it.each(writes)('cannot %s without the token', async (_, route) => {
    expect((await send(route, { [CSRF_HEADER]: 'guessed' })).text).toContain('API_CSRF');
  });
  it.each(writes)('cannot %s as the browser tells it', async (_, route) => {
    expect((await send(route, { 'sec-fetch-site': 'cross-site' })).text).toContain('API_CROSS_SITE');
    expect((await send(route, { origin: 'https://evil.example' })).text).toContain('API_CROSS_SITE');
    expect((await send(route, { origin: 'null' })).text).toContain('API_CROSS_SITE');
  });
  it('cannot sign somebody in', async () => {
    const body = { name: 'viewer', password: PASSWORD };
    const answer = await room
      .anonymous()
      .raw('POST', `${API_BASE}/auth/login`, { body, headers: { origin: 'http://evil.example' } });
    expect([answer.status, answer.headers['set-cookie']]).toEqual([403, undefined]);
  });
  it('cannot send a form', async () => {
    const answer = await clients.get('admin')!.raw('POST', `${API_BASE}/decisions`, {
      body: '{"addresses":["203.0.113.7"],"seconds":60}',
      headers: { 'content-type': 'text/plain' },
    });
    expect(answer.status).toBe(415);
  });
});

describe('a rebound name', () => {
  it.each(['evil.example', 'evil.example:8787', 'localhost.evil.example', '127.0.0.1.evil.example'])(
    '%j',
    async (host) => {
      for (const path of ['/', '/health', `${API_BASE}/auth/session`, '/v1/decisions'])
        expect((await clients.get('admin')!.raw('GET', path, { headers: { host } })).status).toBe(421);
    },
  );
  it.each(['localhost', 'LOCALHOST:1', '127.0.0.1', '[::1]:80'])('but not %j', async (host) => {
    expect((await room.anonymous().raw('GET', '/health', { headers: { host } })).status).toBe(200);
  });
});

it('sends its headers with everything', async () => {
  for (const path of ['/', '/nothing.js', `${API_BASE}/auth/session`, `${API_BASE}/alerts`]) {
    const { headers } = await room.anonymous().raw('GET', path);
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
});

it('gives a new session at each sign-in and ends the one before', async () => {
  const first = await room.as('operator');
  const planted = await room.anonymous().raw('POST', `${API_BASE}/auth/login`, {
    body: { name: 'operator', password: PASSWORD },
    headers: { cookie: `bekci_session=bks_${'A'.repeat(43)}` },
  });
  expect(String(planted.headers['set-cookie'])).not.toContain('AAAAAAAA');
  expect(String(planted.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Strict/);
  const again = await first.raw('POST', `${API_BASE}/auth/login`, { body: { name: 'operator', password: PASSWORD } });
  expect(again.status).toBe(200);
  expect((await first.raw('GET', `${API_BASE}/alerts`)).status).toBe(401);
});

it('ends a session at sign-out, and others at a new password', async () => {
  const [one, two] = [await room.as('viewer'), await room.as('viewer')];
  await one.call('changePassword', { body: { old: PASSWORD, new: 'another long one' } });
  expect((await two.raw('GET', `${API_BASE}/alerts`)).status).toBe(401);
  await one.call('changePassword', { body: { old: 'another long one', new: PASSWORD } });
  await one.call('logout');
  expect((await one.raw('GET', `${API_BASE}/alerts`)).status).toBe(401);
  clients.set('viewer', await room.as('viewer'));
});

it('signs in once with a link', async () => {
  const token = room.daemon.room!.signIn().split('#link=')[1]!;
  const use = () => room.anonymous().raw('POST', `${API_BASE}/auth/link`, { body: { token } });
  const both = await Promise.all([use(), use(), use()]);
  expect(both.map((each) => each.status).toSorted()).toEqual([200, 401, 401]);
});

it('lets five guesses at once through, not five hundred, and notes them where bekci reads', async () => {
  const guess = (index: number) =>
    room
      .anonymous()
      .raw('POST', `${API_BASE}/auth/login`, { body: { name: 'admin"\n\u001b[31m', password: `guess ${index}` } });
  const started = Date.now();
  const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => guess(index)));
  const count = (status: number) => answers.filter((each) => each.status === status).length;
  // One more is let through for every second that the two hundred take: a busy machine needs several.
  expect(count(401)).toBeLessThanOrEqual(5 + Math.floor((Date.now() - started) / 1000));
  expect(count(401) + count(429)).toBe(200);
  expect(answers.find((each) => each.status === 429)?.headers['retry-after']).toMatch(/^\d+$/);
  // Read by bekci like any service's: the guessing is told, and nobody else is blamed for it.
  const { items } = await until(
    () => clients.get('viewer')!.call('alerts', { query: { q: 'Brute force on a service' } }),
    (page) => page.items.length > 0,
  );
  expect(items.map((each) => each.entity)).toEqual(['127.0.0.1']);
});

it.each([
  ['no JSON', '{', 400],
  ['another shape', '[]', 400],
  ['unknown keys', '{"addresses":["203.0.113.7"],"seconds":60,"x":1}', 400],
  ['no UTF-8 surrogate', '{"addresses":["\\ud800"],"seconds":60}', 201],
  ['__proto__', '{"__proto__":{"addresses":["203.0.113.7"]},"seconds":60}', 400],
  ['far too much', JSON.stringify({ addresses: ['x'.repeat(2_000_000)] }), 413],
  ['deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 400],
])('a body with %s', async (_, body, status) => {
  const answer = await clients.get('admin')!.raw('POST', `${API_BASE}/decisions`, { body });
  expect(answer.status).toBe(status);
  if (status !== 201)
    expect(JSON.parse(answer.text)).toMatchObject({ status, code: expect.stringMatching(/^API_/) as string });
});

it.each([
  '/../package.json',
  '/..%2fpackage.json',
  '/%2e%2e/%2e%2e/etc/passwd',
  '/assets/..%5c..%5cx.js',
  '//etc/passwd.txt',
])('no file outside: %s', async (path) => {
  const answer = await room.anonymous().raw('GET', path);
  expect(answer.text).not.toMatch(/"dependencies"|root:/);
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

it.each([
  ['=1+1', `"'=1+1"`],
  [' =1', `"' =1"`],
  ['@x', `"'@x"`],
  ['-2', `"'-2"`],
  ['a,"b"', '"a,""b"""'],
  ['a\r\nb', 'a\\x0d\\x0ab'],
  ['\u202ex', '\\u202ex'],
  ['203.0.113.7', '203.0.113.7'],
])('a CSV cell of %j is harmless', (text, cell) => expect(csvCell(text)).toBe(cell));

it('withstands a thousand odd requests', async () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return seed % below;
  };
  const values = [
    '',
    '0',
    '-1',
    '1e9',
    '%00',
    '%',
    'a'.repeat(500),
    '%F0%9F%98%80',
    "' OR 1=1 --",
    '../..',
    '[]',
    'null',
    '١٢',
  ];
  const pick = (): string => values[random(values.length)]!;
  const list = routeList().filter(([name, route]) => route.kind !== 'events' && !DISTURBS.has(name));
  const worst: string[] = [];
  for (let round = 0; round < 1000; round++) {
    const [name, route] = list[random(list.length)]!;
    const path = route.path.replace(/\{\w+\}/g, () => pick().replace(/[^\w%.-]/g, '') || 'x');
    const query = `?limit=${pick()}&cursor=${pick()}&q=${pick()}&from=${pick()}&within=${pick()}`.replace(
      /[^\w%.=&?-]/g,
      '',
    );
    const body =
      route.body === undefined
        ? undefined
        : {
            addresses: [pick()],
            seconds: random(5),
            name: pick(),
            ids: [pick()],
            state: 'new',
            values: [pick()],
            lines: [pick()],
            value: pick(),
            note: pick(),
            password: pick(),
          };
    const answer = await clients.get('admin')!.raw(route.method, API_BASE + path + query, { body });
    if (answer.status >= 500 && answer.status !== 503) worst.push(`${name} ${path}${query} ${answer.text}`);
  }
  expect(worst).toEqual([]);
}, 60_000);
