/** The language of the search: what it means, and where it says it is wrong. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { LogEvent } from '../model/log-event.ts';
import { compileQuery } from './compile-query.ts';
import { parseQuery } from './parse-query.ts';
import { QueryFault } from './query.ts';

const TEXT = 'Nov 24 03:00:00 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2';
const EVENT: LogEvent = {
  time: Date.UTC(2026, 10, 24, 3),
  kind: { product: null, service: null, category: null },
  host: 'web',
  program: 'sshd',
  pid: 9,
  message: 'Failed password for root from 203.0.113.7 port 22 ssh2',
  repeat: 1,
  fields: {
    'source.ip': '203.0.113.7',
    'source.port': 22,
    'user.name': 'root',
    'event.category': ['authentication'],
    'url.original': '/a b?c=*&d=(1)',
  },
};

function matches(query: string, text = TEXT, event: LogEvent | null = EVENT): boolean {
  return compileQuery(parseQuery(query))({ event, lower: () => text.toLowerCase() });
}

it.each([
  ['', true],
  ['failed ROOT', true],
  ['failed and not accepted', true],
  ['failed not root', false],
  ['not (accepted or failed)', false],
  ['accepted or failed and nothing', false],
  ['(accepted or failed) and root', true],
  ['"for root from"', true],
  ['"root for"', false],
  ['fail*root', true],
  ['f?iled', true],
  ['"fail*root"', false],
  ['sshd[9]:', true],
  ['source.ip:203.0.113.7', true],
  ['source.ip:203.0.113.0/24 and source.port>=22', true],
  ['source.ip : 203.0.113.7', false],
  ['source.ip = 203.0.113.7', true],
  ['source.ip:2001:db8::/32', false],
  ['source.ip:203.0.*', true],
  ['source.port>22', false],
  ['source.port<=22', true],
  ['user.name:(admin or root)', true],
  ['user.name:(admin root)', true],
  ['user.name:(admin and root)', false],
  ['user.name!=root', false],
  ['user.name!=(admin or root)', false],
  ['user.name!=(admin or test)', true],
  ['user.nick!=root', false],
  ['not user.nick:root', true],
  ['user.name:*', true],
  ['user.nick:*', false],
  ['event.category:authentication', true],
  ['process.name:SSHD', true],
  ['@timestamp>=2026-11-24T03:00:00Z', true],
  ['@timestamp<2026-11-24', false],
  ['@timestamp:2026-11-24T03*', true],
  ['url.original:"/a b?c=*&d=(1)"', true],
  ['url.original:*c=\\*&d=*', true],
  ['android', false],
  ['NOT android', true],
])('%s', (query, wanted) => expect(matches(query)).toBe(wanted));

it('reads an undecoded line by its text alone', () => {
  expect(matches('failed', TEXT, null)).toBe(true);
  expect(matches('source.ip:*', TEXT, null)).toBe(false);
});

it.each([
  ['source.ip:', 'missing-value', 11],
  ['(failed', 'unclosed-group', 1],
  ['failed)', 'unopened-group', 7],
  ['failed and ()', 'empty-group', 12],
  ['failed and', 'missing-term', 11],
  ['and failed', 'missing-term', 1],
  ['failed or or x', 'missing-term', 11],
  ['"failed', 'unclosed-quote', 1],
  ['source.port>many', 'no-number', 13],
  ['source.ip:203.0.113.0/99', 'no-network', 11],
  ['user.name:(a or', 'missing-value', 16],
  [`${'('.repeat(40)}a`, 'too-deep', 25],
  ['x '.repeat(200), 'too-many', 201],
  ['x'.repeat(3000), 'too-long', 2001],
])('%j is wrong: %s at %i', (query, code, column) => {
  let fault: unknown = null;
  try {
    parseQuery(query);
  } catch (error) {
    fault = error;
  }
  expect(fault).toBeInstanceOf(QueryFault);
  expect([(fault as QueryFault).code, (fault as QueryFault).column]).toEqual([code, column]);
});

it('does not run away on many stars', () => {
  const began = process.cpuUsage();
  expect(matches(`${'*a'.repeat(60)}*b`, 'a'.repeat(60_000))).toBe(false);
  expect(process.cpuUsage(began).user / 1000).toBeLessThan(2000);
});

it('understands any text or says where it does not, and never fails otherwise', () => {
  const piece = fc.constantFrom(
    'a',
    'and',
    'or',
    'not',
    '(',
    ')',
    ':',
    '"',
    '\\',
    '*',
    '>=',
    '!=',
    'x:1',
    ' ',
    'ip:1.2.3.4/33',
    '\u202e',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ maxLength: 60 }),
        fc.array(piece, { maxLength: 20 }).map((all) => all.join(' ')),
      ),
      (text) => {
        try {
          compileQuery(parseQuery(text))({ event: EVENT, lower: () => TEXT.toLowerCase() });
        } catch (error) {
          expect(error).toBeInstanceOf(QueryFault);
          expect((error as QueryFault).column).toBeGreaterThan(0);
          expect((error as QueryFault).column).toBeLessThanOrEqual(text.length + 1);
        }
      },
    ),
    { numRuns: 2000 },
  );
});
