/** A filter at work: dates, prefregex, ignoreregex, sessions over several lines, buffers of lines. */
import { expect, it } from 'vitest';
import { LineDates } from './line-dates.ts';
import { compileFilter, type FilterPatterns, LineFilter } from './line-filter.ts';

const NOW = Date.UTC(2026, 2, 10, 12, 0, 0);

function filter(patterns: Partial<FilterPatterns>) {
  const compiled = compileFilter({
    prefregex: null,
    failregex: [],
    ignoreregex: [],
    maxlines: 1,
    datepattern: null,
    usedns: 'warn',
    ...patterns,
  });
  expect(compiled.problems).toEqual([]);
  const dates = new LineDates(patterns.datepattern ?? null, 0);
  const made = new LineFilter(compiled);
  return { take: (line: string, now: number) => made.take(dates.cut(line, now), now) };
}

it('cuts the date out of the line before the patterns see it', () => {
  const app = filter({ failregex: ['^\\[\\] app: denied <F-USER>\\S+</F-USER> from <HOST>$'] });
  const found = app.take('[2026-03-10 11:59:58] app: denied root from 203.0.113.7', NOW);
  expect(found).toMatchObject({ id: '203.0.113.7', host: '203.0.113.7', user: 'root', time: NOW - 2000 });
  expect(app.take('[2026-03-10 11:59:58] app: allowed root from 203.0.113.7', NOW)).toBeNull();
});

it.each([
  ['Mar 10 11:00:00 h app: x 203.0.113.7', null, 11],
  ['10/Mar/2026:13:30:00 +0230 x 203.0.113.7', null, 11],
  ['2026-03-10T11:00:00.123Z x 203.0.113.7', null, 11],
  ['1773140400 x 203.0.113.7', null, 11],
  ['[1773140400] x 203.0.113.7', null, 11],
  ['11:00:00 x 203.0.113.7', null, 11],
  ['20260310-11:00:00 x 203.0.113.7', null, 11],
  ['20260310T110000 x 203.0.113.7', null, 11],
  ['at 10.03.26 11h00 x 203.0.113.7', '^at %d\\.%m\\.%y %Hh%M', 11],
  ['<W>2026-03-10 11:00:00 x 203.0.113.7', '^<W>{DATE}', 11],
  ['on Tue Mar 10 11:00:00 2026 x 203.0.113.7', 'on %c', 11],
  ['day 069 of 2026 11:00:00 x 203.0.113.7', 'day %j of %Y %H:%M:%S', 11],
])('reads the time of %s', (line, datepattern, hour) => {
  const found = filter({ failregex: ['x <HOST>$', 'x <HOST>$'], datepattern }).take(line, NOW);
  expect(found?.time).toBe(Date.UTC(2026, 2, 10, hour));
});

it('gives a date without a year the latest that is not after now', () => {
  const app = filter({ failregex: ['x <HOST>$'] });
  expect(app.take('Mar 12 10:00:00 x 203.0.113.7', NOW)?.time).toBe(Date.UTC(2025, 2, 12, 10));
});

it('lets ignoreregex win, and prefregex hand on its content', () => {
  const app = filter({
    prefregex: '^\\s*app\\[<F-MLFID>\\d+</F-MLFID>\\]: <F-CONTENT>.+</F-CONTENT>$',
    failregex: ['^bad <F-USER>\\S+</F-USER> <HOST>$'],
    ignoreregex: ['^bad monitor '],
  });
  expect(app.take('2026-03-10 11:00:00 app[7]: bad root 203.0.113.7', NOW)?.user).toBe('root');
  expect(app.take('2026-03-10 11:00:00 app[8]: bad monitor 203.0.113.7', NOW)).toBeNull();
  expect(app.take('2026-03-10 11:00:00 other[7]: bad root 203.0.113.7', NOW)).toBeNull();
});

it('joins the lines of a session: a failure waits for its address, an address for its failure', () => {
  const session = '^ s=<F-MLFID>\\d+</F-MLFID>';
  const app = filter({
    failregex: [
      `${session} <F-NOFAIL>hello</F-NOFAIL> <HOST>$`,
      `${session} fail <F-USER>\\S+</F-USER>$`,
      `${session} <F-MLFGAINED>ok</F-MLFGAINED> for <F-USER>\\S+</F-USER>$`,
      `${session} <F-MLFFORGET><F-NOFAIL>bye</F-NOFAIL></F-MLFFORGET>$`,
      `${session} gone <HOST>$`,
    ],
  });
  const at = (text: string) => app.take(`2026-03-10 11:00:00 ${text}`, NOW);
  expect(at('s=1 hello 203.0.113.1')).toBeNull();
  expect(at('s=1 fail root')).toMatchObject({ id: '203.0.113.1', user: 'root' });
  expect(at('s=2 fail root')).toBeNull();
  expect(at('s=2 gone 203.0.113.2')).toMatchObject({ id: '203.0.113.2', user: 'root' });
  expect(at('s=3 hello 203.0.113.3')).toBeNull();
  expect(at('s=3 ok for ann')).toBeNull();
  expect(at('s=3 bye')).toBeNull();
  expect(at('s=3 fail root')).toBeNull();
});

it('searches a buffer of lines, and uses each line once', () => {
  const app = filter({
    failregex: ['^ c=(?P<c>\\d+) from <HOST><SKIPLINES>^ c=(?P=c) refused$'],
    maxlines: 5,
  });
  const at = (text: string) => app.take(`2026-03-10 11:00:00 ${text}`, NOW);
  expect(at('c=4 from 203.0.113.4')).toBeNull();
  expect(at('c=5 from 203.0.113.5')).toBeNull();
  expect(at('noise')).toBeNull();
  expect(at('c=4 refused')?.id).toBe('203.0.113.4');
  expect(at('c=4 refused')).toBeNull();
  expect(at('c=5 refused')?.id).toBe('203.0.113.5');
});

it('names what is wrong with a pattern, and runs nothing that fail2ban would not run', () => {
  const patterns = { prefregex: null, ignoreregex: [], maxlines: 1, datepattern: null, usedns: 'warn' };
  const wrong = compileFilter({ ...patterns, failregex: ['from <HOST>', 'no host'] });
  expect(wrong.problems[0]).toMatchObject({ pattern: 'no host', isFatal: true });
  expect(wrong.failures).toEqual([]);
  const partly = compileFilter({ ...patterns, failregex: ['from <HOST>', '(?>x) <HOST>'] });
  expect(partly.problems[0]).toMatchObject({ pattern: '(?>x) <HOST>', isFatal: false });
  expect(partly.failures).toHaveLength(1);
});

it('takes whom the prefregex names where the failregex may name somebody and did not', () => {
  const app = filter({
    prefregex: '^\\s*app(?:\\(<ADDR>\\))?: <F-CONTENT>.+</F-CONTENT>$',
    failregex: ['^(?:from <ADDR> )?bad password'],
  });
  expect(app.take('2026-03-10 11:00:00 app(203.0.113.7): bad password', NOW)?.id).toBe('203.0.113.7');
  expect(app.take('2026-03-10 11:00:00 app(203.0.113.7): from 203.0.113.8 bad password', NOW)?.id).toBe('203.0.113.8');
  expect(app.take('2026-03-10 11:00:00 app: bad password', NOW)).toBeNull();
});

it('cuts out of the line what a pattern around the epoch groups, else all of it', () => {
  const grouped = filter({ failregex: ['^tag= x <HOST>$'], datepattern: '^tag=({EPOCH})' });
  expect(grouped.take('tag=1773140400 x 203.0.113.7', NOW)?.time).toBe(Date.UTC(2026, 2, 10, 11));
  const whole = filter({ failregex: ['^ x <HOST>$'], datepattern: '^tag={EPOCH}' });
  expect(whole.take('tag=1773140400 x 203.0.113.7', NOW)?.time).toBe(Date.UTC(2026, 2, 10, 11));
});
