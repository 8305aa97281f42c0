/** Jails at work: which logs they watch, how they count, the journal, gates, and their memory across a restart. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import type { Detection } from '../../model/detection.ts';
import { createFail2banDetector, type Fail2banDetector } from './fail2ban-detector.ts';
import { createGates } from './gates.ts';
import { journalMatcher, readJournalEntry } from './journal-entry.ts';
import { LineDates } from './lines/line-dates.ts';
import { compileFilter, LineFilter } from './lines/line-filter.ts';
import { fail2banSettings } from './settings.ts';

let config = '';
const START = Date.UTC(2026, 2, 10, 12);

beforeAll(() => {
  config = mkdtempSync(join(tmpdir(), 'bekci-jails-'));
  mkdirSync(join(config, 'filter.d'));
  const filter = (name: string, text: string): void => writeFileSync(join(config, 'filter.d', `${name}.conf`), text);
  filter('app', '[Definition]\nfailregex = ^\\s*app: refused <HOST>$\n');
  filter(
    'unit',
    '[Definition]\nfailregex = ^\\S+ unit\\[\\d+\\]: refused <HOST>$\njournalmatch = _SYSTEMD_UNIT=unit.service + _COMM=unit\n',
  );
  filter('names', '[Definition]\nfailregex = ^\\s*who <F-ID>\\S+</F-ID> from <HOST>$\n');
});
afterAll(() => removeFolder(config));

function detector(jails: Record<string, object>): Fail2banDetector {
  return createFail2banDetector(fail2banSettings.parse({ config, jails }));
}

function run(made: Fail2banDetector, id: string, lines: readonly (readonly [number, string])[]): Detection[] {
  const watcher = made.watcherOf({ id, program: null, timezone: null });
  const out: Detection[] = [];
  const place = { source: id, generation: 'g', offset: 0, text: '' };
  for (const [second, text] of lines) {
    place.offset++;
    watcher?.(`${new Date(START + second * 1000).toISOString()} ${text}`, START + second * 1000, place, out);
  }
  return out;
}

it('watches the logs a jail names, patterns too, and no others', () => {
  const made = detector({ app: { filter: 'app', logs: ['/var/log/app/*.log', '/srv/one'] } });
  const of = (id: string) => made.watcherOf({ id, program: null, timezone: null });
  expect(of('file:/var/log/app/x.log')).not.toBeNull();
  expect(of('file:/srv/one')).not.toBeNull();
  expect(of('file:/var/log/app/x/y.log')).toBeNull();
  expect(of('journald')).toBeNull();
});

it('bans at maxretry within findtime, and not for what lies further apart', () => {
  const jail = { filter: 'app', logs: ['/l'], maxretry: 3, findtime: '60s', bantime: '1h', ignoreip: ['203.0.113.9'] };
  const bad = 'app: refused 203.0.113.7';
  const quick = run(detector({ app: jail }), 'file:/l', [
    [0, bad],
    [5, bad],
    [10, bad],
    [11, 'app: fine'],
  ]);
  expect(quick).toHaveLength(1);
  expect(quick[0]).toMatchObject({
    rule: { id: 'fail2ban-app', action: 'ban', banSeconds: 3600 },
    entity: { 'source.ip': '203.0.113.7' },
    at: START + 10_000,
    events: 3,
  });
  expect(quick[0]!.evidence.map((place) => place.offset)).toEqual([1, 2, 3]);
  expect(
    run(detector({ app: jail }), 'file:/l', [
      [0, bad],
      [100, bad],
      [200, bad],
      [300, bad],
    ]),
  ).toEqual([]);
  const friend = 'app: refused 203.0.113.9';
  expect(
    run(detector({ app: jail }), 'file:/l', [
      [0, friend],
      [1, friend],
      [2, friend],
      [3, friend],
    ]),
  ).toEqual([]);
});

it('counts by the id a filter gives, and bans the address', () => {
  const made = detector({ names: { filter: 'names', logs: ['/l'], maxretry: 2 } });
  const found = run(made, 'file:/l', [
    [0, 'who a from 203.0.113.1'],
    [1, 'who b from 203.0.113.1'],
    [2, 'who a from 203.0.113.2'],
  ]);
  expect(found.map(({ entity }) => entity)).toEqual([{ 'source.ip': '203.0.113.2' }]);
});

it('remembers what it counted across a restart', () => {
  const jails = { app: { filter: 'app', logs: ['/l'], maxretry: 3 } };
  const first = detector(jails);
  run(first, 'file:/l', [
    [0, 'app: refused 203.0.113.7'],
    [1, 'app: refused 203.0.113.7'],
  ]);
  const kept = first.drainDirty().flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
  expect(kept).toHaveLength(1);
  const second = detector(jails);
  second.restore(kept);
  expect(run(second, 'file:/l', [[2, 'app: refused 203.0.113.7']])).toHaveLength(1);
});

it('reads the journal with its matches', () => {
  const made = detector({ unit: { filter: 'unit', journal: true, maxretry: 1 } });
  const watcher = made.watcherOf({ id: 'journald', program: null, timezone: null })!;
  const entry = (more: object): string =>
    JSON.stringify({
      __REALTIME_TIMESTAMP: String(START * 1000),
      _HOSTNAME: 'gate',
      SYSLOG_IDENTIFIER: 'unit',
      _PID: '7',
      MESSAGE: 'refused 203.0.113.7',
      ...more,
    });
  const out: Detection[] = [];
  const place = { source: 'journald', generation: 'journal', offset: 1, text: '' };
  watcher(entry({ _SYSTEMD_UNIT: 'other.service' }), START, place, out);
  watcher('not json', START, place, out);
  expect(out).toEqual([]);
  watcher(entry({ _SYSTEMD_UNIT: 'unit.service' }), START, place, out);
  watcher(entry({ _COMM: 'unit' }), START, place, out);
  expect(out.map(({ at }) => at)).toEqual([START, START]);
  const both = journalMatcher(['A=1 A=2 B=3'])!;
  const holds = (fields: object): boolean => both(readJournalEntry(entry(fields))!);
  expect([holds({ A: '2', B: '3' }), holds({ A: '2' }), holds({ A: '3', B: '3' })]).toEqual([true, false, false]);
});

it('finds what spans several lines, also when the first of them were passed over', () => {
  writeFileSync(
    join(config, 'filter.d', 'many.conf'),
    '[Definition]\nmaxlines = 4\nfailregex = ^ c=(?P<c>\\d+) \\d+ <HOST><SKIPLINES>^ c=(?P=c) was refused$\n',
  );
  const found = run(detector({ many: { filter: 'many', logs: ['/l'], maxretry: 1 } }), 'file:/l', [
    [0, 'c=9 1 203.0.113.9'],
    [1, 'c=1 1 203.0.113.1'],
    [2, 'noise'],
    [3, 'noise'],
    [4, 'c=1 was refused'],
    [5, 'c=2 1 203.0.113.2'],
    [6, 'c=2 was refused'],
    ...Array.from({ length: 9 }, (_, n) => [7 + n, 'noise'] as const),
    [20, 'c=2 was refused'],
    [21, 'c=3 1 203.0.113.3'],
    [22, 'c=3 was refused'],
  ]);
  expect(found.map(({ entity }) => entity['source.ip'])).toEqual(['203.0.113.1', '203.0.113.2', '203.0.113.3']);
});

it('names jails that cannot run, and runs the others', () => {
  const made = detector({ app: { filter: 'app', logs: ['/l'] }, gone: { filter: 'gone', logs: ['/l'] } });
  expect(made.jails.map(({ name }) => name)).toEqual(['app']);
  expect(made.problems.join()).toContain('no filter gone');
});

it('never closes a gate on a line that the filter would find', () => {
  const patterns = { prefregex: null, ignoreregex: [], maxlines: 1, datepattern: null, usedns: 'warn' };
  const filters = [
    '^\\[\\] \\[(?i:client) <HOST>\\] denied$',
    '^ app (?:refused|barred by (?:list|rule)): <HOST>$',
    '^(?:x|y)-?end <HOST>',
    '(?:Login|login) failed.*from <HOST>',
  ].map((failregex) => compileFilter({ ...patterns, failregex: [failregex] }));
  const word = fc.constantFrom(
    '[',
    ']',
    ' ',
    '[client ',
    '[CLIENT ',
    '203.0.113.7',
    '] denied',
    ' app refused: ',
    ' app ',
    'barred by rule: ',
    'x-end ',
    'yend ',
    'login failed',
    ' from ',
    '2026-03-10 11:00:00',
    'Mar 10 11:00:00',
  );
  const dates = filters.map(() => new LineDates(null, 0));
  const gates = createGates(filters);
  let matched = 0;
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), (words) => {
      const line = words.join('');
      gates.look(line);
      filters.forEach((filter, index) => {
        const found = new LineFilter(filter).take(dates[index]!.cut(line, START), START);
        if (found === null) return;
        matched++;
        expect(gates.isOpen(index), line).toBe(true);
      });
    }),
    {
      numRuns: 400,
      examples: [
        [['[2026-03-10 11:00:00] [CLIENT 203.0.113.7] denied']],
        [['lo2026-03-10 11:00:00gin failed from 203.0.113.7']],
      ],
    },
  );
  expect(matched).toBeGreaterThan(0);
});
