/** `bekci open`, `users` and `tokens` beside a running daemon: what they make works at its door at once. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openRoom, type Room } from './room.ts';

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
let room: Room;

beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

function bekci(args: readonly string[], stdin = ''): Promise<{ status: number | null; out: string; err: string }> {
  return new Promise((resolve) => {
    const child = spawn(BEKCI, [...args, '--state-dir', room.folder], { env: { ...process.env, NO_COLOR: '1' } });
    let [out, err] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    child.stdin.end(stdin);
    child.on('close', (status) => resolve({ status, out, err }));
  });
}

const login = (name: string, password: string) =>
  room.anonymous().raw('POST', '/api/v1/auth/login', { body: { name, password } });

it('prints a link that signs in', async () => {
  const { out } = await bekci(['open', '--json']);
  const { url } = JSON.parse(out) as { url: string };
  expect(url.startsWith(`${room.base}/#link=bkl_`)).toBe(true);
  const answer = await room.anonymous().raw('POST', '/api/v1/auth/link', { body: { token: url.split('#link=')[1] } });
  expect(JSON.parse(answer.text)).toMatchObject({ signedIn: true, role: 'admin' });
}, 60_000);

it('adds, changes and removes users', async () => {
  expect((await bekci(['users', 'add', 'ayse', '--role', 'operator'], 'short\n')).status).toBe(2);
  expect((await bekci(['users', 'add', 'Ayşe'], 'a long enough one\n')).err).toContain('lower-case');
  expect((await bekci(['users', 'add', 'ayse', '--role', 'operator'], 'a long enough one\n')).status).toBe(0);
  expect((await login('ayse', 'a long enough one')).status).toBe(200);
  expect((await bekci(['users', 'passwd', 'ayse'], 'another good one\n')).out).toContain('1 sessions');
  expect((await login('ayse', 'another good one')).status).toBe(200);
  const { out } = await bekci(['users', 'list', '--json']);
  expect(out).not.toContain('scrypt');
  expect(out).toContain('"name":"ayse","role":"operator"');
  expect((await bekci(['users', 'remove', 'ayse'])).status).toBe(0);
  expect((await bekci(['users', 'remove', 'ayse'])).status).toBe(2);
}, 120_000);

it('adds and revokes tokens', async () => {
  const { out } = await bekci(['tokens', 'add', 'nginx', '--bouncer', '--expires', '30d', '--json']);
  const { secret } = JSON.parse(out) as { secret: string };
  const bouncer = room.withHeaders({ 'x-api-key': secret });
  expect((await bouncer.raw('GET', '/v1/decisions')).text).toBe('null');
  expect((await bekci(['tokens', 'list'])).out).not.toContain(secret);
  expect((await bekci(['tokens', 'revoke', 'nginx'])).status).toBe(0);
  expect((await bouncer.raw('GET', '/v1/decisions')).status).toBe(403);
}, 120_000);

it('lists a user’s passkeys, removes one, and all of them with the password', async () => {
  const key = { rp: 'localhost', handle: 'AA', publicKey: 'AA', counter: 0, transports: [], synced: false };
  for (const id of ['one', 'two', 'three'])
    room.store.addPasskey({ ...key, id, name: `key ${id}`, user: 'viewer', createdAt: 0, lastUsedAt: null });
  const listed = await bekci(['users', 'passkeys', 'viewer', '--json']);
  expect(listed.out.trim().split('\n').length).toBe(3);
  expect((await bekci(['users', 'list'])).out).toMatch(/viewer +viewer +passkeys:3/);
  expect((await bekci(['users', 'passkeys', 'viewer', '--remove', 'none'])).status).not.toBe(0);
  expect((await bekci(['users', 'passkeys', 'viewer', '--remove', 'key two'])).out).toContain('signs in no more');
  expect(room.store.passkeys('viewer').map((each) => each.id)).toEqual(['one', 'three']);
  await bekci(['users', 'passwd', 'viewer', '--reset-passkeys'], 'correct horse battery\n');
  expect(room.store.hasPasskeys()).toBe(false);
  expect((await login('viewer', 'correct horse battery')).status).toBe(200);
}, 60_000);
