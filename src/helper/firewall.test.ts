/** The helper as a process with a real socket and a real kernel: garbage, restarts, absence, limits, permissions. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { labProblem } from '../../test/e2e/lab.ts';
import { firewallHelper, type HelperLab } from '../../test/labs/firewall-helper.ts';
import { checkDoor } from '../decisions/door-check.ts';
import { decisionSettings } from '../decisions/settings.ts';
import { parseNetwork } from '../kit/cidr.ts';
import { silentLog } from '../kit/log.ts';
import { createResponder, responderSettings } from '../responders/all.ts';
import type { Responder } from '../responders/responder.ts';
import { refusalOf, USUAL_LIMITS } from './limits.ts';

const problem = labProblem([]);
if (problem !== null) console.log(`skipped: the firewall helper ${problem}`);

const ROOT = join(import.meta.dirname, '..', '..');
const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const ban = (ip: string) => ({ decision: 'd', ip, expiresAt: Date.now() + 60_000, reason: '' });
const client = (socket: string): Responder =>
  createResponder(responderSettings.parse({ type: 'helper', socket }), { log: silentLog, now: Date.now });

it('lets the widest network pass that the door’s settings allow, and no wider', () => {
  for (const [key, most] of [
    ['widest_ipv4', USUAL_LIMITS.widest4],
    ['widest_ipv6', USUAL_LIMITS.widest6],
  ] as const)
    expect([
      decisionSettings.safeParse({ [key]: most }).success,
      decisionSettings.safeParse({ [key]: most - 1 }).success,
    ]).toEqual([true, false]);
});

it('refuses what the door refuses whoever asks', () => {
  const facts = {
    protected: [],
    protectPrivate: false,
    ipv6Prefix: 128,
    widest: { 4: USUAL_LIMITS.widest4, 6: USUAL_LIMITS.widest6 },
    shield: () => null,
    hasGuest: () => false,
  };
  const asked = [
    '0.0.0.0/0',
    '::/0',
    '203.0.0.0/23',
    '203.0.113.0/24',
    '2001:db8::/47',
    '2001:db8::/48',
    '127.0.0.1',
    '::1',
    '::',
  ]
    .concat([
      '169.254.1.1',
      '224.0.0.5',
      '240.0.0.1',
      '255.255.255.255',
      'fe80::1',
      'ff02::1',
      '203.0.113.7',
      '2001:db8::7',
    ])
    .concat(['0.1.2.3', '10.0.0.1', 'fc00::1', '128.0.0.0/24', '223.255.255.255', '1.0.0.0']);
  for (const text of asked)
    expect([text, refusalOf(parseNetwork(text)!, USUAL_LIMITS) === null]).toEqual([text, checkDoor(text, facts).ok]);
});

/** A bare connection that keeps what is said to it. */
async function bare(path: string): Promise<{ socket: Socket; said: () => string }> {
  const socket = connect(path);
  let text = '';
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1');
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, said: () => text };
}

/** Resolves when it is closed; a write into a closed conversation is no fault here. */
function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

describe.skipIf(problem !== null)('in a namespace', () => {
  let lab: HelperLab;
  beforeAll(async () => {
    lab = await firewallHelper(`bkh${process.pid}`);
  });
  afterAll(async () => {
    await lab.responder.close();
    await lab.close();
  });

  it('its socket is for owner and group only', () => {
    expect(statSync(lab.socket).mode & 0o777).toBe(0o660);
    expect(statSync(join(lab.socket, '..')).mode & 0o007).toBe(0);
  });

  it.each([
    ['a word', 'quit\n'],
    ['a shell', 'add 203.0.113.9; reboot 60\n'],
    ['an nft line', 'add 203.0.113.9 60 } ; flush ruleset ; #\n'],
    ['a NUL', 'add 203.0.113.9\0 60\n'],
    ['CRLF', 'add 203.0.113.9 60\r\n'],
    ['host bits', 'add 203.0.113.9/24 60\n'],
    ['another writing', 'add 2001:DB8::7 60\n'],
    ['a zone', 'add fe80::1%eth0 60\n'],
    ['a full prefix', 'add 203.0.113.9/32 60\n'],
    ['no time', 'add 203.0.113.9\n'],
    ['too long a time', 'add 203.0.113.9 4000001\n'],
    ['a line without end', 'A'.repeat(70_000)],
    ['another tongue', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a mixture', 'add 203.0.113.9 60\ndel 203.0.113.9\n'],
    ['a list in the middle', 'add 203.0.113.9 60\nlist\n'],
  ])('ends the conversation over %s, and nothing is done', async (_what, text) => {
    const { socket, said } = await bare(lab.socket);
    socket.write(Buffer.from(text, 'latin1'));
    socket.write('commit\n');
    await closed(socket);
    // A reset may take the words with it; whatever arrives is one error and no more.
    expect(said()).toMatch(/^(?:error [A-Z_]+ [ -~]+\n)?$/);
    expect(await lab.really()).toEqual([]);
  });

  it('takes frames cut anywhere', async () => {
    const { socket, said } = await bare(lab.socket);
    for (const byte of 'add 203.0.113.7 60\nadd 10.0.0.0/8 60\nadd 127.0.0.1 60\ncommit\n') {
      socket.write(byte);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(said).toContain('done');
    expect(said()).toBe('not 10.0.0.0/8 TOO_WIDE\nnot 127.0.0.1 SPECIAL\ndone 1\n');
    expect(await lab.really()).toEqual(['203.0.113.7']);
    socket.write('flush\n');
    await expect.poll(async () => lab.really()).toEqual([]);
    socket.destroy();
  });

  it('turns away the ninth and hears the next again', async () => {
    const eight = await Promise.all(Array.from({ length: 8 }, () => bare(lab.socket)));
    const ninth = await bare(lab.socket);
    await closed(ninth.socket);
    expect(ninth.said()).toMatch(/^error BUSY /);
    for (const each of eight) each.socket.destroy();
    await expect.poll(() => lab.responder.check(signal())).toBeNull();
  });

  it('bekci says which addresses the helper refuses', async () => {
    const results = await lab.responder.apply([ban('10.0.0.0/8'), ban('203.0.113.7')], signal());
    expect(results.map((each) => (each.ok ? 'ok' : each.error.code))).toEqual(['HELPER_REFUSED', 'ok']);
    await lab.responder.flush(signal());
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'bekci goes on after the helper ended by %s, and bans outlive it',
    async (by) => {
      expect((await lab.responder.apply([ban('203.0.113.7')], signal()))[0]!.ok).toBe(true);
      await lab.stop(by);
      expect(await lab.really()).toEqual(['203.0.113.7']);
      await expect(lab.responder.apply([ban('203.0.113.8')], signal())).rejects.toMatchObject({
        code: 'HELPER_MISSING',
        hint: expect.stringContaining('bekci-helper'),
        retry: 'soon',
      });
      expect(await lab.responder.check(signal())).toMatchObject({ code: 'HELPER_MISSING' });
      await lab.restart(by);
      expect((await lab.responder.apply([ban('203.0.113.8')], signal()))[0]!.ok).toBe(true);
      expect(((await lab.responder.list(signal())) ?? []).map((each) => each.ip).sort()).toEqual([
        '203.0.113.7',
        '203.0.113.8',
      ]);
      await lab.responder.flush(signal());
    },
  );

  it('reads back what the kernel holds, not what it was told', async () => {
    await lab.responder.apply([ban('203.0.113.7'), ban('203.0.113.8')], signal());
    lab.nft('delete', 'element', 'inet', 'bekci', 'banned4', '{ 203.0.113.7 }');
    const held = (await lab.responder.list(signal())) ?? [];
    expect(held.map((each) => each.ip)).toEqual(['203.0.113.8']);
    expect(held[0]!.expiresAt! - Date.now()).toBeGreaterThan(50_000);
    await lab.responder.flush(signal());
  });

  it('loads ten thousand in one change', { timeout: 60_000 }, async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ban(`198.18.${n >> 8}.${n & 255}`));
    expect((await lab.responder.apply(many, AbortSignal.timeout(25_000))).filter((each) => !each.ok)).toEqual([]);
    expect((await lab.responder.list(AbortSignal.timeout(25_000)))?.length).toBe(10_000);
    await lab.responder.flush(signal());
  });
});

describe('bekci’s side', () => {
  it.each([
    ['nothing at all', '', 'HELPER_GONE'],
    ['half an answer', 'held 203.0.113.7 ', 'HELPER_GONE'],
    ['garbage', '\u0000\u0001\u0002\n', 'HELPER_GARBLED'],
    ['an endless line', 'x'.repeat(100_000), 'HELPER_GARBLED'],
    ['a wrong count', 'held 203.0.113.7 60\ndone 2\n', 'HELPER_GARBLED'],
    ['an address in another writing', 'held 2001:DB8::7 60\ndone 1\n', 'HELPER_GARBLED'],
    ['an answer nobody asked for', 'done 0\ndone 0\n', 'HELPER_GARBLED'],
    ['hello for a list', 'hello 1\n', 'HELPER_GARBLED'],
    ['an error', 'error NFT_PERMISSION no right to change the firewall\n', 'NFT_PERMISSION'],
  ])('takes no sense from %s', async (_what, answer, code) => {
    const path = join(mkdtempSync(join(tmpdir(), 'bekci-liar-')), 's');
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(Buffer.from(answer, 'latin1')));
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const responder = client(path);
    await expect(responder.list(signal())).rejects.toMatchObject({ code });
    await responder.close();
    server.close();
  });

  it('gives up on a helper that says nothing', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'bekci-mute-')), 's');
    const server = createServer(() => {});
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const responder = client(path);
    await expect(responder.list(AbortSignal.timeout(200))).rejects.toMatchObject({ code: 'HELPER_SLOW' });
    await responder.close();
    server.close();
  });
});

it.each([
  ['a folder open to everybody', 0o755, [], 'is open to everybody'],
  ['a table that is no name', 0o750, ['--table', 'x; flush'], '--table takes a name'],
  ['an nft without a place', 0o750, ['--nft', 'nft'], 'absolute path'],
] as const)('does not start with %s', (_what, mode, args, words) => {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-open-'));
  spawnSync('chmod', [mode.toString(8), folder]);
  const done = spawnSync(
    join(ROOT, 'tools', 'node'),
    [join(ROOT, 'src', 'helper', 'firewall.ts'), '--socket', join(folder, 's'), ...args],
    { encoding: 'utf8', timeout: 20_000 },
  );
  expect([done.status, done.stderr]).toEqual([78, expect.stringContaining(words)]);
});
