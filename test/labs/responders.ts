/** Benches for the responders' contract: the real program each one steers, and a way to ask that program whom it shuts out. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/kit/log.ts';
import { createResponder, responderSettings } from '../../src/responders/all.ts';
import type { Responder } from '../../src/responders/responder.ts';
import { startCloudflare } from './cloudflare-server.ts';
import { removeFolder } from './remove-folder.ts';

/** A responder with the other side it acts on. */
export interface Bench {
  readonly responder: Responder;
  /** What is really shut out, as the other side sees it. */
  really(): Promise<string[]>;
  /** Somebody else empties the other side behind bekci's back. */
  wipe(): void | Promise<void>;
  close(): Promise<void>;
}

/** Addresses to ask a program about, by the ban that would cover them. */
const PROBES: Readonly<Record<string, string>> = {
  '203.0.113.7': '203.0.113.7',
  '203.0.113.8': '203.0.113.8',
  '198.51.100.0/24': '198.51.100.99',
  '2001:db8:1:2::/64': '2001:db8:1:2::99',
  '2001:db8::7': '2001:db8::7',
};

const create = (settings: unknown): Responder =>
  createResponder(responderSettings.parse(settings), { log: silentLog, now: Date.now });

/** The bans by which the other side turns somebody away. */
export async function denied(isDenied: (address: string) => boolean | Promise<boolean>): Promise<string[]> {
  const found: string[] = [];
  for (const [ban, address] of Object.entries(PROBES)) if (await isDenied(address)) found.push(ban);
  return found;
}

/** True when the programs are installed. */
export function installed(...programs: readonly string[]): boolean {
  return programs.every((program) => spawnSync('which', [program]).status === 0);
}

/** ipset and iptables in a network namespace. */
export async function ipset(namespace: string): Promise<Bench> {
  spawnSync('ip', ['netns', 'add', namespace]);
  const within = ['ip', 'netns', 'exec', namespace];
  const run = (...args: string[]) => spawnSync(within[0]!, [...within.slice(1), ...args], { encoding: 'utf8' });
  return {
    responder: create({
      type: 'ipset',
      ipset: [...within, 'ipset'],
      iptables: [...within, 'iptables'],
      ip6tables: [...within, 'ip6tables'],
    }),
    really: () =>
      denied((address) => {
        const family = address.includes(':') ? 6 : 4;
        const rules = run(family === 6 ? 'ip6tables' : 'iptables', '-t', 'raw', '-S', 'PREROUTING').stdout;
        return (
          rules.includes(`bekci${family} src -j DROP`) && run('ipset', 'test', `bekci${family}`, address).status === 0
        );
      }),
    wipe() {
      run('iptables', '-t', 'raw', '-F');
      run('ip6tables', '-t', 'raw', '-F');
      run('ipset', 'flush');
    },
    close: async () => void spawnSync('ip', ['netns', 'delete', namespace]),
  };
}

/** A real nginx on loopback that takes the client's address from a header. */
export async function nginx(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-nginx-'));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const [file, config] = [join(folder, 'bekci.geo'), join(folder, 'nginx.conf')];
  writeFileSync(file, '');
  writeFileSync(
    config,
    `pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1; events {}
http { access_log off; set_real_ip_from 127.0.0.1; real_ip_header X-Real-IP;
client_body_temp_path ${folder}/b; proxy_temp_path ${folder}/p; fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
geo $bekci { default 0; include ${file}; }
server { listen 127.0.0.1:${port}; if ($bekci) { return 403; } location / { return 200 ok; } } }`,
  );
  spawnSync('nginx', ['-c', config, '-e', join(folder, 'error.log')]);
  const nginxCall = (...args: string[]): string[] => ['nginx', '-c', config, '-e', join(folder, 'error.log'), ...args];
  return {
    responder: create({ type: 'nginx', file, test: nginxCall('-t', '-q'), reload: nginxCall('-s', 'reload') }),
    really: () => denied(async (address) => (await statusOf(port, { 'x-real-ip': address })) === 403),
    wipe() {
      writeFileSync(file, '');
      spawnSync('nginx', ['-c', config, '-s', 'reload']);
    },
    async close() {
      spawnSync('nginx', ['-c', config, '-s', 'stop']);
      removeFolder(folder);
    },
  };
}

/** A real HAProxy on loopback that looks a header's address up in the map. */
export async function haproxy(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-haproxy-'));
  const port = await freePort();
  const [file, config, pid] = [join(folder, 'bekci.map'), join(folder, 'haproxy.cfg'), join(folder, 'pid')];
  writeFileSync(file, '');
  writeFileSync(
    config,
    `global
  master-worker
defaults
  mode http
  timeout connect 1s
  timeout client 1s
  timeout server 1s
frontend web
  bind 127.0.0.1:${port}
  http-request deny deny_status 403 if { req.hdr_ip(x-probe),map_ip(${file}) -m found }
  http-request return status 200
`,
  );
  spawnSync('haproxy', ['-W', '-D', '-p', pid, '-f', config]);
  const reload = join(folder, 'reload');
  writeFileSync(reload, `#!/bin/sh\nkill -USR2 "$(head -n1 ${pid})"\n`);
  chmodSync(reload, 0o755);
  return {
    responder: create({ type: 'haproxy', file, test: ['haproxy', '-c', '-q', '-f', config], reload: [reload] }),
    really: () => denied(async (address) => (await statusOf(port, { 'x-probe': address })) === 403),
    wipe() {
      writeFileSync(file, '');
      spawnSync(reload);
    },
    async close() {
      process.kill(Number(readFileSync(pid, 'utf8').split('\n')[0]), 'SIGTERM');
      removeFolder(folder);
    },
  };
}

/** TCP wrappers' own tcpdmatch says who would be turned away. */
export async function hostsDeny(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-hosts-'));
  const file = join(folder, 'hosts.deny');
  writeFileSync(join(folder, 'inetd.conf'), '');
  writeFileSync(join(folder, 'hosts.allow'), '');
  writeFileSync(file, '# mine\nftpd: ALL\n');
  return {
    responder: create({ type: 'hosts.deny', file }),
    really: () =>
      denied((address) => {
        const asked = spawnSync('tcpdmatch', ['-d', '-i', join(folder, 'inetd.conf'), 'sshd', address], {
          cwd: folder,
          encoding: 'utf8',
        });
        return /access:\s+denied/.test(asked.stdout);
      }),
    wipe: () => writeFileSync(file, '# mine\nftpd: ALL\n'),
    close: async () => removeFolder(folder),
  };
}

/** The Lists API as documented, on loopback. */
export async function cloudflare(): Promise<Bench> {
  const server = await startCloudflare('scoped');
  return {
    responder: create({
      type: 'cloudflare',
      account: 'a'.repeat(32),
      list: 'b'.repeat(32),
      token: 'scoped',
      api: server.url,
    }),
    really: async () => [...server.items.values()].filter((each) => each.id !== 'other').map((each) => each.ip),
    wipe: () => server.items.clear(),
    close: async () => server.close(),
  };
}

function statusOf(port: number, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve) => {
    const asked = request({ port, host: '127.0.0.1', headers, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
