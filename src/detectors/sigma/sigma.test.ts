/** The engine: conditions and modifiers, windows at their borders, bounded groups, and the same answers across restarts. */
import { describe, expect, it } from 'vitest';
import type { Detection } from '../../model/detection.ts';
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import type { Detector } from '../detector.ts';

import { jsonEvent } from './json-event.ts';
import { loadRules } from './load.ts';
import { createRuleTable } from './rule-index.ts';
import type { LoadedRules } from './rule-set.ts';
import { createSigmaDetector } from './sigma-detector.ts';

const KIND = { product: 'linux', service: 'sshd', category: 'authentication' };

function load(text: string): LoadedRules {
  return loadRules([{ path: 'x.yml', text }]);
}

function matches(detection: string, event: Record<string, unknown>): boolean {
  const { set, errors } = load(
    `title: T\nid: t\nlogsource: {category: x}\ndetection:\n${detection.replace(/^/gm, '  ')}\n`,
  );
  expect(errors.map((error) => error.message)).toEqual([]);
  const out: never[] = [];
  createRuleTable(set.rules).match(jsonEvent(event), out);
  return out.length > 0;
}

describe('a file of several documents', () => {
  const rule = (id: string, rest = ''): string =>
    `title: T${id}\nid: ${id}\nlogsource: {category: x}\ndetection: {s: {a: 1}, condition: s}\n${rest}`;
  it.each([
    ['a fault of its own', 'title: Broken\nlogsource: {category: x}\ndetection: {s: {a: 1}, condition: t}\n', 8],
    ['bad YAML', 'title: Broken\ntitle: again\n', 7],
    ['no map', '- one\n', 6],
  ])('keeps the others when one has %s', (_, broken, line) => {
    const { set, errors } = load(`${rule('a')}---\n${broken}---\n${rule('b')}---\n${rule('c', 'level: none\n')}`);
    expect(set.rules.map(({ info }) => info.id)).toEqual(['a', 'b']);
    expect(errors.map(({ at }) => at?.line)).toEqual([line, expect.any(Number)]);
    expect(errors[0]!.message).not.toMatch(/ at line \d/);
  });
});

describe('detection', () => {
  it.each<[string, string, Record<string, unknown>, boolean]>([
    ['equality ignores case', 's: {a: Foo}\ncondition: s', { a: 'fOO' }, true],
    ['cased does not', 's: {a|cased: Foo}\ncondition: s', { a: 'foo' }, false],
    ['a list means any', 's: {a: [x, y]}\ncondition: s', { a: 'y' }, true],
    ['all means all', 's: {a|contains|all: [x, y]}\ncondition: s', { a: 'ax' }, false],
    ['wildcards', 's: {a: "b*c?"}\ncondition: s', { a: 'bXXcd' }, true],
    ['escaped wildcard', 's: {a: "b\\\\*"}\ncondition: s', { a: 'bb' }, false],
    ['startswith', 's: {a|startswith: ab}\ncondition: s', { a: 'abc' }, true],
    ['endswith', 's: {a|endswith: bc}\ncondition: s', { a: 'abc' }, true],
    ['null is absence', 's: {a: null}\ncondition: s', { b: 1 }, true],
    ['empty text is not absence', 's: {a: ""}\ncondition: s', { b: 1 }, false],
    ['exists', 's: {a|exists: false}\ncondition: s', { a: 1 }, false],
    ['numbers', 's: {a: 4}\ncondition: s', { a: '4' }, true],
    ['gte', 's: {a|gte: 400}\ncondition: s', { a: 404 }, true],
    ['cidr', 's: {a|cidr: 203.0.113.0/24}\ncondition: s', { a: '203.0.113.9' }, true],
    ['cidr v6', 's: {a|cidr: "2001:db8::/32"}\ncondition: s', { a: '2001:db9::1' }, false],
    ['re', 's: {a|re|i: "^ab+c$"}\ncondition: s', { a: 'ABBC' }, true],
    [
      'base64offset',
      's: {a|base64offset|contains: foobar}\ncondition: s',
      { a: `x${Buffer.from('??foobar??').toString('base64')}` },
      true,
    ],
    ['windash', 's: {a|windash|contains: " -x"}\ncondition: s', { a: 'cmd /x' }, true],
    ['fieldref', 's: {a|fieldref: b}\ncondition: s', { a: 'q', b: 'Q' }, true],
    ['neq', 's: {a|neq: x}\ncondition: s', { a: 'y' }, true],
    ['list fields', 's: {a: y}\ncondition: s', { a: ['x', 'y'] }, true],
    ['1 of', 's_a: {a: 1}\ns_b: {b: 1}\ncondition: 1 of s_*', { b: 1 }, true],
    ['all of', 's_a: {a: 1}\ns_b: {b: 1}\ncondition: all of s_*', { b: 1 }, false],
    ['not and parentheses', 's: {a: 1}\nf: {b: 1}\ng: {c: 1}\ncondition: s and not (f or g)', { a: 1, c: 1 }, false],
    ['keywords', 'k: [needle]\ncondition: k', { message: 'a Needle in it' }, true],
    ['a list of maps', 's: [{a: 1}, {b: 2}]\ncondition: s', { b: 2 }, true],
    ['nested names', 's: {a.b: 1}\ncondition: s', { a: { b: 1 } }, true],
  ])('%s', (_, detection, event, expected) => {
    expect(matches(detection, event)).toBe(expected);
  });

  it.each([
    ['s: {a|contians: b}\ncondition: s', /unknown modifier/],
    ['s: {a: b}\ncondition: t', /no such search/],
    ['s: {a: b}\ncondition: s | count() > 5', /correlation/],
    ['s: {a|re: "(?=x)y"}\ncondition: s', /linear/],
    ['s: {a|cidr: nonsense}\ncondition: s', /no network/],
    ['s: {a: b}\ncondition: (s', /parenthesis/],
  ])('refuses %j and says why and where', (detection, why) => {
    const { errors } = load(
      `title: T\nid: t\nlogsource: {category: x}\ndetection:\n${detection.replace(/^/gm, '  ')}\n`,
    );
    expect(errors[0]?.message).toMatch(why);
    expect(errors[0]?.at?.file).toBe('x.yml');
  });
});

const BASE = 'title: B\nid: base\nlogsource: {service: sshd}\ndetection: {s: {event.action: x}, condition: s}\n';
const count = (body: string): string =>
  `${BASE}---\ntitle: C\nid: c\ncorrelation: {rules: [base], group-by: [source.ip], timespan: 10m, ${body}}\n`;

function run(
  detector: Detector,
  events: readonly (readonly [second: number, ip: string, extra?: Record<string, FieldValue>])[],
): number[] {
  const fired: number[] = [];
  for (const [second, ip, extra] of events) {
    const event: LogEvent = {
      time: second * 1000,
      kind: KIND,
      host: 'h',
      program: 'sshd',
      pid: 1,
      message: '',
      repeat: 1,
      fields: { 'event.action': 'x', 'source.ip': ip, ...extra },
    };
    const out: Detection[] = [];
    detector.detect(event, { source: 's', generation: 'g', offset: second, text: '' }, out);
    if (out.length > 0) fired.push(second);
  }
  return fired;
}

const detectorOf = (text: string, options = {}): Detector => createSigmaDetector(load(text).set, options);

describe('correlation', () => {
  it('counts what is younger than the span: exactly the span is too old', () => {
    const rule = count('type: event_count, condition: {gte: 3}');
    expect(
      run(detectorOf(rule), [
        [1, 'a'],
        [300, 'a'],
        [600, 'a'],
      ]),
    ).toEqual([600]);
    expect(
      run(detectorOf(rule), [
        [0, 'a'],
        [300, 'a'],
        [600, 'a'],
      ]),
    ).toEqual([]);
  });

  it('takes events that come late, and groups by themselves', () => {
    const rule = count('type: event_count, condition: {gte: 3}');
    expect(
      run(detectorOf(rule), [
        [100, 'a'],
        [50, 'a'],
        [700, 'b'],
        [80, 'a'],
      ]),
    ).toEqual([80]);
  });

  it('speaks once for an ongoing attack, and again when a whole span has passed', () => {
    const events = Array.from({ length: 200 }, (_, n) => [n * 10, 'a'] as const);
    expect(run(detectorOf(count('type: event_count, condition: {gte: 5}')), events)).toEqual([40, 640, 1240, 1840]);
  });

  it('counts distinct values', () => {
    const rule = count('type: value_count, condition: {field: user.name, gte: 2}');
    expect(
      run(detectorOf(rule), [
        [1, 'a', { 'user.name': 'x' }],
        [2, 'a', { 'user.name': 'x' }],
        [3, 'a', { 'user.name': 'y' }],
      ]),
    ).toEqual([3]);
    expect(
      run(detectorOf(rule), [
        [1, 'a', { 'user.name': 'x' }],
        [700, 'a', { 'user.name': 'y' }],
      ]),
    ).toEqual([]);
  });

  it('knows order', () => {
    const two = BASE.replace('id: base', 'id: other').replace('x}', 'y}');
    const rule = `${BASE}---\n${two}---\ntitle: C\nid: c\ncorrelation: {type: temporal_ordered, rules: [base, other], group-by: [source.ip], timespan: 10m}\n`;
    expect(
      run(detectorOf(rule), [
        [1, 'a'],
        [5, 'a', { 'event.action': 'y' }],
      ]),
    ).toEqual([5]);
    expect(
      run(detectorOf(rule), [
        [1, 'a', { 'event.action': 'y' }],
        [5, 'a'],
      ]),
    ).toEqual([]);
    const any = rule.replace('temporal_ordered', 'temporal');
    expect(
      run(detectorOf(any), [
        [1, 'a', { 'event.action': 'y' }],
        [5, 'a'],
      ]),
    ).toEqual([5]);
  });

  it('gives the same answers when stopped and restored at any moment', () => {
    const rule = `${count('type: event_count, condition: {gte: 4}')}---\ntitle: D\nid: d\ncorrelation: {type: value_count, rules: [base], group-by: [source.ip], timespan: 10m, condition: {field: user.name, gte: 3}}\n`;
    const events = Array.from(
      { length: 400 },
      (_, n) => [n * 7, `ip${(n * n) % 7}`, { 'user.name': `u${(n * 5) % 11}` }] as const,
    );
    const whole = run(detectorOf(rule), events);
    expect(whole.length).toBeGreaterThan(3);
    const kept = new Map<string, string>();
    const pieces: number[] = [];
    for (let at = 0; at < events.length; at += 23) {
      const detector = detectorOf(rule);
      detector.restore([...kept].map(([key, value]) => ({ key, value })));
      pieces.push(...run(detector, events.slice(at, at + 23)));
      for (const { key, value } of detector.drainDirty()) value === null ? kept.delete(key) : kept.set(key, value);
    }
    expect(pieces).toEqual(whole);
  });

  it('stays within its bound, quickly, with more sources than it may hold', () => {
    const detector = detectorOf(count('type: event_count, condition: {gte: 3}'), { maxGroups: 10_000, persist: false });
    const started = performance.now();
    run(
      detector,
      Array.from({ length: 300_000 }, (_, n) => [n / 1000, `ip${n}`] as const),
    );
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(detector.stats().window_groups).toBeLessThanOrEqual(10_000);
    expect(detector.stats().window_groups_evicted).toBeGreaterThan(280_000);
  });

  it('holds no more windows than it may, and says how many groups went', () => {
    const detector = detectorOf(count('type: event_count, condition: {gte: 3}'), { maxWindows: 1000, persist: false });
    // Three events make a window of what waited.
    run(
      detector,
      Array.from({ length: 30_000 }, (_, n) => [n / 1000, `ip${Math.floor(n / 3)}`] as const),
    );
    expect(detector.stats().windows).toBeLessThanOrEqual(1256);
    expect(detector.stats().window_groups_evicted).toBeGreaterThan(8000);
  });
});
