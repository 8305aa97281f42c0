/** The settings over a real file: shown without secrets, checked, written with comments and a backup, tried out. */
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Client, openRoom, type Room } from './room.ts';

let room: Room;
let admin: Client;
let file: string;
const mails: string[] = [];
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, _, done) {
    let text = '';
    stream.on('data', (part: Buffer) => {
      text += part.toString();
    });
    stream.on('end', () => {
      mails.push(text);
      done();
    });
  },
});

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as { port: number };
  room = await openRoom('', (folder) => {
    file = join(folder, 'bekci.yaml');
    writeFileSync(
      file,
      `# our house\nmode: observe # for now\nnotifiers:\n  - {type: email, host: 127.0.0.1, port: ${port}, security: none, from: a@example.com, to: [b@example.com]}\n  - {type: slack, webhook: "https://hooks.example/secret"}\nresponders:\n  - type: command\n    add: [/bin/true, "{ip}"]\n`,
    );
    chmodSync(file, 0o640);
    return file;
  });
  admin = await room.as('admin');
});
afterAll(async () => {
  await room.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

it('shows the file without its secrets, to an admin only', async () => {
  const shown = await admin.call('settings');
  expect(JSON.stringify(shown)).not.toContain('hooks.example');
  expect(shown).toMatchObject({
    path: file,
    exists: true,
    writable: true,
    notifiers: ['email: email', 'slack: slack'],
  });
  expect(shown.text).toContain('# our house');
  const operator = await room.as('operator');
  for (const [method, path] of [
    ['GET', '/settings'],
    ['POST', '/settings/check'],
    ['PUT', '/settings'],
    ['POST', '/settings/test'],
  ] as const)
    expect((await operator.raw(method, `/api/v1${path}`, { body: method === 'GET' ? undefined : {} })).status).toBe(
      403,
    );
});

it('writes what is right, keeps comments, mode and secrets, and leaves a backup', async () => {
  const { values, revision } = await admin.call('settings');
  const wish = { values: { ...values, language: 'tr', decisions: { ban: '30m' } } };
  const checked = await admin.call('checkSettings', { body: wish });
  expect(checked).toMatchObject({ ok: true, faults: [] });
  expect(checked.diff.filter((line) => line.kind === 'added').map((line) => line.text.trim())).toEqual([
    'language: tr',
    'decisions:',
    'ban: 30m',
  ]);
  const before = readFileSync(file, 'utf8');
  const done = await admin.call('writeSettings', { body: { wish, revision } });
  expect(done.written).toBe(true);
  expect(readFileSync(done.backup!, 'utf8')).toBe(before);
  expect(statSync(done.backup!).mode & 0o777).toBe(0o600);
  const after = readFileSync(file, 'utf8');
  expect(after).toContain('https://hooks.example/secret');
  expect(after).toContain('mode: observe # for now');
  expect(statSync(file).mode & 0o777).toBe(0o640);
  await expect(admin.call('writeSettings', { body: { wish, revision } })).rejects.toThrow(/API_CONFLICT/);
  expect((await admin.call('audit', { query: { action: 'settings' } })).items[0]).toMatchObject({
    who: 'admin',
    ok: true,
  });
});

it.each([
  [{ decisions: { bn: '1h' } }, 'decisions.bn', 'CONFIG_UNKNOWN_KEY'],
  [{ mode: 'attack' }, 'mode', 'CONFIG_VALUE'],
  [{ state_dir: '/tmp/x' }, 'state_dir', 'local-only'],
  [{ responders: [{ type: 'command', add: ['/bin/sh', '-c', 'evil'] }] }, 'responders.0.add.0', 'local-only'],
  [{ responders: [{ type: 'nginx', file: '/etc/cron.d/x' }] }, 'responders.0.file', 'local-only'],
  [{ sources: [{ type: 'journald', command: ['/tmp/evil'] }] }, 'sources.0.command.0', 'local-only'],
  [{ intel: { feeds: [{ name: 'x', url: 'http://169.254.169.254/latest' }] } }, 'intel.feeds.0.url', 'url-metadata'],
  [{ intel: { feeds: [{ name: 'x', url: 'http://localhost:8787/' }] } }, 'intel.feeds.0.url', 'url-loopback'],
  [
    { notifiers: [{ type: 'slack', webhook: 'http://[::ffff:169.254.169.254]/x' }] },
    'notifiers.0.webhook',
    'url-metadata',
  ],
  [{ notifiers: [{ type: 'slack', webhook: 'http://2130706433/x' }] }, 'notifiers.0.webhook', 'url-loopback'],
  [{ notifiers: [{ type: 'slack', webhook: 'file:///etc/shadow' }] }, 'notifiers.0.webhook', 'url-no-url'],
  [
    { intel: { feeds: [{ name: 'x', url: 'https://metadata.google.internal/' }] } },
    'intel.feeds.0.url',
    'url-metadata',
  ],
  [{ notifiers: [{ type: 'slack', webhook: { file: '/etc/shadow' } }] }, 'notifiers.0.webhook.file', 'local-only'],
  [
    { notifiers: [{ type: 'email', host: 'evil.example', from: 'a@b.c', to: ['a@b.c'], password: '********' }] },
    'notifiers.0.password',
    'secret-unknown',
  ],
])('refuses %j', async (change, path, code) => {
  const { values, revision } = await admin.call('settings');
  const before = readFileSync(file, 'utf8');
  const wish = { values: { ...values, ...change } };
  const answer = await admin.call('writeSettings', { body: { wish, revision } });
  expect(answer.written).toBe(false);
  expect(answer.faults.map((fault) => [fault.path, fault.code])).toContainEqual([path, code]);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

it('takes text too, and says where it is wrong', async () => {
  const { text } = await admin.call('settings');
  const wrong = await admin.call('checkSettings', { body: { text: `${text}moed: x\n` } });
  expect(wrong.faults[0]).toMatchObject({ path: 'moed', line: text.split('\n').length });
  expect((await admin.call('checkSettings', { body: { text: '{[' } })).ok).toBe(false);
  expect((await admin.call('checkSettings', { body: { text: `${text}# a remark\n` } })).ok).toBe(true);
});

it('sends a real test message and asks a responder', async () => {
  expect(await admin.call('testSetting', { body: { kind: 'notifier', index: 0 } })).toMatchObject({ ok: true });
  expect(mails.join('')).toMatch(/deneme|test/i);
  expect(await admin.call('testSetting', { body: { kind: 'responder', index: 0 } })).toMatchObject({ ok: true });
  expect(await admin.call('testSetting', { body: { kind: 'notifier', index: 9 } })).toMatchObject({ ok: false });
});
