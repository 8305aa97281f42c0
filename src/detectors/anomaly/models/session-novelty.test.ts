/** New templates, missing ends and odd company are news; one retry more is not. */
import { expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { SessionNovelty } from './session-novelty.ts';

/** Opens (1), reads (2), closes (3); retries (4) as chance has it; a rare error (5) twice in all. */
function learned(): SessionNovelty {
  const random = createRandom(2);
  const novelty = new SessionNovelty();
  for (let n = 0; n < 1000; n++) {
    const retries = random() < 0.1 ? Math.floor(random() * 5) : 0;
    novelty.learn([1, 2, 2, ...new Array<number>(retries).fill(4), 3, ...(n % 499 === 1 ? [5] : [])]);
  }
  return novelty;
}

it('knows what it has seen, lets varying numbers pass, and calls the rest new', () => {
  const novelty = learned();
  expect(novelty.judge([1, 2, 2, 3]).score).toBe(0);
  expect(novelty.judge([1, 2, 2, ...new Array<number>(9).fill(4), 3]).score).toBe(0.5);
  expect(novelty.judge([1, 2, 2]).score).toBe(1);
  expect(novelty.judge([1, 2, 2, 4, 4, 3, 5]).score).toBe(1);
  expect(novelty.judge([1, 2, 2, 3, 77])).toEqual({ score: 1, unseen: [77] });
});

it('is bounded whatever comes', () => {
  const novelty = new SessionNovelty({ maxVectors: 100 });
  for (let n = 0; n < 5000; n++) novelty.learn([1, 2, 3]);
  for (let n = 0; n < 5000; n++) novelty.learn([n, n + 1]);
  expect(novelty.judge([1, 2, 3]).score).toBe(0);
  expect(novelty.judge([10, 11]).score).toBe(1);
});
