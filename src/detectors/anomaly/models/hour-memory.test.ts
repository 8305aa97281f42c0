/** The memory in front answers as the table behind it does, whatever comes in whatever order. */
import { expect, it } from 'vitest';
import { joinHashes } from '../hash-text.ts';
import { HourMemory } from './hour-memory.ts';
import { createRandom } from './random.ts';
import { RarityTable } from './rarity-table.ts';

it('says what the table alone would say', () => {
  const alone = new RarityTable({ places: 16_384, halfLife: 10 });
  const behind = new RarityTable({ places: 16_384, halfLife: 10 });
  const memory = new HourMemory(behind);
  const random = createRandom(5);
  for (let n = 0; n < 60_000; n++) {
    // Few values come often.
    const a = Math.floor(3000 * random() ** 4) - 1500;
    const b = Math.imul(Math.floor(random() * 3), 0x9e3779b1);
    const hour = 490_000 + Math.floor(n / 4000);
    expect(memory.touch(a, b, hour)).toBeCloseTo(alone.touch(joinHashes(a, b), hour), 6);
  }
  expect(memory.count(7, 0, 490_020)).toBe(alone.count(joinHashes(7, 0), 490_020));
});
