/** Values are left out, constant words keep templates apart, words that vary become values, and hostile text stays bounded. */
import { expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { TemplateMiner } from './template-miner.ts';

it('leaves out numbers, addresses, paths, units and dates', () => {
  const miner = new TemplateMiner();
  const id = miner.mine('copied 12 files (3.4 MB) from /srv/a to backup.example.net on Mon');
  expect(miner.mine('copied 977 files (12 KB) from /home/b/c to 192.0.2.7 on Tue')).toBe(id);
  expect(miner.mine('moved 977 files (12 KB) from /home/b/c to 192.0.2.7 on Tue')).not.toBe(id);
  expect(miner.textOf(id)).toBe('copied <*> files <*> from <*> to <*> on <*>');
});

it('keeps few words apart and takes many for values, also in what was mined before', () => {
  const miner = new TemplateMiner();
  const states = ['started', 'stopped', 'paused'].map((word) => miner.mine(`machine 7 was ${word} by request`));
  expect(new Set(states).size).toBe(3);
  const names = ['ada', 'berk', 'cem', 'deniz', 'elif', 'faruk', 'gul'];
  for (const name of names) miner.mine(`lease given to ${name} by pool`);
  expect(new Set(names.map((name) => miner.mine(`lease given to ${name} by pool`))).size).toBe(1);
  expect(miner.mine('lease given to zehra by pool')).toBe(miner.mine('lease given to h4kan by pool'));
});

it('stays bounded and quick whatever comes', () => {
  const miner = new TemplateMiner({ maxTemplates: 200 });
  const random = createRandom(4);
  const letters = (n: number): string => String.fromCharCode(...Array.from({ length: n }, () => 97 + random() * 26));
  const started = performance.now();
  for (let n = 0; n < 5000; n++) miner.mine(Array.from({ length: 1 + (n % 90) }, () => letters(5)).join(' '));
  miner.mine('('.repeat(1_000_000));
  miner.mine('a '.repeat(1_000_000));
  miner.mine('');
  expect(miner.templates.length).toBeLessThanOrEqual(200);
  expect(performance.now() - started).toBeLessThan(10_000);
});
