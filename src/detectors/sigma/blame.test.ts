/** `bekci.blame: values`: each address of a network that attacks together is blamed, those of other networks are not. */
import { expect, it } from 'vitest';
import type { Detection } from '../../model/detection.ts';
import type { LogEvent } from '../../model/log-event.ts';
import { loadRules } from './load.ts';
import { createSigmaDetector } from './sigma-detector.ts';

const KIND = { product: null, service: null, category: 'x' };

function rule(own: string, condition = '{field: source.ip, gte: 3}', type = 'value_count'): string {
  return `title: A\nname: a\nid: a\nlogsource: {category: x}\ndetection: {s: {event.action: x}, condition: s}\n---\ntitle: B\nid: b\ncorrelation: {type: ${type}, rules: [a], group-by: [source.subnet], timespan: 10m, condition: ${condition}}\nbekci: ${own}\n`;
}

function blamed(addresses: readonly string[]): string[] {
  const { set, errors } = loadRules([{ path: 'x.yml', text: rule('{action: ban, blame: values}') }]);
  expect(errors).toEqual([]);
  const detector = createSigmaDetector(set, { persist: false });
  const out: Detection[] = [];
  for (const [offset, ip] of addresses.entries()) {
    const event: LogEvent = {
      time: 1_780_000_000_000 + offset * 1000,
      kind: KIND,
      host: null,
      program: null,
      pid: null,
      message: '',
      repeat: 1,
      fields: { 'event.action': 'x', 'source.ip': ip },
    };
    detector.detect(event, { source: 's', generation: 'g', offset, text: '' }, out);
  }
  return out.map(({ entity }) => Object.values(entity).join());
}

it('blames each of three neighbours, and begins anew', () => {
  const four = ['203.0.113.1', '203.0.113.2', '192.0.2.1', '192.0.2.2', '203.0.113.2', '203.0.113.9', '203.0.113.4'];
  expect(blamed(four)).toEqual(['203.0.113.1', '203.0.113.2', '203.0.113.9']);
  expect(blamed([...four, '203.0.113.5', '203.0.113.6']).slice(3)).toEqual([
    '203.0.113.4',
    '203.0.113.5',
    '203.0.113.6',
  ]);
});

it('knows the /48 of IPv6', () => {
  expect(blamed(['2001:db8:1:1::1', '2001:db8:1:2::1', '2001:db8:2:1::1'])).toEqual([]);
  expect(blamed(['2001:db8:1:1::1', '2001:db8:1:2::1', '2001:db8:1:3::1'])).toHaveLength(3);
});

it.each([
  rule('{blame: x}'),
  rule('{blame: values}', '{field: user.name, gte: 3}'),
  rule('{blame: values}', '{gte: 3}', 'event_count'),
  'title: A\nid: a\nlogsource: {category: x}\ndetection: {s: {event.action: x}, condition: s}\nbekci: {blame: values}\n',
])('is refused where it means nothing: %#', (text) => {
  expect(loadRules([{ path: 'x.yml', text }]).errors.map(({ code }) => code)).toContain('SIGMA_BEKCI');
});
