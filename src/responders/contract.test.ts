/** One suite for every responder: idempotent, provable, both families and prefixes, refuses what is no address. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { firewallHelper } from '../../test/labs/firewall-helper.ts';
import { firewalld } from '../../test/labs/firewalld.ts';
import { type Bench, cloudflare, haproxy, hostsDeny, installed, ipset, nginx } from '../../test/labs/responders.ts';
import { silentLog } from '../kit/log.ts';
import { createResponder, responderSettings } from './all.ts';
import type { Ban } from './responder.ts';

const context = { log: silentLog, now: Date.now };
const signal = (): AbortSignal => AbortSignal.timeout(60_000);

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
    wipe: () => void spawnSync('ip', ['netns', 'exec', namespace, 'nft', 'flush', 'ruleset']),
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
    wipe: () => writeFileSync(file, ''),
    close: async () => {},
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
  return {
    responder,
    really: async () => [...bans],
    wipe: () => bans.clear(),
    close: async () => void server.close(),
  };
}

/** Bans in the second load: a few where each is a call or a program, many where they go in one step. */
const kinds = [
  { name: 'nftables', create: nftables, can: canNetns, many: 2000 },
  { name: 'helper', create: () => firewallHelper(`${namespace}h`), can: canNetns, many: 2000 },
  { name: 'ipset', create: () => ipset(`${namespace}i`), can: canNetns && installed('ipset', 'iptables'), many: 2000 },
  {
    name: 'firewalld',
    create: () => firewalld(`${namespace}f`),
    can: canNetns && installed('firewall-cmd', 'dbus-daemon'),
    many: 20,
  },
  { name: 'cloudflare', create: cloudflare, can: true, many: 600 },
  { name: 'nginx', create: nginx, can: installed('nginx'), many: 2000 },
  { name: 'haproxy', create: haproxy, can: installed('haproxy'), many: 2000 },
  { name: 'hosts.deny', create: hostsDeny, can: installed('tcpdmatch'), many: 2000 },
  { name: 'command', create: command, can: true, many: 20 },
  { name: 'http', create: http, can: true, many: 100 },
] as const;

describe.each(kinds)('$name', ({ name, create, can, many }) => {
  if (!can) console.log(`skipped: ${name} is not installed or needs root and network namespaces`);

  (can ? it : it.skip)('keeps the contract', { timeout: 150_000 }, async () => {
    const bench = await create();
    const { responder } = bench;
    // A list of Cloudflare's holds a lone IPv6 address as its /64.
    const seen = (ips: readonly string[]): string[] =>
      ips.map((ip) => (name === 'cloudflare' && ip === '2001:db8::7' ? '2001:db8::/64' : ip)).sort();
    /** The daemon lists every few seconds too: what a program missed is mended by that. */
    const shut = async (ips: readonly string[]): Promise<void> =>
      expect
        .poll(
          async () => {
            await responder.list(signal());
            return (await bench.really()).sort();
          },
          { timeout: 45_000 },
        )
        .toEqual(seen(ips));
    const listed = async (ips: readonly string[]): Promise<void> => {
      const list = await responder.list(signal());
      if (list !== null) expect(list.map((each) => each.ip).sort()).toEqual([...ips].sort());
    };
    const good = async (bans: readonly Ban[]): Promise<void> =>
      expect((await responder.apply(bans, signal())).filter((result) => !result.ok)).toEqual([]);
    try {
      expect(await responder.check(signal())).toBeNull();
      await shut([]);
      const bans = [ban('203.0.113.7'), ban('2001:db8:1:2::/64'), ban('198.51.100.0/24'), ban('2001:db8::7')];
      await good(bans);
      await good(bans);
      const all = bans.map((each) => each.ip);
      await shut(all);
      await listed(all);
      expect(await responder.check(signal())).toBeNull();
      await listed(all);
      const wrong = await responder.apply([ban('example.org'), ban('1.2.3.4; rm -rf /'), ban('')], signal());
      expect(wrong.map((result) => result.ok)).toEqual([false, false, false]);
      await listed(all);
      expect((await responder.revoke(['203.0.113.7', '203.0.113.7', '203.0.113.99'], signal())).length).toBe(3);
      await shut(all.slice(1));
      await bench.wipe();
      await shut([]);
      await listed([]);
      await good(bans.slice(1));
      await shut(all.slice(1));
      const more = Array.from({ length: many }, (_, n) => ban(`198.18.${n >> 8}.${n & 255}`, 3600));
      await good(more);
      await listed([...all.slice(1), ...more.map((each) => each.ip)]);
      await responder.flush(signal());
      await shut([]);
      await listed([]);
      await good([ban('203.0.113.8')]);
      await shut(['203.0.113.8']);
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
      await expect.poll(() => bench.really(), { timeout: 45_000 }).toEqual([]);
    } finally {
      await bench.close();
    }
  },
);
