/** Answers that are remembered for events that are alike must be those of an index that looks at every event. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogEvent } from '../../model/log-event.ts';
import { createAlikeTable } from './alike-table.ts';
import { loadRules } from './load.ts';
import { createRuleTable } from './rule-index.ts';
import type { LinkedRule } from './rule-set.ts';

const WEB = Object.freeze({ product: null, service: null, category: 'webserver' });
const rule = (title: string, detection: string): string =>
  `title: ${title}\nid: ${crypto.randomUUID()}\nlogsource:\n  category: webserver\ndetection:\n${detection}\nlevel: low\n`;
const RULES = [
  rule('A', '  a:\n    url.path|contains: admin\n  condition: a'),
  rule('B', '  a:\n    source.ip: 192.0.2.1\n  condition: a'),
  rule('C', '  a:\n    user_agent.original|startswith: curl\n    url.path: /\n  condition: a'),
  rule('D', '  a:\n    url.path|endswith: .php\n    user.name|exists: true\n  condition: a'),
  rule('E', '  a:\n    - needle\n  condition: a'),
  rule('F', '  a:\n    url.path|contains: a\n  b:\n    user_agent.original|contains: bot\n  condition: a and not b'),
  rule('G', '  a:\n    user_agent.original|contains: curl\n  condition: a'),
];
const rules = loadRules(RULES.map((text, n) => ({ path: `${n}.yml`, text }))).set.rules;

const SAME: readonly ReadonlySet<string>[] = [
  new Set(['url.path', 'event.action']),
  new Set(['user_agent.original', 'event.action']),
];
const PATHS = ['/', '/admin', '/admin/x.php', '/needle', '/a.php'].map((path) => ({ path }));
const AGENTS = ['curl/8', 'bot', 'Mozilla/5.0'].map((agent) => ({ agent }));

const events = fc.record({
  path: fc.constantFrom(...PATHS),
  agent: fc.constantFrom(...AGENTS),
  ip: fc.constantFrom('192.0.2.1', '192.0.2.2'),
  user: fc.constantFrom(undefined, 'bob'),
  alike: fc.constantFrom('yes', 'path only', 'agent only', 'no', 'other fields'),
});

function eventOf({ path, agent, ip, user, alike }: typeof events extends fc.Arbitrary<infer T> ? T : never): LogEvent {
  const parts = [alike === 'agent only' ? null : path, alike === 'path only' ? null : agent];
  return {
    time: 0,
    kind: WEB,
    host: null,
    program: null,
    pid: null,
    message: `${ip} ${path.path}`,
    repeat: 1,
    fields: { 'source.ip': ip, 'url.path': path.path, 'user_agent.original': agent.agent, 'user.name': user },
    alike: alike === 'no' ? undefined : { parts, fields: alike === 'other fields' ? [new Set(['source.ip'])] : SAME },
  };
}

function matched(table: ReturnType<typeof createRuleTable<LinkedRule>>, event: LogEvent): string[] {
  const out: LinkedRule[] = [];
  table.match(event, out);
  return out.map((each) => each.rule.title);
}

/** The rules; each that is asked adds its title. */
function spied(asked: string[]): LinkedRule[] {
  return rules.map((each) => ({
    ...each,
    test: (event: LogEvent) => {
      asked.push(each.rule.title);
      return each.test(event);
    },
  }));
}

test('the same rules match, in the same order, whatever was asked before', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(events, { minLength: 50, maxLength: 200 }), (list) => {
      const plain = createRuleTable(rules);
      const table = createAlikeTable(rules);
      for (const event of list.map(eventOf)) {
        const found = matched(table, event);
        expect(found).toEqual(matched(plain, event));
        seen.add(found.join());
      }
    }),
    { numRuns: 100, seed: 5 },
  );
  expect([...seen].some((titles) => titles.startsWith('A,B'))).toBe(true);
});

test('a rule about what is shared is asked once, any other each time', () => {
  const asked: string[] = [];
  const table = createAlikeTable(spied(asked));
  const event = eventOf({ path: PATHS[2]!, agent: AGENTS[0]!, ip: '192.0.2.1', user: 'bob', alike: 'yes' });
  for (let n = 0; n < 3; n++) expect(matched(table, event)).toEqual(['A', 'B', 'D', 'F', 'G']);
  const times = (title: string): number => asked.filter((each) => each === title).length;
  expect(['A', 'G', 'B', 'D', 'F'].map(times)).toEqual([1, 1, 3, 3, 3]);
});

test('what is remembered of one part serves beside any other, also beside one that nobody shares', () => {
  const asked: string[] = [];
  const table = createAlikeTable(spied(asked));
  for (const agent of AGENTS)
    for (const alike of ['yes', 'path only'] as const)
      matched(table, eventOf({ path: PATHS[1]!, agent, ip: '192.0.2.2', user: undefined, alike }));
  expect(asked.filter((title) => title === 'A')).toHaveLength(1);
});

test('answers are forgotten after some thousand others, and never taken for those of another part', () => {
  const table = createAlikeTable(rules);
  const agent = AGENTS[0]!;
  for (let n = 0; n < 20_000; n++) {
    const path = { path: n % 2 === 0 ? '/admin' : '/' };
    const event = eventOf({ path, agent, ip: '192.0.2.2', user: undefined, alike: 'yes' });
    expect(matched(table, event)).toEqual(n % 2 === 0 ? ['A', 'F', 'G'] : ['C', 'G']);
  }
});

test('where one object stands for all that is shared, the same rules match as without', () => {
  const login = (title: string, detection: string): string =>
    rule(title, detection).replace('category: webserver', 'service: door');
  const own = [
    login('A', '  a:\n    event.action: open\n    event.outcome: failure\n  condition: a'),
    login('B', '  a:\n    event.action: open\n    source.ip: 192.0.2.1\n  condition: a'),
    login('C', '  a:\n    event.outcome: success\n  condition: a'),
    login('D', '  a:\n    user.name: bob\n  condition: not a'),
    login('E', '  a:\n    - needle\n  condition: a'),
    login('F', '  a:\n    event.action:\n      - open\n      - knock\n  condition: a'),
  ];
  const { rules: linked } = loadRules(own.map((text, n) => ({ path: `${n}.yml`, text }))).set;
  const fields = [new Set(['event.action', 'event.outcome'])];
  const kinds = ['open', 'knock', 'needle'].flatMap((action) =>
    ['success', 'failure'].map((outcome) => ({ action, outcome, alike: { parts: [{}], fields } })),
  );
  const drawn = fc.record({
    kind: fc.constantFrom(...kinds),
    ip: fc.constantFrom('192.0.2.1', '192.0.2.2'),
    user: fc.constantFrom(undefined, 'bob', 'needle'),
    alike: fc.constantFrom('yes', 'no', 'nobody'),
  });
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(drawn, { minLength: 50, maxLength: 200 }), (list) => {
      const table = createAlikeTable(linked);
      const plain = createRuleTable(linked);
      for (const { kind, ip, user, alike } of list) {
        const event: LogEvent = {
          time: 0,
          kind: WEB,
          host: null,
          program: null,
          pid: null,
          message: '',
          repeat: 1,
          fields: { 'event.action': kind.action, 'event.outcome': kind.outcome, 'source.ip': ip, 'user.name': user },
          alike: alike === 'yes' ? kind.alike : alike === 'no' ? undefined : { parts: [null], fields },
        };
        const found = matched(table, event);
        expect(found).toEqual(matched(plain, event));
        seen.add(found.join());
      }
    }),
    { numRuns: 100, seed: 7 },
  );
  expect(seen.size).toBeGreaterThan(8);
});
