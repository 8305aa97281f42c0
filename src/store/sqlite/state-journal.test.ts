/** Whatever is written, taken in, interrupted or rolled back: what is read is what was last committed. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSql } from './api/sql.ts';
import { openDatabase } from './database.ts';
import { createStateJournal, type JournalBounds } from './state-journal.ts';

const OWNERS = ['detect', 'decoder:a', 'decoder:b'];
const BOUNDS: JournalBounds = { foldFrom: 200, slice: 3, long: 12 };

const entry = fc.record({
  key: fc.constantFrom('a', 'b', 'c', 'd\u001f"e', 'f'),
  value: fc.oneof(fc.constant(null), fc.string({ maxLength: 8 }), fc.string({ minLength: 13, maxLength: 20 })),
});
const state = fc.array(fc.tuple(fc.constantFrom(...OWNERS), fc.array(entry, { maxLength: 6 })), { maxLength: 4 });
const step = fc.oneof(
  { weight: 8, arbitrary: state.map((entries) => ({ do: 'commit' as const, entries })) },
  { weight: 2, arbitrary: state.map((entries) => ({ do: 'fail' as const, entries })) },
  { weight: 1, arbitrary: fc.constant({ do: 'fold' as const, entries: [] }) },
  { weight: 1, arbitrary: fc.constant({ do: 'crash' as const, entries: [] }) },
);

test('reads what was committed last, whatever happened between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const sql = createSql(openDatabase(':memory:'));
      let journal = createStateJournal(sql, BOUNDS);
      const model = new Map(OWNERS.map((owner) => [owner, new Map<string, string>()]));
      for (const { do: what, entries } of steps) {
        const change = new Map(entries);
        if (what === 'crash') journal = createStateJournal(sql, BOUNDS);
        else if (what === 'fold') sql.atomically(() => journal.fold());
        else if (what === 'commit') {
          sql.atomically(() => journal.append(change));
          for (const [owner, list] of change)
            for (const { key, value } of list)
              if (value === null) model.get(owner)!.delete(key);
              else model.get(owner)!.set(key, value);
        } else {
          expect(() =>
            sql.atomically(() => {
              journal.append(change);
              throw new Error('disk full');
            }),
          ).toThrow('disk full');
          journal.rolledBack();
        }
        for (const owner of OWNERS)
          expect(new Map([...journal.entriesOf(owner)].map((each) => [each.key, each.value]))).toEqual(
            model.get(owner),
          );
        const live = OWNERS.filter((owner) => owner.startsWith('decoder:') && model.get(owner)!.size > 0);
        for (const owner of live) expect(journal.owners('decoder:')).toContain(owner);
      }
    }),
    { numRuns: 100 },
  );
});

test('stays bounded, and a key that changes a thousand times is put in its place seldom', () => {
  const sql = createSql(openDatabase(join(mkdtempSync(join(tmpdir(), 'bekci-journal-')), 'x.db')));
  const journal = createStateJournal(sql, { foldFrom: 20_000, slice: 8, long: 1000 });
  let longest = 0;
  for (let n = 0; n < 3000; n++) {
    const entries = Array.from({ length: 20 }, (_, i) => ({ key: `k${(n * 7 + i) % 60}`, value: `v${n}`.padEnd(40) }));
    sql.atomically(() => journal.append(new Map([['detect', entries]])));
    longest = Math.max(longest, Number(sql.get('SELECT sum(length(entries)) AS n FROM state_journal')?.n ?? 0));
  }
  expect(longest).toBeLessThan(30_000);
  expect(new Map([...journal.entriesOf('detect')].map((each) => [each.key, each.value])).size).toBe(60);
  sql.atomically(() => journal.fold());
  expect(journal.isEmpty()).toBe(true);
  expect(Number(sql.get('SELECT count(*) AS n FROM state')!.n)).toBe(60);
});
