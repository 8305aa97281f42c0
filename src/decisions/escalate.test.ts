/** The ladder: its steps, its ceiling, and that what is older than the memory no longer counts. */
import { expect, it } from 'vitest';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import { escalate } from './escalate.ts';

it.each([
  [600, 0, 600],
  [600, 1, 2400],
  [600, 5, 604_800],
  [600, 4, 153_600],
  [600, 1_000_000, 604_800],
  [700_000, 0, 700_000],
  [700_000, 3, 700_000],
  [0.2, 0, 1],
])('%d s after %d bans: %d s', (base, prior, expected) => {
  expect(escalate(base, prior, { escalation: 4, ceiling: 604_800 })).toBe(expected);
});

it.each([
  [0, 600],
  [1, 1800],
  [2, 5400],
  [9, 5400],
])('after %d bans a rule with steps of its own bans for %d s', (prior, expected) => {
  const growth = { steps: [3, 9], ceiling: null };
  expect(escalate(600, prior, { escalation: 4, ceiling: 604_800 }, growth)).toBe(expected);
  expect(escalate(600, prior, { escalation: 4, ceiling: 604_800 }, { ...growth, ceiling: 700 })).toBe(
    Math.min(expected, 700),
  );
  expect(escalate(600, prior, { escalation: 4, ceiling: 604_800 }, { steps: [], ceiling: null })).toBe(600);
});

it('a ladder of one step never grows', () => {
  expect(escalate(600, 9, { escalation: 1, ceiling: 604_800 })).toBe(600);
});

it('a ban exactly as old as the memory counts no more, one a millisecond younger does', () => {
  const store = openStore(':memory:');
  const ban = { action: 'ban', ip: '203.0.113.7', seconds: 60, origin: 'rule', rule: 'r', reason: '' } as const;
  const rest = { detection: 'd', offence: 0, state: 'expired', error: null, attempts: 1 } as const;
  store.addDecision({ ...ban, ...rest, id: 'a', at: 1000, expiresAt: 61_000 });
  expect(store.priorBans('203.0.113.7', 999)).toBe(1);
  expect(store.priorBans('203.0.113.7', 1000)).toBe(0);
  store.close();
});
