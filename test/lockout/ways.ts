/** Ways in which intrusion-prevention tools have locked people out, each with its control: the same without the protection. */
import { formatNetwork, parseNetwork, widen } from '../../src/kit/cidr.ts';
import { asnFile, attack, EVIL, enter, fail, sshd, times, visitor, web } from './site.ts';

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

export const SQLI = '/?q=1%27%20UNION%20SELECT%20a,b%20FROM%20users--';
const OPEN = { protect_private: false };
/** Protection that no setting takes away has a neighbour for its control, to whom the very same happened. */
const neighbour = (ip: string): Control => ({ lines: () => attack(ip), banned: banOf(ip) });
const banOf = (ip: string): string => (ip.includes(':') ? formatNetwork(widen(parseNetwork(ip)!, 64)) : ip);
const unprotected = (ip: string, without: string): Control => ({ without, banned: banOf(ip) });
const proxied = (peer: string, chain: string): string =>
  `${peer} - - [24/Nov/2026:08:20:00 +0000] "GET ${SQLI} HTTP/1.1" 403 512 "-" "Mozilla/5.0" "${chain}"`;
const keys = (port: (n: number) => number, ip: string): string[] =>
  Array.from({ length: 6 }, (_, n) => [
    sshd(`Failed publickey for alice from ${ip} port ${port(n)} ssh2: ED25519 SHA256:k${n}`),
    ...(n === 5 || port(n) !== port(n + 1)
      ? [sshd(`Connection closed by authenticating user alice ${ip} port ${port(n)} [preauth]`)]
      : []),
  ]).flat();

const jobs = (end: string): string[] =>
  Array.from({ length: 30 }, (_, n) => [
    sshd(`Failed publickey for deploy from 198.51.100.37 port ${6000 + n} ssh2: RSA SHA256:old`),
    sshd(end.replace('PORT', String(6000 + n))),
  ]).flat();

export const ways: Way[] = [
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
    lines: () => jobs('Accepted publickey for deploy from 198.51.100.37 port PORT ssh2: ED25519 SHA256:new'),
    control: {
      lines: () => jobs('Connection closed by authenticating user deploy 198.51.100.37 port PORT [preauth]'),
      banned: '198.51.100.37',
    },
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
