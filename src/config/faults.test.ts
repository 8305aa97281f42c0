/** Every wrong value is told in plain words with its place; what `run` would refuse is found when the file is read. */
import { expect, it } from 'vitest';
import { ConfigError } from './config-error.ts';
import { parseConfig } from './load.ts';

function faultsOf(text: string): string[] {
  try {
    parseConfig(text, 'b.yaml');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.all.map(({ at, message }) => `${at?.line}:${at?.column} ${message}`);
  }
}

it.each([
  ['- a', '1:1 the configuration: must be a section with keys of its own, not a list'],
  ['mode: enforced', '1:1 `mode`: must be observe or enforce'],
  ['sources: /var/log/auth.log', '1:1 `sources`: must be auto or a list'],
  ['sources:\n  - type: file', '2:5 `sources.0.path`: is missing'],
  ['sources:\n  - /var/log/auth.log', '2:5 `sources.0`: must be a section with keys of its own, not a text'],
  ['decisions: {ipv6_prefix: 200}', '1:13 `decisions.ipv6_prefix`: must be at most 128'],
  ['http: {listen: "127.0.0.1:99999"}', '1:8 `http.listen`: no port is above 65535'],
  ['rules:\n  overrides:\n    a: {threshold: many}', '3:9 `rules.overrides.a.threshold`: must be a number, not a text'],
  ['notifiers: [{type: email, host: h, from: a@b.c, to: []}]', '1:49 `notifiers.0.to`: needs at least 1 entry'],
  [
    'notifiers: [{type: email, host: h, from: me, to: [a@b.c]}]',
    '1:36 `notifiers.0.from`: write an address: bekci@example.org',
  ],
])('%j', (text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});

it('names the types there are', () => {
  expect(faultsOf('responders: [{type: nftable}]')[0]).toMatch(
    /`responders.0.type`: must be one of nftables, helper, /,
  );
});

it('refuses each mistyped entry of the allowlist where it stands', () => {
  const entries = [
    '300.1.1.1',
    '10.0.0.0/33',
    '-foo',
    'AS',
    'AS12x',
    'exa mple.org',
    '198.51.100.0/24',
    'office.example.org',
    'AS64496',
  ];
  const faults = faultsOf(`decisions:\n  allowlist:\n${entries.map((each) => `    - "${each}"\n`).join('')}`);
  expect(faults.map((each) => each.split(' ', 1)[0])).toEqual(['3:7', '4:7', '5:7', '6:7', '7:7', '8:7']);
  expect(faults[0]).toContain('203.0.113.0/24');
  expect(faultsOf('decisions: {trusted_proxies: [proxy.example.org]}')).toHaveLength(1);
});

it('takes a section whose lines are all commented out for an absent one', () => {
  expect(parseConfig('decisions:\n  # ban: 1h\nrules:\n  paths:\n', 'b.yaml').decisions.ban).toBe(600);
});

it('says little about what is no configuration at all', () => {
  const faults = faultsOf(Array.from({ length: 500 }, (_, n) => `${'x'.repeat(50)} ${n}]: [`).join('\n'));
  expect(faults.length).toBeLessThanOrEqual(20);
  expect(Math.max(...faults.map((each) => each.length))).toBeLessThan(300);
});
