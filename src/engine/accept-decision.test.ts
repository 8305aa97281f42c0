/** The door: who is refused, and why. */
import { expect, it } from 'vitest';
import { allowlisted } from '../decisions/protected.ts';
import { decisionSettings } from '../decisions/settings.ts';
import { parseNetwork } from '../kit/cidr.ts';
import { silentLog } from '../kit/log.ts';
import type { StoredDetection } from '../model/detection.ts';
import { createDoor } from './accept-decision.ts';
import type { Door } from './door.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');

function door(changes: Record<string, unknown> = {}, priors = 0): Door {
  const settings = decisionSettings.parse({ allowlist: ['198.51.100.0/24', '2001:db8:aaaa::/48'], ...changes });
  return createDoor({
    settings,
    allowlist: allowlisted(settings.allowlist),
    priorBans: () => priors,
    active: [],
    mode: () => 'enforce',
    now: () => NOW,
    log: silentLog,
    live: true,
    systemProtected: () => [
      { network: parseNetwork('203.0.113.1')!, code: 'own-address', detail: 'eth0' },
      { network: parseNetwork('203.0.113.254')!, code: 'gateway', detail: 'default gateway' },
      { network: parseNetwork('2001:db8:1:2::9')!, code: 'open-session', detail: 'alice' },
    ],
  });
}

function detection(ip: string, at = NOW): StoredDetection {
  return {
    id: `d-${ip}-${at}`,
    rule: { id: 'r', title: 'R', level: 'high', tags: [], kind: 'sigma', action: 'ban', banSeconds: null },
    at,
    entity: { 'source.ip': ip },
    events: 5,
    evidence: [],
    facts: {},
    lines: [],
  };
}

function verdict(at: Door, ip: string, time = NOW): string {
  const answer = at.consider(detection(ip, time));
  return answer === null
    ? 'none'
    : 'decision' in answer
      ? `${answer.decision.ip} ${answer.decision.seconds}`
      : answer.refusal.code;
}

it.each([
  ['203.0.113.7', '203.0.113.7 600'],
  ['2001:db8:1:1::7', '2001:db8:1:1::/64 600'],
  ['2001:db8:1:2::7', '2001:db8:1:2::7 600'],
  ['2001:db8:1:2::9', 'open-session'],
  ['198.51.100.99', 'allowlist'],
  ['2001:db8:aaaa:1::1', 'allowlist'],
  ['203.0.113.1', 'own-address'],
  ['203.0.113.254', 'gateway'],
  ['127.0.0.1', 'special-range'],
  ['::1', 'special-range'],
  ['0.0.0.0', 'special-range'],
  ['255.255.255.255', 'special-range'],
  ['224.0.0.251', 'special-range'],
  ['fe80::1', 'special-range'],
  ['192.168.1.7', 'special-range'],
  ['100.64.0.9', 'special-range'],
  ['10.0.0.0/8', 'prefix-too-wide'],
  ['0.0.0.0/0', 'prefix-too-wide'],
  ['203.0.113.0/24', 'own-address'],
  ['not an address', 'no-address'],
])('%s: %s', (ip, expected) => {
  expect(verdict(door(), ip)).toBe(expected);
});

it('bans private addresses only when asked to', () => {
  expect(verdict(door({ protect_private: false }), '192.168.1.7')).toBe('192.168.1.7 600');
});

it('refuses what is banned already, what would have ended, and what is over the cap', () => {
  const at = door({ bans_per_minute: 2 });
  expect(verdict(at, '203.0.113.7')).toBe('203.0.113.7 600');
  expect(verdict(at, '203.0.113.7', NOW - 1)).toBe('active');
  expect(verdict(at, '203.0.113.8', NOW - 600_000)).toBe('expired');
  expect(verdict(at, '203.0.113.9')).toBe('203.0.113.9 600');
  expect(verdict(at, '203.0.113.10')).toBe('rate-cap');
});

it('escalates up to the ceiling and forgets an ended or lifted ban', () => {
  expect(verdict(door({}, 2), '203.0.113.7')).toBe('203.0.113.7 9600');
  expect(verdict(door({ ceiling: '1h' }, 9), '203.0.113.7')).toBe('203.0.113.7 3600');
  const at = door();
  verdict(at, '203.0.113.7');
  expect(at.expire(NOW + 599_999)).toEqual([]);
  expect(at.expire(NOW + 600_000).map((each) => each.ip)).toEqual(['203.0.113.7']);
  expect(at.activeCount).toBe(0);
});
