/** Packets between namespaces: a banned address or prefix gets none through, to the host or to a container behind DNAT. */
import { spawnSync } from 'node:child_process';
import { afterAll, expect, it } from 'vitest';
import { silentLog } from '../../kit/log.ts';
import { createResponder, responderSettings } from '../all.ts';

const [far, host, box] = ['f', 'h', 'b'].map((name) => `bkp${process.pid}${name}`) as [string, string, string];
const ip = (...args: string[]) => spawnSync('ip', args, { encoding: 'utf8' });
const inside = (namespace: string, ...command: string[]) => ip('netns', 'exec', namespace, ...command);

/** far -- host -- box; the host sends 192.0.2.1:8080 on to the box. */
function lay(): boolean {
  if (process.getuid?.() !== 0 || ip('netns', 'add', far).status !== 0) return false;
  for (const namespace of [host, box]) ip('netns', 'add', namespace);
  const wire = (one: string, other: string, name: string): void => {
    ip(
      '-n',
      host,
      'link',
      'add',
      `${name}0`,
      'type',
      'veth',
      'peer',
      'name',
      name,
      'netns',
      one === host ? other : one,
    );
    ip('-n', host, 'link', 'set', `${name}0`, 'up');
    ip('-n', other, 'link', 'set', name, 'up');
  };
  wire(host, far, 'out');
  wire(host, box, 'in');
  for (const [namespace, device, address] of [
    [host, 'out0', '192.0.2.1/24'],
    [host, 'out0', '2001:db8:9::1/48'],
    [far, 'out', '192.0.2.66/24'],
    [far, 'out', '192.0.2.130/24'],
    [far, 'out', '2001:db8:9:5::66/48'],
    [far, 'out', '2001:db8:9:6::66/48'],
    [host, 'in0', '198.51.100.1/24'],
    [box, 'in', '198.51.100.2/24'],
  ] as const)
    ip('-n', namespace, 'address', 'add', address, 'dev', device, ...(address.includes(':') ? ['nodad'] : []));
  ip('-n', box, 'route', 'add', 'default', 'via', '198.51.100.1');
  inside(host, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
  const dnat = 'add table ip t; add chain ip t p { type nat hook prerouting priority dstnat; }; ';
  return (
    inside(
      host,
      'nft',
      `${dnat}add rule ip t p ip daddr 192.0.2.1 icmp type echo-request ip ttl 33 dnat to 198.51.100.2`,
    ).status === 0
  );
}

const canRun = spawnSync('which', ['ping']).status === 0 && lay();
if (!canRun) console.log('skipped: packets need root, network namespaces, nft and ping');
afterAll(() => {
  for (const namespace of [far, host, box]) ip('netns', 'delete', namespace);
});

const reaches = (from: string, to: string, ...more: string[]): boolean =>
  inside(far, 'ping', '-c', '1', '-W', '1', '-I', from, ...more, to).status === 0;
const container = ['-t', '33'];

(canRun ? it : it.skip)('drops the banned and nobody else', { timeout: 20_000 }, async () => {
  const responder = createResponder(
    responderSettings.parse({ type: 'nftables', command: ['ip', 'netns', 'exec', host, 'nft'] }),
    { log: silentLog, now: Date.now },
  );
  const signal = AbortSignal.timeout(15_000);
  const ban = async (...ips: string[]): Promise<void> => {
    const bans = ips.map((each) => ({ decision: 'd', ip: each, expiresAt: Date.now() + 60_000, reason: '' }));
    expect((await responder.apply(bans, signal)).every((result) => result.ok)).toBe(true);
  };
  expect(reaches('192.0.2.66', '192.0.2.1')).toBe(true);
  ip('-n', host, 'link', 'set', 'in0', 'down');
  expect(reaches('192.0.2.66', '192.0.2.1', ...container)).toBe(false);
  ip('-n', host, 'link', 'set', 'in0', 'up');
  await expect.poll(() => reaches('192.0.2.66', '192.0.2.1', ...container), { timeout: 5000 }).toBe(true);
  expect(reaches('2001:db8:9:5::66', '2001:db8:9::1')).toBe(true);

  await ban('192.0.2.66', '2001:db8:9:5::/64');
  expect(reaches('192.0.2.66', '192.0.2.1')).toBe(false);
  expect(reaches('192.0.2.66', '192.0.2.1', ...container)).toBe(false);
  expect(reaches('2001:db8:9:5::66', '2001:db8:9::1')).toBe(false);
  expect(reaches('192.0.2.130', '192.0.2.1', ...container)).toBe(true);
  expect(reaches('2001:db8:9:6::66', '2001:db8:9::1')).toBe(true);
  await responder.list(signal);
  expect(responder.stats?.().dropped_packets).toBeGreaterThanOrEqual(3);

  // A length that has no set yet, and a network over an address that is banned already.
  await ban('192.0.2.128/28', '192.0.2.64/27');
  expect(reaches('192.0.2.130', '192.0.2.1')).toBe(false);
  await responder.revoke(['192.0.2.128/28', '192.0.2.66'], signal);
  expect(reaches('192.0.2.130', '192.0.2.1')).toBe(true);
  expect(reaches('192.0.2.66', '192.0.2.1')).toBe(false);
  await responder.flush(signal);
  expect(reaches('192.0.2.66', '192.0.2.1')).toBe(true);
});
