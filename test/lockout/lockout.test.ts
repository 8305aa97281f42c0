/**
 * Ways in which intrusion-prevention tools have locked people out, each walked through the real decoders, rules and door. None
 * bans the innocent; the attackers beside them, the controls, are banned.
 */
import { expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { createNamedAllowlist } from '../../src/decisions/named-allowlist.ts';
import { allowlisted, trustedProxies } from '../../src/decisions/protected.ts';
import { createDoor } from '../../src/engine/accept-decision.ts';
import type { Door } from '../../src/engine/door.ts';
import { createSpine } from '../../src/engine/spine.ts';
import { parseNetwork } from '../../src/kit/cidr.ts';
import { silentLog } from '../../src/kit/log.ts';
import { buildPipeline } from '../../src/pipeline.ts';

const NOW = Date.parse('2026-11-24T08:30:00Z');
const EVIL = '203.0.113.66';

interface Site {
  readonly door: Door;
  /** Feeds lines and says who was banned so far. */
  read(program: string | null, lines: readonly string[]): string[];
  readonly refused: string[];
}

async function site(decisions: Record<string, unknown> = {}): Promise<Site> {
  const config = configSchema.parse({ mode: 'enforce', timezone: 'UTC', decisions });
  const pipeline = buildPipeline(config, { persist: false });
  const names = createNamedAllowlist(
    config.decisions.allowlist,
    async (name, family) => (name === 'office.example.org' && family === 4 ? ['198.51.100.44'] : []),
    silentLog,
  );
  await names.refresh();
  const fact = (ip: string, code: string) => ({ network: parseNetwork(ip)!, code, detail: ip });
  const door = createDoor({
    settings: config.decisions,
    allowlist: [...allowlisted(config.decisions.allowlist), ...trustedProxies(config.decisions.trusted_proxies)],
    systemProtected: () => [
      ...names.current(),
      fact('192.0.2.10', 'own-address'),
      fact('192.0.2.1', 'gateway'),
      fact('192.0.2.53', 'resolver'),
      fact('198.51.100.5', 'open-session'),
      fact('2001:db8:5::5', 'open-session'),
    ],
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
        if (answer !== null && 'decision' in answer) bans.push(answer.decision.ip);
        if (answer !== null && 'refusal' in answer) refused.push(answer.refusal.code);
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

interface Way {
  readonly name: string;
  readonly decisions?: Record<string, unknown>;
  readonly program?: string;
  readonly lines?: () => string[];
  /** Why the door refused; absent where no rule may even ask. */
  readonly refusal?: string;
}

const ways: Way[] = [
  { name: 'the administrator’s own session', lines: () => attack('198.51.100.5'), refusal: 'open-session' },
  { name: 'the administrator’s own session over IPv6', lines: () => attack('2001:db8:5::5'), refusal: 'open-session' },
  { name: 'the gateway, when it masquerades everybody', lines: () => attack('192.0.2.1'), refusal: 'gateway' },
  { name: 'the name server', lines: () => attack('192.0.2.53'), refusal: 'resolver' },
  { name: 'the machine’s own address', lines: () => attack('192.0.2.10'), refusal: 'own-address' },
  { name: 'loopback', lines: () => attack('127.0.0.1'), refusal: 'special-range' },
  { name: 'loopback over IPv6', lines: () => attack('::1'), refusal: 'special-range' },
  { name: 'loopback written as IPv4 in IPv6', lines: () => attack('::ffff:127.0.0.1'), refusal: 'special-range' },
  { name: 'a container on a private bridge', lines: () => attack('172.17.0.2'), refusal: 'special-range' },
  { name: 'the local network', lines: () => attack('192.168.1.20'), refusal: 'special-range' },
  { name: 'a carrier’s shared range (100.64/10)', lines: () => attack('100.64.7.7'), refusal: 'special-range' },
  { name: 'a unique-local neighbour', lines: () => attack('fd00:1::7'), refusal: 'special-range' },
  { name: 'a link-local neighbour', lines: () => attack('fe80::7'), refusal: 'special-range' },
  { name: 'the unspecified address', lines: () => attack('0.0.0.0'), refusal: 'special-range' },
  {
    name: 'an allowlisted address',
    decisions: { allowlist: ['198.51.100.9'] },
    lines: () => attack('198.51.100.9'),
    refusal: 'allowlist',
  },
  {
    name: 'an address in an allowlisted network',
    decisions: { allowlist: ['198.51.100.0/24'] },
    lines: () => attack('198.51.100.200'),
    refusal: 'allowlist',
  },
  {
    name: 'an allowlisted IPv4 address that logs as IPv4 in IPv6',
    decisions: { allowlist: ['198.51.100.9'] },
    lines: () => attack('::ffff:198.51.100.9'),
    refusal: 'allowlist',
  },
  {
    name: 'an allowlisted name',
    decisions: { allowlist: ['office.example.org'] },
    lines: () => attack('198.51.100.44'),
    refusal: 'allowlist',
  },
  {
    name: 'the reverse proxy all requests come through',
    decisions: { trusted_proxies: ['198.51.100.80'] },
    program: 'nginx',
    lines: () => times(60, () => web('198.51.100.80', '/?q=1%27%20UNION%20SELECT%20a,b%20FROM%20users--', 403)),
    refusal: 'trusted-proxy',
  },
  {
    name: 'a user who mistyped and then got in',
    lines: () => [...times(4, () => fail('alice', '198.51.100.30')), enter('alice', '198.51.100.30')],
  },
  {
    name: 'a user who got in and later mistyped often',
    lines: () => [enter('alice', '198.51.100.31'), ...times(9, () => fail('alice', '198.51.100.31'))],
    refusal: 'recent-login',
  },
  {
    name: 'an office behind one address',
    lines: () => [
      ...['ann', 'bob', 'cem', 'dia'].map((user) => enter(user, '198.51.100.32')),
      ...['ann', 'bob', 'cem', 'dia', 'ann', 'bob', 'eve'].map((user) => fail(user, '198.51.100.32')),
    ],
    refusal: 'shared-address',
  },
  { name: 'a user name that is an address', lines: () => times(12, () => fail('invalid user 198.51.100.33', EVIL)) },
  {
    name: 'a user name that imitates the end of the line',
    lines: () => times(12, () => fail('invalid user x from 198.51.100.33 port 22 ssh2', EVIL)),
  },
  {
    name: 'a request that names somebody else’s address',
    program: 'nginx',
    lines: () => times(60, () => web(EVIL, '/?ip=198.51.100.33&q=1%27%20UNION%20SELECT%20a,b%20FROM%20users--', 403)),
  },
  {
    name: 'a message of another program that quotes sshd',
    lines: () => times(12, () => fail('root', '198.51.100.33').replace('sshd[', 'myapp[')),
  },
  {
    name: 'an agent that offers several keys over one connection',
    lines: () => [
      ...times(
        3,
        () =>
          `2026-11-24T08:20:00.000Z web sshd[900]: Connection from 198.51.100.34 port 5022 on 192.0.2.10 port 22 rdomain ""`,
      ),
      `2026-11-24T08:20:01.000Z web sshd[900]: Accepted publickey for alice from 198.51.100.34 port 5022 ssh2: ED25519 SHA256:abc`,
    ],
  },
  {
    name: 'many missing pictures of a broken page',
    program: 'nginx',
    lines: () => times(15, () => web('198.51.100.35', '/images/logo.png', 404)),
  },
  {
    name: 'lines of yesterday, read after a restart',
    lines: () => attack('198.51.100.36').map((line) => line.replace('2026-11-24', '2026-11-20')),
    refusal: 'expired',
  },
];

it.each(ways)('$name', async ({ decisions, program, lines, refusal }) => {
  const at = await site(decisions);
  const bans = at.read(program ?? null, lines?.() ?? []);
  expect(bans.filter((ip) => ip !== EVIL)).toEqual([]);
  if (refusal !== undefined) expect(at.refused).toContain(refusal);
});

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
