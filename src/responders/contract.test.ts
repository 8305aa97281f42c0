/** One suite for every responder: idempotent, provable, both families and prefixes, refuses what is no address. */
import { spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../kit/log.ts';
import { createResponder, responderSettings } from './all.ts';
import type { Ban, Responder } from './responder.ts';

interface Bench {
  readonly responder: Responder;
  /** What is really shut out, as the other side sees it. */
  really(): Promise<string[]>;
  close(): Promise<void>;
}

const context = { log: silentLog, now: Date.now };
const signal = (): AbortSignal => AbortSignal.timeout(20_000);

function ban(ip: string, seconds = 60): Ban {
  return {
    decision: `d-${ip}`,
    ip,
    expiresAt: Date.now() + seconds * 1000,
    reason: 'a "reason" with $(signs) and\nlines',
  };
}

const namespace = `bkn${process.pid}`;
const canNetns =
  process.getuid?.() === 0 &&
  spawnSync('ip', ['netns', 'add', namespace]).status === 0 &&
  spawnSync('ip', ['netns', 'exec', namespace, 'nft', 'list', 'ruleset']).status === 0;
spawnSync('ip', ['netns', 'delete', namespace]);
if (!canNetns) console.log('skipped: nftables needs root, network namespaces and nft');

async function nftables(): Promise<Bench> {
  spawnSync('ip', ['netns', 'add', namespace]);
  const command = ['ip', 'netns', 'exec', namespace, 'nft'];
  const responder = createResponder(responderSettings.parse({ type: 'nftables', command }), context);
  return {
    responder,
    really: async () => ((await responder.list(signal())) ?? []).map((each) => each.ip),
    close: async () => void spawnSync('ip', ['netns', 'delete', namespace]),
  };
}

async function command(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-command-'));
  const file = join(folder, 'bans');
  const program = join(folder, 'wall');
  writeFileSync(file, '');
  writeFileSync(
    program,
    `#!/bin/sh\nexec 9>${file}.lock; flock 9\ncase "$1" in add) grep -qxF "$2" ${file} || echo "$2" >> ${file};; del) grep -vxF "$2" ${file} > ${file}.$$; mv ${file}.$$ ${file};; list) cat ${file};; esac\nexit 0\n`,
  );
  chmodSync(program, 0o755);
  const responder = createResponder(
    responderSettings.parse({
      type: 'command',
      add: [program, 'add', '{ip}', '{reason}'],
      remove: [program, 'del', '{ip}'],
      list: [program, 'list'],
    }),
    context,
  );
  return {
    responder,
    really: async () =>
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
    close: async () => appendFileSync(file, ''),
  };
}

async function http(): Promise<Bench> {
  const bans = new Set<string>();
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}') as { ip?: string };
      if (req.method === 'POST' && body.ip !== undefined) bans.add(body.ip);
      if (req.method === 'DELETE') bans.delete(decodeURIComponent((req.url ?? '').split('/').at(-1)!));
      res.end(JSON.stringify({ result: { ok: true } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const responder = createResponder(
    responderSettings.parse({
      type: 'http',
      block: {
        url: `${base}/block`,
        body: { ip: '{ip}', seconds: '{seconds}', why: '{reason}' },
        success: { path: 'result.ok', equals: true },
      },
      unblock: { method: 'DELETE', url: `${base}/block/{ip}` },
    }),
    context,
  );
  return { responder, really: async () => [...bans], close: async () => void server.close() };
}

describe.each([
  ['nftables', nftables],
  ['command', command],
  ['http', http],
] as const)('%s', (name, create) => {
  const run = name === 'nftables' && !canNetns ? it.skip : it;

  run('keeps the contract', { timeout: 60_000 }, async () => {
    const bench = await create();
    try {
      const { responder } = bench;
      expect(await responder.check(signal())).toBeNull();
      const bans = [ban('203.0.113.7'), ban('2001:db8:1:2::/64'), ban('198.51.100.0/24'), ban('2001:db8::7')];
      expect((await responder.apply(bans, signal())).filter((result) => !result.ok)).toEqual([]);
      expect((await responder.apply(bans, signal())).filter((result) => !result.ok)).toEqual([]);
      expect((await bench.really()).sort()).toEqual(bans.map((each) => each.ip).sort());
      const wrong = await responder.apply([ban('example.org'), ban('1.2.3.4; rm -rf /'), ban('')], signal());
      expect(wrong.map((result) => result.ok)).toEqual([false, false, false]);
      expect((await responder.revoke(['203.0.113.7', '203.0.113.7', '203.0.113.99'], signal())).length).toBe(3);
      expect((await bench.really()).sort()).toEqual(['198.51.100.0/24', '2001:db8:1:2::/64', '2001:db8::7']);
      await responder.flush(signal());
      expect(await bench.really()).toEqual([]);
      expect((await responder.apply([ban('203.0.113.8')], signal()))[0]!.ok).toBe(true);
      expect(await bench.really()).toEqual(['203.0.113.8']);
      await responder.close();
    } finally {
      await bench.close();
    }
  });
});

(canNetns ? it : it.skip)(
  'nftables: ten thousand bans in one load, an outside flush, and the kernel ends them on time',
  { timeout: 60_000 },
  async () => {
    const bench = await nftables();
    try {
      const bans = Array.from({ length: 10_000 }, (_, n) => ban(`198.18.${n >> 8}.${n & 255}`));
      const started = Date.now();
      expect((await bench.responder.apply(bans, signal())).filter((result) => !result.ok)).toEqual([]);
      expect(Date.now() - started).toBeLessThan(10_000);
      spawnSync('ip', ['netns', 'exec', namespace, 'nft', 'flush', 'ruleset']);
      expect(await bench.really()).toEqual([]);
      expect((await bench.responder.apply([ban('203.0.113.7', 1)], signal()))[0]!.ok).toBe(true);
      expect(await bench.really()).toEqual(['203.0.113.7']);
      await expect.poll(() => bench.really(), { timeout: 5000 }).toEqual([]);
    } finally {
      await bench.close();
    }
  },
);
