/** The classifier's patterns stay cheap on texts made to slow them down, and never throw. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { normalise } from './normalise.ts';
import { classify } from './threat.ts';

const PIECES = [
  "' or ",
  'union ',
  'select ',
  '(',
  "and not ('",
  '<',
  '<a ',
  'j a v a s c r i p ',
  '; ',
  '$(',
  '`',
  '{{',
  '${',
  '%',
  '=',
  "'",
  'case when ',
  "'|| ",
  '/*',
  '../',
  ' ',
  'a',
  '1',
  'data:',
  '() {',
  '$',
  '\\',
  'c"a"',
  '$IFS',
  'cmd ',
  'if not ',
  '%25',
  '[?*',
];

it('takes bounded time on eight KiB of any two pieces', { timeout: 60_000 }, () => {
  for (const one of PIECES) {
    for (const two of ['', ...PIECES]) {
      const text = `/?q=${(one + two).repeat(Math.floor(8192 / (one.length + two.length)))}`;
      const started = process.cpuUsage();
      classify(normalise(text), text, text);
      // Processor time: what a busy neighbour does not change.
      expect(process.cpuUsage(started).user / 1000, JSON.stringify(one + two)).toBeLessThan(250);
    }
  }
});

it('never throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      classify(normalise(text), text, text);
    }),
    { numRuns: 2000 },
  );
});
