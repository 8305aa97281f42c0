/** The live stream and the streams for enforcers, over real connections. */
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Call, Desk } from '../../src/api/http/call.ts';
import { createLive } from '../../src/api/live.ts';
import { attack, type Client, openRoom, type Room, until } from './room.ts';

let room: Room;
let operator: Client;

beforeAll(async () => {
  room = await openRoom(
    'mode: enforce\ndecisions: {bans_per_minute: 100000}\nresponders: [{type: command, name: noop, add: [/bin/true, "{ip}"]}]\n',
  );
  operator = await room.as('operator');
});
afterAll(() => room.close());

interface Stream {
  readonly events: { event: string; id: string; data: { [key: string]: unknown } }[];
  text: string;
  close(): void;
}

function listen(client: Client, headers: Record<string, string> = {}): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const req = get(
      `${room.base}/api/v1/live`,
      { headers: { cookie: client.cookie, ...headers } },
      (res: IncomingMessage) => {
        if (res.statusCode !== 200) return reject(new Error(String(res.statusCode)));
        const stream: Stream = { events: [], text: '', close: () => req.destroy() };
        let rest = '';
        res.setEncoding('utf8');
        res.on('data', (part: string) => {
          stream.text += part;
          const blocks = (rest + part).split('\n\n');
          rest = blocks.pop()!;
          for (const block of blocks) {
            const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
            if (field('event') !== '')
              stream.events.push({
                event: field('event'),
                id: field('id'),
                data: JSON.parse(field('data')) as Record<string, unknown>,
              });
          }
        });
        res.on('error', () => undefined);
        resolve(stream);
      },
    );
    req.on('error', () => undefined);
  });
}

it('tells an attack as it happens, and again to whoever was away', async () => {
  const stream = await listen(operator);
  await until(
    async () => stream.events,
    (events) => events.length > 0,
  );
  const before = /^id: (\d+)$/m.exec(stream.text)![1]!;
  const written = performance.now();
  room.write(attack('203.0.113.60'));
  const ban = await until(
    async () => stream.events.find((each) => each.event === 'decision' && each.data.ip === '203.0.113.60'),
    (found) => found !== undefined,
  );
  console.log(`attack to page: ${Math.round(performance.now() - written)} ms`);
  expect(stream.events.some((each) => each.event === 'alert' && each.data.entity === '203.0.113.60')).toBe(true);
  stream.close();
  const again = await listen(operator, { 'last-event-id': before });
  await until(
    async () => again.events.find((each) => each.id === ban!.id || each.data.ip === '203.0.113.60'),
    (found) => found !== undefined,
  );
  again.close();
  const lost = await listen(operator, { 'last-event-id': '99999999' });
  await until(
    async () => lost.events[0]?.event,
    (event) => event === 'resync',
  );
  lost.close();
});

it('ends the stream of whoever was signed out', async () => {
  const viewer = await room.as('viewer');
  const stream = await listen(viewer);
  let ended = false;
  const watch = get(`${room.base}/api/v1/live`, { headers: { cookie: viewer.cookie } }, (res) => {
    res.resume();
    res.on('end', () => {
      ended = true;
    });
  });
  watch.on('error', () => undefined);
  await until(
    async () => stream.events.length,
    (count) => count > 0,
  );
  await viewer.call('logout');
  const end = performance.now() + 15_000;
  while (!ended && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 200));
  expect(ended).toBe(true);
  stream.close();
});

it('passes over one who reads nothing, and tells it so when it reads again', async () => {
  const calm = await openRoom('decisions: {bans_per_minute: 100000}\n');
  const live = createLive({ api: calm.store, engine: calm.daemon.handle, now: Date.now, log: () => undefined });
  const caller = { user: 'x', role: 'viewer', address: '', session: null, scopes: null } as const;
  const access = { byToken: () => caller } as unknown as Desk['access'];
  const request = new Request('http://localhost/', { headers: { 'x-api-key': 'bkt_x' } });
  const call = { caller, request, origin: { address: '', agent: '', secure: false }, desk: { access } as Desk } as Call;
  const [slow, quick] = [live.open(call).body!.getReader(), live.open(call).body!.getReader()];
  let heard = 0;
  const hearing = (async () => {
    for (;;) {
      const { value, done } = await quick.read();
      if (done) return;
      heard += Buffer.from(value).toString().split('event: decision').length - 1;
    }
  })();
  for (let round = 0; round < 12; round++) {
    for (let index = 0; index < 200; index++)
      calm.daemon.handle.ban(`198.18.${round}.${index}`, 600, 'x'.repeat(300), 'api');
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  await until(
    async () => heard,
    (count) => count >= 2300,
  );
  let [bytes, text] = [0, ''];
  while (!text.includes('event: resync')) {
    const { value } = await slow.read();
    text = Buffer.from(value!).toString();
    bytes += value!.byteLength;
  }
  // What waited was bounded, far less than what was told.
  expect(bytes).toBeLessThan(1_200_000);
  live.close();
  await hearing;
  await calm.close();
}, 60_000);

it('streams decisions to enforcers of its own kind', async () => {
  const all = await operator.call('decisionStream', { query: {} });
  expect(all).toMatchObject({ reset: true });
  expect(all.added.map((each) => each.ip)).toContain('203.0.113.60');
  const waiting = operator.call('decisionStream', { query: { cursor: all.cursor, wait: 10 } });
  await operator.call('addDecisions', { body: { addresses: ['203.0.113.61'], seconds: 60 } });
  const next = await waiting;
  expect(next).toMatchObject({ reset: false, added: [{ ip: '203.0.113.61' }] });
  await operator.call('deleteDecisions', { body: { addresses: ['203.0.113.61'] } });
  const last = await operator.call('decisionStream', { query: { cursor: next.cursor } });
  expect(last.removed.map((each) => each.ip)).toEqual(['203.0.113.61']);
});

it('speaks with CrowdSec bouncers', async () => {
  const admin = await room.as('admin');
  const { secret } = await admin.call('addToken', { body: { name: 'fw', role: 'viewer', scopes: ['bouncer'] } });
  const bouncer = room.withHeaders({ 'x-api-key': secret, 'user-agent': 'crowdsec-firewall-bouncer/v0' });
  const ask = async (path: string): Promise<unknown> => JSON.parse((await bouncer.raw('GET', path)).text);
  const first = (await ask('/v1/decisions/stream?startup=true&scopes=ip,range')) as { new: { value: string }[] };
  expect(first.new.find((each) => each.value === '203.0.113.60')).toMatchObject({
    type: 'ban',
    scope: 'Ip',
    origin: 'crowdsec',
  });
  expect(await ask('/v1/decisions/stream?startup=false')).toEqual({ new: [], deleted: [] });
  await operator.call('addDecisions', { body: { addresses: ['203.0.113.128/28'], seconds: 60 } });
  expect(await ask('/v1/decisions/stream')).toMatchObject({ new: [{ value: '203.0.113.128/28', scope: 'Range' }] });
  expect(await ask('/v1/decisions?ip=203.0.113.130')).toMatchObject([{ value: '203.0.113.128/28' }]);
  expect(await ask('/v1/decisions?ip=192.0.2.200')).toBeNull();
  await operator.call('deleteDecisions', { body: { addresses: ['203.0.113.128/28'] } });
  expect(await ask('/v1/decisions/stream')).toMatchObject({ new: [], deleted: [{ value: '203.0.113.128/28' }] });
  expect((await room.withHeaders({ 'x-api-key': 'wrong' }).raw('GET', '/v1/decisions')).status).toBe(403);
  expect((await room.anonymous().raw('GET', '/v1/decisions/stream')).status).toBe(403);
});
