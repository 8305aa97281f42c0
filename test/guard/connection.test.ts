/** A live TCP connection of an attacker dies when its address is banned through the helper: to the host, and to a container behind DNAT. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/kit/log.ts';
import { createResponder, responderSettings } from '../../src/responders/all.ts';
import { labProblem } from '../e2e/lab.ts';
import { firewallHelper, type HelperLab } from '../labs/firewall-helper.ts';

const problem = labProblem(['conntrack', 'python3']);
if (problem !== null) console.log(`skipped: live connections: ${problem}`);

const host = `bkl${process.pid}`;
const [far, box] = [`${host}f`, `${host}b`];
const ip = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' });
const inside = (namespace: string, ...command: string[]) => ip('netns', 'exec', namespace, ...command);
const children: ChildProcess[] = [];

/** Sends a line every 50 ms to whoever comes, and reads what they say. */
const SERVER = `
import socket, sys, threading, time
s = socket.create_server(('', 8080), reuse_port=False)
print('ready', flush=True)
def talk(c):
    n = 0
    try:
        while True:
            c.sendall(b'tick %d\\n' % n); n += 1; time.sleep(0.05)
    except OSError as e:
        print('server lost', e.errno, flush=True)
while True:
    c, _ = s.accept()
    threading.Thread(target=talk, args=(c,), daemon=True).start()
`;

/** Reads ticks, sends a byte now and then, and tells each; gives up two seconds after nobody acknowledges. */
const CLIENT = `
import socket, sys, time, threading
c = socket.create_connection((sys.argv[1], 8080), source_address=(sys.argv[2], 0))
c.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2000)
def speak():
    try:
        while True:
            c.sendall(b'x'); time.sleep(0.05)
    except OSError as e:
        print('dead', e.errno, flush=True)
threading.Thread(target=speak, daemon=True).start()
try:
    while True:
        data = c.recv(4096)
        if not data: break
        print('heard', flush=True)
except OSError as e:
    print('dead', e.errno, flush=True)
`;

function python(namespace: string, code: string, ...args: string[]): { child: ChildProcess; lines: string[] } {
  const child = spawn('ip', ['netns', 'exec', namespace, 'python3', '-c', code, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout! }).on('line', (line) => lines.push(line));
  return { child, lines };
}

function wire(other: string, name: string, mine: string, theirs: readonly string[]): void {
  ip('-n', host, 'link', 'add', `${name}0`, 'type', 'veth', 'peer', 'name', name, 'netns', other);
  ip('-n', host, 'address', 'add', mine, 'dev', `${name}0`);
  ip('-n', host, 'link', 'set', `${name}0`, 'up');
  for (const each of theirs) ip('-n', other, 'address', 'add', each, 'dev', name);
  ip('-n', other, 'link', 'set', name, 'up');
}

describe.skipIf(problem !== null)('with the helper and conntrack', () => {
  let lab: HelperLab;

  beforeAll(async () => {
    lab = await firewallHelper(host);
    for (const name of [far, box]) ip('netns', 'add', name);
    wire(far, 'out', '203.0.113.1/24', ['203.0.113.7/24', '203.0.113.8/24']);
    wire(box, 'in', '198.51.100.1/24', ['198.51.100.2/24']);
    for (const name of [host, box]) ip('-n', name, 'link', 'set', 'lo', 'up');
    ip('-n', box, 'route', 'add', 'default', 'via', '198.51.100.1');
    inside(host, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
    // 203.0.113.1 is the host itself and, on another address, a published container.
    ip('-n', host, 'address', 'add', '203.0.113.2/24', 'dev', 'out0');
    const rules =
      'add table ip t; add chain ip t p { type nat hook prerouting priority dstnat; }; add rule ip t p ip daddr 203.0.113.2 tcp dport 8080 dnat to 198.51.100.2; add chain ip t i { type filter hook input priority 0; }; add rule ip t i ct state established accept';
    expect(inside(host, 'nft', rules).stderr).toBe('');
    for (const name of [host, box]) {
      const server = python(name, SERVER);
      await expectSoon(() => server.lines.includes('ready'));
    }
  });

  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await lab.responder.close();
    await lab.close();
    for (const name of [far, box]) ip('netns', 'delete', name);
  });

  async function expectSoon(holds: () => boolean, ms = 45_000): Promise<void> {
    for (const end = Date.now() + ms; !holds(); ) {
      if (Date.now() > end) throw new Error('this did not happen in time');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  const tracked = (address: string): string => inside(host, 'conntrack', '-L', '-s', address).stdout;

  it.each([
    ['to the host', '203.0.113.1', '203.0.113.7', '203.0.113.7'],
    ['to a container behind DNAT', '203.0.113.2', '203.0.113.7', '203.0.113.7'],
    ['to a container, when its whole network is banned', '203.0.113.2', '203.0.113.8', '203.0.113.0/24'],
  ])('a connection %s dies, and the kernel forgets it', { timeout: 120_000 }, async (_what, to, from, banned) => {
    const responder = createResponder(
      responderSettings.parse({ type: 'helper', socket: lab.socket, conntrack: true }),
      { log: silentLog, now: Date.now },
    );
    const signal = AbortSignal.timeout(60_000);
    const client = python(far, CLIENT, to, from);
    await expectSoon(() => client.lines.length > 10);
    expect(tracked(from)).toContain('ESTABLISHED');
    const at = performance.now();
    const [result] = await responder.apply(
      [{ decision: 'd', ip: banned, expiresAt: Date.now() + 60_000, reason: '' }],
      signal,
    );
    const banMs = performance.now() - at;
    expect(result!.ok).toBe(true);
    expect(tracked(from)).not.toContain(`src=${from} dst=${to} sport`);
    await expectSoon(() => client.lines.some((line) => line.startsWith('dead')));
    const diedMs = performance.now() - at;
    console.log(
      `${to}: banned in ${banMs.toFixed(1)} ms, the attacker's connection died after ${diedMs.toFixed(0)} ms`,
    );
    // ETIMEDOUT or ECONNRESET: nobody acknowledged for two seconds.
    expect(client.lines.find((line) => line.startsWith('dead'))).toMatch(/^dead (?:110|104)$/);
    client.child.kill('SIGKILL');
    const figures = await figuresOf(responder, signal);
    expect(figures[banned.includes('/') ? 'dropped_packets:banned4_24' : 'dropped_packets:banned4']).toBeGreaterThan(0);
    expect(await responder.droppedOf?.(banned, signal)).toBeGreaterThan(0);
    expect(await responder.droppedOf?.('192.0.2.200', signal)).toBeNull();
    await responder.flush(signal);
    await responder.close();
  });

  async function figuresOf(responder: ReturnType<typeof createResponder>, signal: AbortSignal) {
    await responder.list(signal);
    return responder.stats?.() ?? {};
  }

  it('another’s connection lives on', { timeout: 60_000 }, async () => {
    const responder = createResponder(
      responderSettings.parse({ type: 'helper', socket: lab.socket, conntrack: true }),
      { log: silentLog, now: Date.now },
    );
    const client = python(far, CLIENT, '203.0.113.2', '203.0.113.8');
    await expectSoon(() => client.lines.length > 5);
    await responder.apply(
      [{ decision: 'd', ip: '203.0.113.7', expiresAt: Date.now() + 60_000, reason: '' }],
      AbortSignal.timeout(10_000),
    );
    const heard = client.lines.length;
    await expectSoon(() => client.lines.length > heard + 60);
    expect(client.lines.some((line) => line.startsWith('dead'))).toBe(false);
    await responder.close();
  });
});
