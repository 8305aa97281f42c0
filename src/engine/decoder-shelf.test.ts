/** Streams come and go without end; what is kept of them does not grow, and what is kept is right. */
import { expect, test } from 'vitest';
import type { StateEntry } from '../kit/state.ts';
import { createDecoderShelf } from './decoder-shelf.ts';

test('keeps the newest streams, forgets the oldest with its memory, and brings back what was stored', () => {
  const stored = new Map<string, Map<string, string>>();
  const made: string[] = [];
  const remember = (owner: string, entries: readonly StateEntry[]): void => {
    const mine = stored.get(owner) ?? new Map<string, string>();
    stored.set(owner, mine);
    for (const { key, value } of entries)
      if (value === null) mine.delete(key);
      else mine.set(key, value);
  };
  const shelf = createDecoderShelf(
    ({ id }) => {
      made.push(id);
      const memory = new Map<string, string>();
      const dirty = new Set<string>();
      return {
        name: 'decoder',
        decode(text) {
          memory.set('last', text);
          dirty.add('last');
          return null;
        },
        drainDirty() {
          const entries = [...dirty].map((key) => ({ key, value: memory.get(key) ?? null }));
          dirty.clear();
          return entries;
        },
        restore(entries) {
          for (const { key, value } of entries) memory.set(key, value);
        },
      };
    },
    {
      state: (owner) => [...(stored.get(owner) ?? [])].map(([key, value]) => ({ key, value })),
      stateOwners: (prefix) =>
        [...stored.keys()].filter((owner) => owner.startsWith(prefix) && stored.get(owner)!.size > 0),
    },
    remember,
    3,
  );
  const ref = (id: string) => ({ id, program: null, timezone: null });
  for (const id of ['a', 'b', 'c']) shelf.of(ref(id)).decode(id, 0);
  shelf.drainDirty();
  expect([...stored.keys()]).toEqual(['decoder:a', 'decoder:b', 'decoder:c']);
  shelf.of(ref('a'));
  shelf.of(ref('d')).decode('d', 0);
  // b was unused for longest; nothing of it is left in the store.
  expect(stored.get('decoder:b')?.size).toBe(0);
  expect(stored.get('decoder:a')?.size).toBe(1);
  for (let n = 0; n < 1000; n++) shelf.of(ref(`peer-${n}`)).decode('x', 0);
  shelf.drainDirty();
  expect([...stored.values()].filter((each) => each.size > 0)).toHaveLength(3);
  expect(made).toHaveLength(1004);
  // Former runs left many; a source's own memory is no stream's.
  for (let n = 0; n < 10; n++) remember(`decoder:syslog#${n}`, [{ key: 'k', value: 'v' }]);
  remember('decoder:journald', [{ key: 'k', value: 'v' }]);
  shelf.forgetStrangers();
  const left = [...stored].filter(([owner, each]) => owner.includes('#') && each.size > 0);
  expect(left).toHaveLength(3);
  expect(stored.get('decoder:journald')?.size).toBe(1);
});
