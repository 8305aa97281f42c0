/**
 * Ways in which intrusion-prevention tools have locked people out, each walked through the real decoders, rules and door. None
 * bans the innocent; the attackers beside them, the controls, are banned.
 */
import { expect, it } from 'vitest';
import { createNamedAllowlist } from '../../src/decisions/named-allowlist.ts';
import { silentLog } from '../../src/kit/log.ts';
import { refusalText } from '../../src/kit/messages/messages.ts';
import { attack, EVIL, enter, fail, NOW, site, times, visitor, web } from './site.ts';
import { SQLI, ways } from './ways.ts';

it('there are at least twenty-five', () => expect(ways.length).toBeGreaterThanOrEqual(25));

it.each(ways)('$name', async ({ decisions, program, lines, refusal }) => {
  const at = await site(decisions);
  const bans = at.read(program ?? null, lines?.() ?? []);
  expect(bans.filter((ip) => ip !== EVIL && !ip.endsWith('::bad'))).toEqual([]);
  if (refusal === undefined) return;
  expect(at.refused).toContain(refusal);
  for (const language of ['en', 'tr'] as const)
    expect(refusalText({ code: refusal, detail: 'x' }, language)).not.toBe('');
});

it.each(ways)(
  'control of $name: without the protection it is banned',
  async ({ decisions, program, lines, control }) => {
    const at = await site(control.decisions ?? decisions, control.without);
    expect(at.read(program ?? null, (control.lines ?? lines)?.() ?? [])).toContain(control.banned);
  },
);

it.each([
  ['0.0.0.0/0', 'prefix-too-wide'],
  ['::/0', 'prefix-too-wide'],
  ['192.0.2.0/24', 'own-address'],
  ['192.0.2.10', 'own-address'],
  ['198.51.100.0/24', 'open-session'],
  ['2001:db8:5::/64', 'open-session'],
  ['127.0.0.0/8', 'prefix-too-wide'],
  ['not an address', 'no-address'],
])('a feed or a hand that asks for %s', async (ip, code) => {
  const { door } = await site();
  const answer = door.manual({ ip, seconds: 600, reason: 'feed', origin: 'feed' });
  expect('refusal' in answer && answer.refusal.code).toBe(code);
});

it('a rule that speaks about every client bans at most the allowed share of them', async () => {
  const at = await site({ max_share: 0.2 });
  const clients = Array.from({ length: 40 }, (_, n) => `198.51.100.${100 + n}`);
  at.read(
    'nginx',
    clients.map((ip) => web(ip, '/')),
  );
  const bans = at.read(
    'nginx',
    clients.flatMap((ip) => times(60, () => web(ip, '/?q=1%27%20UNION%20SELECT%20a,b%20FROM%20users--', 403))),
  );
  expect(bans.length).toBeGreaterThan(0);
  expect(bans.length).toBeLessThanOrEqual(8);
  expect(at.refused).toContain('share-cap');
});

it('more bans than the cap a minute: only alerts', async () => {
  const at = await site({ bans_per_minute: 3 });
  const bans = at.read(null, Array.from({ length: 9 }, (_, n) => attack(`203.0.113.${n + 1}`)).flat());
  expect(bans).toHaveLength(3);
  expect(at.refused).toContain('rate-cap');
});

it('a banned neighbour in the /64 of an open session is banned alone', async () => {
  const at = await site();
  expect(at.read(null, attack('2001:db8:5::bad'))).toEqual(['2001:db8:5::bad']);
});

it.each([
  ['an attacker', () => attack(EVIL)],
  [
    'an attacker who tries other users from where somebody logged in',
    () => [enter('alice', EVIL), ...times(12, () => fail('root', EVIL))],
  ],
  [
    'more failures of one pair than anybody mistypes',
    () => [enter('alice', EVIL), ...times(40, () => fail('alice', EVIL))],
  ],
])('control: %s is banned', async (_, lines) => {
  expect((await site()).read(null, lines())).toContain(EVIL);
});

it('control: the imitated address is spared and the attacker beside it banned', async () => {
  const at = await site();
  expect(
    at.read(
      null,
      times(12, () => fail('invalid user x from 198.51.100.33 port 22 ssh2', EVIL)),
    ),
  ).toEqual([EVIL]);
});

it('a name server that stops answering does not end protection', async () => {
  let answers = true;
  const names = createNamedAllowlist(
    ['office.example.org'],
    async () => {
      if (!answers) throw new Error('no answer');
      return ['198.51.100.44'];
    },
    silentLog,
  );
  await names.refresh();
  answers = false;
  await names.refresh();
  expect(names.current().map((each) => each.detail)).toContain('office.example.org');
});

const sixes = (n: number, network: (n: number) => string): string[] =>
  Array.from({ length: n }, (_, i) => attack(`2001:db8:${network(i)}::66`)).flat();

it('four banned /64s of one /56 make it be banned, and it is said why', async () => {
  const at = await site();
  const bans = at.read(
    null,
    sixes(4, (n) => `1:a${n}`),
  );
  expect(bans.at(-1)).toBe('2001:db8:1::/56');
  const wide = at.door.active().find((each) => each.ip.endsWith('/56'));
  expect(wide?.reason).toContain('4 networks of 2001:db8:1::/56 were banned');
  expect(at.read(null, attack('2001:db8:1:b0::1')).length).toBe(5);
  expect(at.refused).toContain('active');
  // The narrower bans go once the wider one is proved, not before.
  expect(at.door.activeCount).toBe(5);
  expect(at.door.replacedBy('2001:db8:1::/56')).toHaveLength(4);
  expect(at.door.active().map((each) => each.ip)).toEqual(['2001:db8:1::/56']);
  // Letting one address in lifts what covers it.
  expect(at.door.lift('2001:db8:1:a1::5').map((each) => each.ip)).toEqual(['2001:db8:1::/56']);
});

it.each([
  ['three are too few', {}, 3, null],
  ['never over a login', {}, 4, () => [enter('alice', '2001:db8:1:77::1')]],
  ['never over somebody who is served', {}, 4, 'served'],
  ['never over an allowlisted network', { allowlist: ['2001:db8:1:88::/64'] }, 4, null],
  ['never wider than the cap', { widest_ipv6: 64 }, 4, null],
  ['not when switched off', { widen: { ipv6: false } }, 4, null],
] as const)('widening: %s', async (_, decisions, count, before) => {
  const at = await site(decisions);
  if (before === 'served') at.read('nginx', [web('2001:db8:1:77::1', '/')]);
  else if (before !== null) at.read(null, before());
  const bans = at.read(
    null,
    sixes(count, (n) => `1:a${n}`),
  );
  expect(bans).toHaveLength(count);
  expect(bans.every((ip) => ip.endsWith('/64'))).toBe(true);
});

it('a /48 rests on distinct /56s, and IPv4 neighbourhoods only widen when asked to', async () => {
  const at = await site({ widest_ipv6: 48 });
  expect(
    at
      .read(
        null,
        sixes(8, (n) => `2:${n + 1}00`),
      )
      .at(-1),
  ).toBe('2001:db8:2::/48');
  const four = (n: number): string[] => Array.from({ length: n }, (_, i) => attack(`203.0.113.${i + 1}`)).flat();
  expect((await site()).read(null, four(20))).toHaveLength(20);
  expect((await site({ widen: { ipv4: true } })).read(null, four(16)).at(-1)).toBe('203.0.113.0/24');
});

it('caps tell what bit, when and how often', async () => {
  const at = await site({ bans_per_minute: 2, max_active: 1000 });
  at.read(null, Array.from({ length: 5 }, (_, n) => attack(`203.0.113.${n + 1}`)).flat());
  expect(at.door.caps().find((each) => each.cap === 'rate')).toEqual({
    cap: 'rate',
    limit: 2,
    used: 2,
    refused: 3,
    lastAt: NOW,
  });
  const full = await site({ max_active: 2 });
  full.read(null, Array.from({ length: 3 }, (_, n) => attack(`203.0.113.${n + 1}`)).flat());
  expect(full.refused).toContain('total-cap');
  expect(full.door.caps().find((each) => each.cap === 'total')?.refused).toBe(1);
  full.door.manual({ ip: '203.0.0.0/16', seconds: 60, reason: '', origin: 'cli' });
  expect(full.door.caps().find((each) => each.cap === 'prefix')?.refused).toBe(1);
});

it('an attacker who makes all the traffic of a small site is no proxy', async () => {
  const at = await site();
  const flood = Array.from({ length: 400 }, (_, n) => visitor(EVIL, n).replace(/"Browser[^"]*"/, '"one tool"'));
  expect(at.read('nginx', [...flood, ...times(60, () => web(EVIL, SQLI, 403))])).toContain(EVIL);
});
