/** Programs that come and go keep nobody out; a changed world is taken over when enough different owners show it; broken learning is refused. */
import { expect, it } from 'vitest';
import { createRandom } from '../models/random.ts';
import { ProgramSessions } from './program-sessions.ts';
import { SequenceCore } from './sequence-core.ts';
import { UsualScores } from './usual-scores.ts';
import { ENDED } from './words.ts';

const options = { learnSessions: 100, risk: 1, retrainMs: 86_400_000 };

it('lets programs of a few sessions give way', () => {
  const core = new SequenceCore(options);
  let session = 1;
  const run = (program: number, count: number): void => {
    for (let n = 0; n < count; n++) {
      core.take(session, 11, program, session * 1000);
      core.take(session++, ENDED, program, session * 1000);
    }
  };
  run(500, 40);
  for (let program = 1; program <= 100; program++) run(program, 1);
  run(600, 5);
  const rows = new Map(core.states().map((each) => [each.of, each.rows]));
  expect([rows.get(500), rows.get(600), rows.size]).toEqual([40, 5, 32]);
});

it('takes odd sessions in when eight different owners have them, and not when one does', () => {
  const program = new ProgramSessions(1, createRandom(1));
  for (let n = 0; n < 50; n++) program.doubt(Int32Array.of(1, 2), 7);
  expect([program.seen, program.changes]).toEqual([0, 0]);
  for (let owner = 8; owner < 15; owner++) program.doubt(Int32Array.of(1, 2), owner);
  expect(program.changes).toBe(1);
  expect(program.seen).toBeGreaterThan(8);
  const again = new ProgramSessions(1, createRandom(1));
  again.load(program.save());
  expect(again.sample).toEqual(program.sample);
});

it('calls nothing rarer than the number of scores bears out', () => {
  const few = new UsualScores([1, 2, 3]);
  expect(few.shareOf(3)).toBeCloseTo(0.5, 5);
  expect(few.shareOf(4)).toBeCloseTo(0.25 * Math.exp(-1), 5);
  const random = createRandom(3);
  const many = new UsualScores(Array.from({ length: 600 }, () => -Math.log(1 - random())));
  const threshold = many.thresholdAt(0.001)!;
  expect(threshold).toBeGreaterThan(5);
  expect(threshold).toBeLessThan(10);
  expect(new UsualScores(new Array(400).fill(2)).shareOf(9)).toBeLessThan(0.001);
});

it('refuses broken learning', () => {
  const core = new SequenceCore(options);
  const broken = { hours: 1, hour: 1, trainedTime: 0, model: { templates: [1], hidden: 4, parameters: ['AAAA'] } };
  expect(() => core.load(JSON.stringify({ ...broken, programs: [] }))).toThrow(RangeError);
});
