/**
 * Ways in which intrusion-prevention tools have locked people out, each walked through the real decoders, rules and door. None
 * bans the innocent; the attackers beside them, the controls, are banned.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { openAsnShield } from '../../src/decisions/asn-database.ts';
import { createNamedAllowlist } from '../../src/decisions/named-allowlist.ts';
import { allowlisted, trustedProxies } from '../../src/decisions/protected.ts';
import { createDoor } from '../../src/engine/accept-decision.ts';
import { type Door, flattenAnswer } from '../../src/engine/door.ts';
import { createSpine } from '../../src/engine/spine.ts';
import { formatNetwork, parseNetwork, widen } from '../../src/kit/cidr.ts';
import { silentLog } from '../../src/kit/log.ts';
import { refusalText } from '../../src/notifiers/render.ts';
import { buildPipeline } from '../../src/pipeline.ts';

const NOW = Date.parse('2026-11-24T08:30:00Z');
const EVIL = '203.0.113.66';

interface Site {
  readonly door: Door;
  /** Feeds lines and says who was banned so far. */
  read(program: string | null, lines: readonly string[]): string[];
  readonly refused: string[];
}

async function site(decisions: Record<string, unknown> = {}, without = ''): Promise<Site> {
  const config = configSchema.parse({ mode: 'enforce', timezone: 'UTC', decisions });
  const pipeline = buildPipeline(config, { persist: false });
  const names = createNamedAllowlist(
    config.decisions.allowlist,
    async (name, family) => (name === 'office.example.org' && family === 4 ? ['198.51.100.44'] : []),
    silentLog,
  );
  await names.refresh();
  const asns = await openAsnShield(config.decisions.allowlist, config.decisions.asn_database, silentLog);
  const fact = (ip: string, code: string) => ({ network: parseNetwork(ip)!, code, detail: ip });
  const door = createDoor({
    settings: config.decisions,
    allowlist: [...allowlisted(config.decisions.allowlist), ...trustedProxies(config.decisions.trusted_proxies)],
    systemProtected: () =>
      [
        ...names.current(),
        fact('192.0.2.10', 'own-address'),
        fact('192.0.2.1', 'gateway'),
        fact('192.0.2.53', 'resolver'),
        fact('198.51.100.5', 'open-session'),
        fact('2001:db8:5::5', 'open-session'),
      ].filter((each) => each.code !== without),
    shield: (network) => asns?.protects(network) ?? null,
    priorBans: () => 0,
    active: [],
    mode: () => 'enforce',
    now: () => NOW,
    log: silentLog,
    live: true,
  });
  const bans: string[] = [];
  const refused: string[] = [];
  const decoders = new Map<string | null, ReturnType<typeof pipeline.decoderOf>>();
  const spine = createSpine({
    detector: pipeline.detector,
    onEvent(event) {
      const late = door.notice(event)?.answer;
      if (late !== undefined && 'decision' in late) bans.push(late.decision.ip);
    },
    onFault: (error) => {
      throw error;
    },
    onDetections(found) {
      for (const detection of found) {
        const answer = door.consider({ ...detection, id: `${detection.rule.id}${detection.at}`, lines: [] });
        const { decisions: made, refusals } = flattenAnswer(answer);
        bans.push(...made.map((each) => each.ip));
        refused.push(...refusals.map((each) => each.code));
      }
    },
    decoderOf(source) {
      const known = decoders.get(source.program) ?? pipeline.decoderOf(source);
      decoders.set(source.program, known);
      return known;
    },
  });
  let offset = 0;
  return {
    door,
    refused,
    read(program, texts) {
      spine.processBatch({
        source: { id: `file:${program ?? 'auth'}`, program, timezone: 'UTC' },
        generation: 'g',
        texts,
        offsets: texts.map(() => offset++),
        checkpoint: {},
        readAt: NOW,
      });
      return bans;
    },
  };
}

let second = 0;
function sshd(message: string): string {
  second++;
  const at = new Date(NOW - 300_000 + second * 100).toISOString().slice(0, 23);
  return `${at}Z web sshd[${3000 + second}]: ${message}`;
}
const fail = (user: string, ip: string): string => sshd(`Failed password for ${user} from ${ip} port 40022 ssh2`);
const enter = (user: string, ip: string): string => sshd(`Accepted password for ${user} from ${ip} port 40022 ssh2`);
const times = (n: number, line: () => string): string[] => Array.from({ length: n }, line);
const web = (ip: string, path: string, status = 200): string =>
  `${ip} - - [24/Nov/2026:08:20:00 +0000] "GET ${path} HTTP/1.1" ${status} 512 "-" "Mozilla/5.0"`;
const attack = (ip: string): string[] => times(12, () => fail('root', ip));
/** One of many people behind one address, over twenty minutes. */
const visitor = (ip: string, n: number): string =>
  `${ip} - - [24/Nov/2026:08:${String(Math.floor(n / 20)).padStart(2, '0')}:00 +0000] "GET /page/${n} HTTP/1.1" 200 512 "-" "Browser ${n % 23} on ${'system '.repeat(n % 7)}${n % 11}"`;
const asnFile = join(mkdtempSync(join(tmpdir(), 'bekci-lockout-')), 'asn.tsv');
writeFileSync(asnFile, '198.51.100.128\t198.51.100.191\t64496\tZZ\tEXAMPLE-NET\n');

interface Way {
  readonly name: string;
  readonly decisions?: Record<string, unknown>;
  readonly program?: string;
  readonly lines?: () => string[];
  /** Why the door refused; absent where no rule may even ask. */
  readonly refusal?: string;
  /** The same with the protection taken away, and who is banned then: so that the way above proves something. */
  readonly control: Control;
}

interface Control {
  readonly decisions?: Record<string, unknown>;
  /** Facts of the system left out: `gateway`, `open-session` ... */
  readonly without?: string;
  readonly lines?: () => string[];
  readonly banned: string;
}

const SQLI = '/?q=1%27%20UNION%20SELECT%20a,b%20FROM%20users--';
const OPEN = { protect_private: false };
/** Protection that no setting takes away has a neighbour for its control, to whom the very same happened. */
const neighbour = (ip: string): Control => ({ lines: () => attack(ip), banned: banOf(ip) });
const banOf = (ip: string): string => (ip.includes(':') ? formatNetwork(widen(parseNetwork(ip)!, 64)) : ip);
const unprotected = (ip: string, without: string): Control => ({ without, banned: banOf(ip) });
const proxied = (peer: string, chain: string): string =>
  `${peer} - - [24/Nov/2026:08:20:00 +0000] "GET ${SQLI} HTTP/1.1" 403 512 "-" "Mozilla/5.0" "${chain}"`;
const keys = (port: (n: number) => number, ip: string): string[] =>
  Array.from({ length: 6 }, (_, n) =>
    sshd(`Failed publickey for alice from ${ip} port ${port(n)} ssh2: ED25519 SHA256:k${n}`),
  );

const ways: Way[] = [
  {
    name: 'the administrator’s own session',
    lines: () => attack('198.51.100.5'),
    refusal: 'open-session',
    control: unprotected('198.51.100.5', 'open-session'),
  },
  {
    name: 'the administrator’s own session over IPv6',
    lines: () => attack('2001:db8:5::5'),
    refusal: 'open-session',
    control: unprotected('2001:db8:5::5', 'open-session'),
  },
  {
    name: 'the gateway, when it masquerades everybody',
    lines: () => attack('192.0.2.1'),
    refusal: 'gateway',
    control: unprotected('192.0.2.1', 'gateway'),
  },
  {
    name: 'the name server',
    lines: () => attack('192.0.2.53'),
    refusal: 'resolver',
    control: unprotected('192.0.2.53', 'resolver'),
  },
  {
    name: 'the machine’s own address',
    lines: () => attack('192.0.2.10'),
    refusal: 'own-address',
    control: unprotected('192.0.2.10', 'own-address'),
  },
  { name: 'loopback', lines: () => attack('127.0.0.1'), refusal: 'special-range', control: neighbour('198.51.100.1') },
  {
    name: 'loopback over IPv6',
    lines: () => attack('::1'),
    refusal: 'special-range',
    control: neighbour('2001:db8::1'),
  },
  {
    name: 'loopback written as IPv4 in IPv6',
    lines: () => attack('::ffff:127.0.0.1'),
    refusal: 'special-range',
    control: { lines: () => attack('::ffff:198.51.100.1'), banned: '198.51.100.1' },
  },
  {
    name: 'a link-local neighbour',
    lines: () => attack('fe80::7'),
    refusal: 'special-range',
    control: neighbour('2001:db8::7'),
  },
  {
    name: 'the unspecified address',
    lines: () => attack('0.0.0.0'),
    refusal: 'special-range',
    control: neighbour('198.51.100.2'),
  },
  ...(
    [
      ['a container on a private bridge', '172.17.0.2'],
      ['the local network', '192.168.1.20'],
      ['a carrier’s shared range (100.64/10)', '100.64.7.7'],
      ['a unique-local neighbour', 'fd00:1::7'],
    ] as const
  ).map(
    ([name, ip]): Way => ({
      name,
      lines: () => attack(ip),
      refusal: 'special-range',
      control: { decisions: OPEN, banned: banOf(ip) },
    }),
  ),
  {
    name: 'an allowlisted address',
    decisions: { allowlist: ['198.51.100.9'] },
    lines: () => attack('198.51.100.9'),
    refusal: 'allowlist',
    control: { decisions: {}, banned: '198.51.100.9' },
  },
  {
    name: 'an address in an allowlisted network',
    decisions: { allowlist: ['198.51.100.0/24'] },
    lines: () => attack('198.51.100.200'),
    refusal: 'allowlist',
    control: { decisions: {}, banned: '198.51.100.200' },
  },
  {
    name: 'an allowlisted IPv4 address that logs as IPv4 in IPv6',
    decisions: { allowlist: ['198.51.100.9'] },
    lines: () => attack('::ffff:198.51.100.9'),
    refusal: 'allowlist',
    control: { decisions: {}, banned: '198.51.100.9' },
  },
  {
    name: 'an allowlisted name',
    decisions: { allowlist: ['office.example.org'] },
    lines: () => attack('198.51.100.44'),
    refusal: 'allowlist',
    control: { decisions: {}, banned: '198.51.100.44' },
  },
  {
    name: 'a service of an allowlisted autonomous system',
    decisions: { allowlist: ['AS64496'], asn_database: asnFile },
    lines: () => attack('198.51.100.150'),
    refusal: 'allowlist',
    control: { decisions: {}, banned: '198.51.100.150' },
  },
  {
    name: 'the reverse proxy all requests come through',
    decisions: { trusted_proxies: ['198.51.100.80'] },
    program: 'nginx',
    lines: () => times(60, () => web('198.51.100.80', SQLI, 403)),
    refusal: 'trusted-proxy',
    control: { decisions: {}, banned: '198.51.100.80' },
  },
  {
    name: 'a proxy that nobody listed, which brings all the visitors',
    program: 'nginx',
    lines: () => [
      ...Array.from({ length: 400 }, (_, n) => visitor('198.51.100.81', n)),
      ...times(60, () => web('198.51.100.81', SQLI, 403)),
    ],
    refusal: 'likely-proxy',
    control: { decisions: { protect_proxies: false }, banned: '198.51.100.81' },
  },
  {
    name: 'a visitor whose address somebody else writes into X-Forwarded-For',
    decisions: { trusted_proxies: ['198.51.100.80'] },
    program: 'nginx',
    lines: () => times(60, () => proxied(EVIL, '198.51.100.33')),
    control: {
      lines: () => times(60, () => proxied('198.51.100.80', '198.51.100.33')),
      banned: '198.51.100.33',
    },
  },
  {
    name: 'a visitor named left of the attacker in X-Forwarded-For',
    decisions: { trusted_proxies: ['198.51.100.80'] },
    program: 'nginx',
    lines: () => times(60, () => proxied('198.51.100.80', `198.51.100.33, ${EVIL}`)),
    control: {
      lines: () => times(60, () => proxied('198.51.100.80', `${EVIL}, 198.51.100.33`)),
      banned: '198.51.100.33',
    },
  },
  {
    name: 'a user who mistyped and then got in',
    lines: () => [...times(4, () => fail('alice', '198.51.100.30')), enter('alice', '198.51.100.30')],
    control: neighbour('198.51.100.30'),
  },
  {
    name: 'a user who got in and later mistyped often',
    lines: () => [enter('alice', '198.51.100.31'), ...times(9, () => fail('alice', '198.51.100.31'))],
    refusal: 'recent-login',
    control: { decisions: { forgive_logins: false }, banned: '198.51.100.31' },
  },
  {
    name: 'an office behind one address',
    lines: () => [
      ...['ann', 'bob', 'cem', 'dia'].map((user) => enter(user, '198.51.100.32')),
      ...['ann', 'bob', 'cem', 'dia', 'ann', 'bob', 'eve'].map((user) => fail(user, '198.51.100.32')),
    ],
    refusal: 'shared-address',
    control: { decisions: { forgive_logins: false }, banned: '198.51.100.32' },
  },
  {
    name: 'a user whose neighbour in the same /64 attacks',
    lines: () => [enter('alice', '2001:db8:7::a'), ...attack('2001:db8:7::bad')],
    // The attacker is banned alone; that the /64 is spared is looked at below.
    control: { lines: () => attack('2001:db8:7::bad'), banned: '2001:db8:7::/64' },
  },
  {
    name: 'a home whose devices share a /64 and mistype in turn',
    lines: () => [enter('alice', '2001:db8:8::1'), ...[1, 2, 3, 4, 5, 6].map((n) => fail('alice', `2001:db8:8::${n}`))],
    refusal: 'recent-login',
    control: {
      lines: () => [1, 2, 3, 4, 5, 6].map((n) => fail('alice', `2001:db8:8::${n}`)),
      banned: '2001:db8:8::/64',
    },
  },
  {
    name: 'a user name that is an address',
    lines: () => times(12, () => fail('invalid user 198.51.100.33', EVIL)),
    control: neighbour('198.51.100.33'),
  },
  {
    name: 'a user name that imitates the end of the line',
    lines: () => times(12, () => fail('invalid user x from 198.51.100.33 port 22 ssh2', EVIL)),
    control: neighbour('198.51.100.33'),
  },
  {
    name: 'a request that names somebody else’s address',
    program: 'nginx',
    lines: () => times(60, () => web(EVIL, `/?ip=198.51.100.33&${SQLI.slice(2)}`, 403)),
    control: { lines: () => times(60, () => web('198.51.100.33', SQLI, 403)), banned: '198.51.100.33' },
  },
  {
    name: 'a message of another program that quotes sshd',
    lines: () => times(12, () => fail('root', '198.51.100.33').replace('sshd[', 'myapp[')),
    control: neighbour('198.51.100.33'),
  },
  {
    name: 'an agent that offers six keys over one connection',
    lines: () => keys(() => 5022, '198.51.100.34'),
    control: { lines: () => keys((n) => 5022 + n, '198.51.100.34'), banned: '198.51.100.34' },
  },
  {
    name: 'scheduled jobs whose agent tries the wrong keys first, thirty times an hour',
    lines: () =>
      Array.from({ length: 30 }, (_, n) => [
        sshd(`Failed publickey for deploy from 198.51.100.37 port ${6000 + n} ssh2: RSA SHA256:old`),
        sshd(`Accepted publickey for deploy from 198.51.100.37 port ${6000 + n} ssh2: ED25519 SHA256:new`),
      ]).flat(),
    refusal: 'recent-login',
    control: { decisions: { forgive_logins: false }, banned: '198.51.100.37' },
  },
  {
    name: 'many missing pictures of a broken page',
    program: 'nginx',
    lines: () => times(15, () => web('198.51.100.35', '/images/logo.png', 404)),
    control: { lines: () => times(60, () => web('198.51.100.35', SQLI, 404)), banned: '198.51.100.35' },
  },
  {
    name: 'lines of last week, read after a restart',
    lines: () => attack('198.51.100.36').map((line) => line.replace('2026-11-24', '2026-11-17')),
    refusal: 'expired',
    control: { lines: () => attack('198.51.100.36'), banned: '198.51.100.36' },
  },
];

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
