/** `bekci/sigma` by its package name, as another program would use it; the examples of its guide run here too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, type Found, SigmaError } from 'bekci/sigma';
import { describe, expect, it } from 'vitest';

const RULES = `title: Refused login
id: refused
name: refused
logsource: {category: authentication}
detection:
  selection: {event.outcome: failure}
  condition: selection
level: low
---
title: Brute force
id: brute
correlation: {type: event_count, rules: [refused], group-by: [source.ip], timespan: 10m, condition: {gte: 3}}
level: high
---
title: Whoami
id: whoami
tags: [attack.discovery, attack.t1033]
logsource: {product: windows, category: process_creation}
detection:
  selection: {CommandLine|contains: whoami}
  condition: selection
`;

const failure = (second: number, ip: string) => ({
  '@timestamp': new Date(Date.UTC(2026, 10, 24, 8, 0, second)).toISOString(),
  event: { outcome: 'failure' },
  source: { ip },
});
const ids = (found: readonly Found[]): string[] => found.map(({ rule }) => rule.id);

describe('bekci/sigma', () => {
  it('compiles, and lists what is left out with its place', () => {
    const { rules, errors } = compile(
      `${RULES}---\ntitle: Broken\nlogsource: {category: x}\ndetection: {s: {a|contians: 1}, condition: s}\n`,
    );
    expect(rules.map(({ id, kind, level }) => [id, kind, level])).toEqual([
      ['refused', 'rule', 'low'],
      ['whoami', 'rule', 'medium'],
      ['brute', 'correlation', 'high'],
    ]);
    expect(errors[0]).toBeInstanceOf(SigmaError);
    expect(errors[0]).toMatchObject({ code: 'SIGMA_MODIFIER', at: { file: 'rules.yml', line: 25 } });
  });
  it('matches an event, of any log source or of one', () => {
    const rules = compile(RULES);
    const event = { CommandLine: 'cmd /c WHOAMI /all' };
    expect(rules.match(event)).toMatchObject([{ id: 'whoami', tags: ['attack.discovery', 'attack.t1033'] }]);
    expect(rules.match(event, { category: 'process_creation', product: 'windows' })).toHaveLength(1);
    expect(rules.match(event, { category: 'process_creation', product: 'linux' })).toEqual([]);
  });
  it('correlates a stream by the events’ own time', () => {
    const stream = compile(RULES).stream();
    const logsource = { category: 'authentication' };
    expect(stream.push(failure(1, 'a'), { logsource })).toEqual([]);
    expect(stream.push(failure(2, 'b'), { logsource })).toEqual([]);
    expect(stream.push(failure(2, 'a'), { logsource })).toEqual([]);
    expect(stream.push(failure(3, 'a'), { logsource })).toEqual([
      {
        rule: { id: 'brute', title: 'Brute force', level: 'high', tags: [], kind: 'correlation' },
        time: Date.UTC(2026, 10, 24, 8, 0, 3),
        group: { 'source.ip': 'a' },
        events: 3,
        evidence: [0, 2, 3],
      },
    ]);
    expect(stream.stats()).toMatchObject({ rules: 2, correlations: 1, window_groups: 2 });
  });
  it('streams of the same rules do not mix', () => {
    const rules = compile(RULES);
    const [one, other] = [rules.stream(), rules.stream()];
    one.push(failure(1, 'a'));
    one.push(failure(2, 'a'));
    expect(ids(other.push(failure(3, 'a')))).toEqual([]);
    expect(ids(one.push(failure(3, 'a')))).toEqual(['brute']);
  });
  it('goes on after a restart, and with other rules', () => {
    const first = compile(RULES).stream({ persist: true });
    first.push(failure(1, 'a'));
    first.push(failure(2, 'a'));
    const kept = first.save().flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
    const second = compile(RULES).stream({ persist: true });
    second.restore(kept);
    second.replace(
      compile(`${RULES}---\ntitle: More\nid: more\nlogsource: {category: x}\ndetection: {s: {a: 1}, condition: s}\n`),
    );
    expect(ids(second.push({ a: 1 }))).toEqual(['more']);
    expect(ids(second.push(failure(3, 'a')))).toEqual(['brute']);
  });
  it('the example of the guide does what the guide says', async () => {
    const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/sigma-library.md'), 'utf8');
    const [, code] = /```js\n(.+?)```/s.exec(guide)!;
    const said: unknown[] = [];
    const body = code!.replace(/^import .*from '(.*)';$/m, '').replaceAll('console.log', 'say');
    new Function('compile', 'say', body)(compile, (...parts: unknown[]) => said.push(parts.join(' ')));
    expect(said).toEqual(['Refused login', 'Brute force 203.0.113.7 3']);
  });
});
