/** Evidence is kept once for windows that see the same lines; each must name its own last five all the same. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Detection } from '../../model/detection.ts';
import type { LogEvent } from '../../model/log-event.ts';
import { loadRules } from './load.ts';
import { createSigmaDetector } from './sigma-detector.ts';

const KIND = { product: null, service: null, category: 'x' };
const BASE = 'title: A\nname: a\nid: a\nlogsource: {category: x}\ndetection: {s: {event.action: x}, condition: s}\n';

function correlation(id: string, type: string, condition: string, timespan: string, over = 'a'): string {
  return `---\ntitle: ${id}\nname: ${id}\nid: ${id}\ncorrelation: {type: ${type}, rules: [${over}], group-by: [source.ip], timespan: ${timespan}, condition: ${condition}, generate: true}\n`;
}

/** Three and four events, three users twice over (one feeds another correlation that is counted while the others still are), users' hosts. */
const RULES =
  BASE +
  correlation('three', 'event_count', '{gte: 3}', '10m') +
  correlation('users', 'value_count', '{field: user.name, gte: 3}', '20m') +
  correlation('four', 'event_count', '{gte: 4}', '5m') +
  correlation('again', 'event_count', '{gte: 2}', '1h', 'users') +
  correlation('hosts', 'value_count', '{field: host.hostname, gte: 2}', '10m') +
  correlation('more-users', 'value_count', '{field: user.name, gte: 4}', '15m');

const drawn = fc.record({
  ip: fc.constantFrom('192.0.2.1', '192.0.2.2'),
  user: fc.constantFrom(undefined, 'ann', 'bob', 'cem', 'deniz'),
  host: fc.constantFrom(null, 'web', 'db'),
  pause: fc.constantFrom(1000, 60_000, 300_000),
});

test('each detection rests on the newest lines that its own rule counted', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 40, maxLength: 120 }), (list) => {
      const { set, errors } = loadRules([{ path: 'x.yml', text: RULES }]);
      expect(errors).toEqual([]);
      const detector = createSigmaDetector(set, { persist: false });
      const counted = new Map<string, number[]>();
      let time = 1_780_000_000_000;
      for (const [offset, { ip, user, host, pause }] of list.entries()) {
        time += pause;
        const event: LogEvent = {
          time,
          kind: KIND,
          host,
          program: null,
          pid: null,
          message: '',
          repeat: 1,
          fields: { 'event.action': 'x', 'source.ip': ip, 'user.name': user },
        };
        const count = (id: string): void => {
          counted.set(id + ip, [...(counted.get(id + ip) ?? []), offset]);
        };
        for (const id of ['three', 'four']) count(id);
        if (user !== undefined) for (const id of ['users', 'more-users']) count(id);
        if (host !== null) count('hosts');
        const out: Detection[] = [];
        detector.detect(event, { source: 's', generation: 'g', offset, text: '' }, out);
        for (const { rule, evidence } of out.filter((each) => each.rule.kind === 'correlation')) {
          if (rule.id === 'users') count('again');
          expect([rule.id, evidence.map((each) => each.offset)]).toEqual([
            rule.id,
            (counted.get(rule.id + ip) ?? []).slice(-5),
          ]);
          seen.set(rule.id, (seen.get(rule.id) ?? 0) + 1);
        }
      }
    }),
    { numRuns: 150, seed: 11 },
  );
  expect([...seen.keys()].sort()).toEqual(['again', 'four', 'hosts', 'more-users', 'three', 'users']);
});
