/** Passkeys at a real daemon's door: made, used beside a password and instead of it, and everything that is refused. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChallenges } from '../../src/api/auth/challenges.ts';
import { siteOf } from '../../src/api/auth/site.ts';
import { decodeBase32, hotp } from '../../src/api/auth/totp.ts';
import { SoftKey, type Wish } from '../labs/authenticator.ts';
import { type Client, openRoom, PASSWORD, type Raw, type Room } from './room.ts';

let room: Room;
let origin: string;
/** Keys of the operator and of the viewer. */
const hers = new SoftKey();
const his = new SoftKey();

beforeAll(async () => {
  room = await openRoom();
  origin = `http://localhost:${new URL(room.base).port}`;
});
afterAll(() => room.close());

const place = (at = origin) => ({ host: new URL(at).host, origin: at });
const post = (who: Client, path: string, body: unknown, at = origin): Promise<Raw> =>
  who.raw('POST', `/api/v1/auth/${path}`, { body, headers: place(at) });
interface Said {
  readonly challenge: string;
  readonly user: { readonly id: string };
  readonly hint: string;
}
const json = (answer: Raw): Said => JSON.parse(answer.text) as Said;
const challengeOf = (answer: Raw): string => json(answer).challenge;
/** Why the last sign-in failed, as bekci's own log of them has it. */
const lastWhy = (): string => readFileSync(`${room.folder}/access.log`, 'utf8').trimEnd().split('\n').at(-1) ?? '';

async function make(who: string, key: SoftKey, wrong: Partial<Wish> = {}): Promise<Raw> {
  // In the middle of this file a password alone signs nobody in any more.
  const client = clients.get(who)!;
  const asked = json(await post(client, 'passkeys/options', { password: PASSWORD }));
  const wish = { challenge: asked.challenge, origin, rp: 'localhost', ...wrong };
  return post(client, 'passkeys', { name: 'telephone', made: key.make(wish, asked.user.id) });
}
const clients = new Map<string, Client>();

/** Signs in: with a name beside the password, without one instead of it. */
async function use(key: SoftKey, name: string | null, wrong: Partial<Wish> = {}): Promise<Raw> {
  const anonymous = room.anonymous();
  const asked = await post(anonymous, 'passkey/options', name === null ? {} : { name, password: PASSWORD });
  expect(asked.status, asked.text).toBe(200);
  const wish = { challenge: challengeOf(asked), origin, rp: 'localhost', ...wrong };
  return post(anonymous, 'passkey', { answer: key.use(wish) });
}
/** The address is throttled after five failures, as for passwords; each test begins afresh. */
async function forget(): Promise<void> {
  const answer = await use(hers, 'operator');
  expect(answer.status, answer.text).toBe(200);
}

it('is made by who knows the password, once, and listed', async () => {
  for (const name of ['viewer', 'operator', 'admin']) clients.set(name, await room.as(name));
  const operator = clients.get('operator')!;
  expect(json(await post(room.anonymous(), 'passkey/options', {}))).toMatchObject({ code: 'API_CONFLICT' });
  const before = await post(operator, 'passkeys/options', { password: 'guessed wrongly' });
  expect(json(before)).toMatchObject({ status: 401, code: 'API_LOGIN' });
  expect((await make('operator', hers)).status).toBe(201);
  expect((await make('viewer', his)).status).toBe(201);
  expect(json(await make('viewer', his))).toMatchObject({ code: 'API_CONFLICT' });
  const { items } = await operator.call('passkeys');
  expect(items).toMatchObject([{ name: 'telephone', rp: 'localhost', lastUsedAt: null, synced: false }]);
  expect(room.store.audit({ action: 'passkey.add' }, { limit: 9 }).items.map((each) => each.who)).toEqual([
    'viewer',
    'operator',
  ]);
});

it('is not kept when the page, the type or the asking was another', async () => {
  const other = 'http://localhost:9';
  for (const wrong of [
    { origin: 'https://evil.example' },
    { origin: other },
    { rp: 'evil.example' },
    { type: 'webauthn.get' },
    { challenge: 'A'.repeat(43) },
  ])
    expect(json(await make('admin', new SoftKey(), wrong)), JSON.stringify(wrong)).toMatchObject({ status: 409 });
  // What one user asked for, another cannot finish.
  const asked = json(await post(clients.get('operator')!, 'passkeys/options', { password: PASSWORD }));
  const made = new SoftKey().make({ challenge: asked.challenge, origin, rp: 'localhost' }, 'AAAA');
  const stolen = await post(clients.get('admin')!, 'passkeys', { name: 'x', made });
  expect(json(stolen)).toMatchObject({ code: 'API_CONFLICT' });
  expect(room.store.passkeys('admin')).toEqual([]);
});

it('is asked for beside the password, and signs in', async () => {
  const alone = await post(room.anonymous(), 'login', { name: 'operator', password: PASSWORD });
  expect(json(alone)).toMatchObject({ status: 401, code: 'API_SECOND_FACTOR', factors: ['passkey'] });
  expect(alone.headers['set-cookie']).toBeUndefined();
  const code = await post(room.anonymous(), 'login', { name: 'operator', password: PASSWORD, code: '123456' });
  expect(json(code)).toMatchObject({ code: 'API_SECOND_FACTOR' });
  const asked = await post(room.anonymous(), 'passkey/options', { name: 'operator', password: 'guessed wrongly' });
  expect(asked.status).toBe(401);
  // The second factor need not ask for a finger.
  const answer = await use(hers, 'operator', { verified: false });
  expect(json(answer)).toMatchObject({ signedIn: true, user: 'operator', role: 'operator' });
  expect(String(answer.headers['set-cookie'])).toMatch(/^bekci_session=bks_/);
  expect(room.store.audit({ action: 'sign-in' }, { limit: 1 }).items[0]).toMatchObject({ detail: 'passkey' });
});

it('signs in without a name when it asked for a finger or a PIN, and only then', async () => {
  expect(json(await use(hers, null))).toMatchObject({ signedIn: true, user: 'operator' });
  expect((await use(hers, null, { verified: false })).status).toBe(401);
  expect((await use(hers, null, { userHandle: null })).status).toBe(401);
  expect((await use(hers, null, { userHandle: his.handle })).status).toBe(401);
  await forget();
});

describe('is refused', () => {
  it.each<[string, Partial<Wish>, RegExp]>([
    ['for another page', { origin: 'https://evil.example' }, /origin "https:..evil/],
    ['for another port of this machine', { origin: 'http://localhost:9' }, /origin "http:..localhost:9/],
    ['for another name', { rp: 'evil.example' }, /RP ID/i],
    ['for a challenge that nobody gave', { challenge: 'A'.repeat(43) }, /nothing that was asked for/],
    ['for the making of a key', { type: 'webauthn.create' }, /response type: webauthn.create/],
  ])('%s', async (_, wrong, why) => {
    for (const name of [null, 'operator']) {
      const answer = await use(hers, name, wrong);
      expect(json(answer)).toMatchObject({ status: 401, code: 'API_LOGIN' });
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(lastWhy()).toMatch(why);
    }
    await forget();
  });

  it('a second time, and many times at once', async () => {
    const asked = await post(room.anonymous(), 'passkey/options', {});
    const answer = hers.use({ challenge: challengeOf(asked), origin, rp: 'localhost' });
    const all = await Promise.all([1, 2, 3, 4].map(() => post(room.anonymous(), 'passkey', { answer })));
    expect(all.map((each) => each.status).toSorted()).toEqual([200, 401, 401, 401]);
    expect((await post(room.anonymous(), 'passkey', { answer })).status).toBe(401);
    await forget();
  });

  it('of another user', async () => {
    expect((await use(his, 'operator')).status).toBe(401);
    expect(lastWhy()).toMatch(/of another user/);
    await forget();
  });

  it('unknown, or with a signature of another key', async () => {
    const stranger = new SoftKey();
    stranger.handle = hers.handle;
    expect((await use(stranger, null)).status).toBe(401);
    const asked = await post(room.anonymous(), 'passkey/options', {});
    const wish = { challenge: challengeOf(asked), origin, rp: 'localhost' };
    const forged = { ...stranger.use({ ...wish, userHandle: hers.handle }), id: '', rawId: '' };
    forged.id = forged.rawId = hers.id.toString('base64url');
    expect((await post(room.anonymous(), 'passkey', { answer: forged })).status).toBe(401);
    expect(lastWhy()).toMatch(/wrong signature/);
    await forget();
  });

  it('when its counter did not grow, and says so in the audit', async () => {
    const { counter } = hers;
    expect((await use(hers, 'operator', { counter })).status).toBe(401);
    expect((await use(hers, 'operator', { counter: 1 })).status).toBe(401);
    expect((await use(hers, 'operator', { counter: 0 })).status).toBe(401);
    expect(room.store.audit({ action: 'passkey.copied' }, { limit: 1 }).items[0]).toMatchObject({
      who: 'operator',
      target: 'telephone',
      ok: false,
    });
    hers.counter = counter;
    await forget();
  });

  it('of a locked user', async () => {
    room.store.changeUser('viewer', { disabled: true });
    expect((await use(his, null)).status).toBe(401);
    room.store.changeUser('viewer', { disabled: false });
    expect((await use(his, null)).status).toBe(200);
  });

  it.each([
    [{ answer: {} }],
    [{ answer: { id: 'x'.repeat(2000), rawId: 'x', type: 'public-key', response: {} } }],
    [{ answer: { ...new SoftKey().use({ challenge: 'x', origin: 'x', rp: 'x' }), type: 'password' } }],
  ])('when it is none', async (body) => {
    expect((await post(room.anonymous(), 'passkey', body)).status).toBe(400);
  });

  it('with clientDataJSON that is no JSON, and data cut short', async () => {
    for (const spoil of [{ clientDataJSON: 'AAAA' }, { authenticatorData: 'AAAA' }, { signature: 'AAAA' }]) {
      const asked = await post(room.anonymous(), 'passkey/options', {});
      const good = hers.use({ challenge: challengeOf(asked), origin, rp: 'localhost' });
      const answer = { ...good, response: { ...(good.response as object), ...spoil } };
      expect((await post(room.anonymous(), 'passkey', { answer })).status).toBe(401);
    }
    await forget();
  });
});

it('explains where a browser makes none', async () => {
  const bare = await post(room.anonymous(), 'passkey/options', {}, room.base);
  expect(json(bare)).toMatchObject({ status: 409, code: 'API_PASSKEY_PLACE' });
  expect(json(bare).hint).toContain(origin);
  const settings = { hosts: ['watch.example'], publicUrl: 'https://bekci.example:8443/x', tls: null };
  expect(siteOf('https://bekci.example:8443', 1, settings)).toMatchObject({ rp: 'bekci.example' });
  expect(siteOf('https://watch.example', 1, settings)).toMatchObject({ rp: 'watch.example' });
  for (const wrong of [
    'https://bekci.example',
    'http://watch.example',
    'https://x.watch.example',
    'https://[::1]:1',
    'http://127.0.0.1:1',
    'http://localhost:2',
    'null',
    null,
  ])
    expect(() => siteOf(wrong, 1, settings), String(wrong)).toThrow();
});

it('is throttled as passwords are, and guessing codes is not forgiven by the right password', async () => {
  const { secret } = await clients.get('admin')!.call('beginTotp', { body: { password: PASSWORD } });
  const right = hotp(decodeBase32(secret), Math.floor(Date.now() / 30_000));
  await clients.get('admin')!.call('confirmTotp', { body: { code: right } });
  const seen: number[] = [];
  for (let round = 0; round < 12; round++) {
    // The right password without a code used to make every wrong code before it forgotten.
    await post(room.anonymous(), 'login', { name: 'admin', password: PASSWORD });
    const code = right === '000000' ? '000001' : '000000';
    seen.push((await post(room.anonymous(), 'login', { name: 'admin', password: PASSWORD, code })).status);
  }
  expect(seen.filter((status) => status === 401).length).toBeLessThan(12);
  expect(seen).toContain(429);
  const answers = await Promise.all(
    Array.from({ length: 60 }, () =>
      post(room.anonymous(), 'passkey', { answer: hers.use({ challenge: 'x', origin, rp: 'localhost' }) }),
    ),
  );
  expect(answers.filter((each) => each.status === 429).length).toBeGreaterThan(50);
});

it('is forgotten with the password, by an admin, and with its user', () => {
  expect(room.store.removePasskey('admin', hers.id.toString('base64url'))).toBe(0);
  expect(room.store.removePasskey('operator', hers.id.toString('base64url'))).toBe(1);
  room.store.removeUser('viewer');
  expect(room.store.passkeys('viewer')).toEqual([]);
});

it('keeps few challenges, each for three minutes, and strangers push out none of who knows a password', () => {
  let now = 0;
  const challenges = createChallenges(() => now);
  const second = challenges.issue({ kind: 'second', user: 'ayse', rp: 'x' }, '203.0.113.1');
  const first = challenges.issue({ kind: 'alone', user: null, rp: 'x' }, '2001:db8::1');
  const kept = challenges.issue({ kind: 'alone', user: null, rp: 'x' }, '203.0.113.1');
  for (let n = 0; n < 10; n++) challenges.issue({ kind: 'alone', user: null, rp: 'x' }, `2001:db8::${n + 2}`);
  // Of one /64 the ten newest.
  expect(challenges.take(first)).toBeNull();
  expect(challenges.take(kept)).toMatchObject({ kind: 'alone' });
  for (let n = 0; n < 5000; n++)
    challenges.issue({ kind: 'alone', user: null, rp: 'x' }, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  expect(challenges.take(second)).toMatchObject({ user: 'ayse' });
  expect(challenges.take(second)).toBeNull();
  const late = challenges.issue({ kind: 'second', user: 'ayse', rp: 'x' }, '203.0.113.1');
  now += 3 * 60_000;
  expect(challenges.take(late)).toBeNull();
});
