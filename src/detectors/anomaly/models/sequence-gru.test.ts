/** Slopes are those of the loss; a trained model finds what is out of order, too early an end, and the unknown; it survives JSON. */
import { expect, it } from 'vitest';
import { firstParameters, GruTrace, goBack, gruShape, stepForward } from './gru.ts';
import { createRandom } from './random.ts';
import { SequenceGru } from './sequence-gru.ts';
import { sequenceThreshold } from './sequence-threshold.ts';

it('goes back by the slopes that small steps show', () => {
  const shape = gruShape(5, 4);
  const p = firstParameters(shape, 3);
  const symbols = [0, 2, 3, 4, 2, 1];
  const steps = symbols.length - 1;
  const loss = (): number => {
    const trace = new GruTrace(shape, steps);
    let sum = 0;
    for (let step = 0; step < steps; step++) {
      stepForward(p, shape, symbols[step]!, trace, step);
      sum -= Math.log(trace.chance[step * shape.symbols + symbols[step + 1]!]!);
    }
    return sum;
  };
  const trace = new GruTrace(shape, steps);
  for (let step = 0; step < steps; step++) stepForward(p, shape, symbols[step]!, trace, step);
  const g = new Float32Array(shape.size);
  const back = { hidden: new Float32Array(4), before: new Float32Array(4) };
  goBack(p, g, shape, symbols, trace, { steps, weight: 1, back });
  const random = createRandom(8);
  for (let n = 0; n < 40; n++) {
    const at = Math.floor(random() * shape.size);
    const kept = p[at]!;
    p[at] = kept + 0.01;
    const above = loss();
    p[at] = kept - 0.01;
    const below = loss();
    p[at] = kept;
    expect(g[at]!).toBeCloseTo((above - below) / 0.02, 2);
  }
});

it('learns the order of sessions, with their ends', () => {
  const random = createRandom(2);
  const usual = (): number[] => {
    const middle = Array.from({ length: 1 + Math.floor(random() * 3) }, () => [20, 21, 22]).flat();
    return [10, 11, ...middle, 30];
  };
  const model = SequenceGru.train(Array.from({ length: 400 }, usual), {
    hidden: 16,
    epochs: 150,
    batch: 2,
    rate: 0.02,
  });
  const threshold = sequenceThreshold(Array.from({ length: 400 }, () => model.scoreOf(usual())));
  expect(model.scoreOf([10, 11, 20, 21, 22, 30])).toBeLessThanOrEqual(threshold);
  for (const strange of [
    [10, 11],
    [10, 11, 21, 20, 22, 30],
    [10, 11, 20, 21, 22, 30, 30],
    [10, 99, 30],
  ])
    expect(model.scoreOf(strange), strange.join(' ')).toBeGreaterThan(threshold);
  const state = model.begin();
  for (const each of [10, 11, 20, 22]) model.observe(state, each);
  expect(state.at).toBe(3);
  const again = SequenceGru.fromJSON(JSON.parse(JSON.stringify(model)));
  expect(again.scoreOf([10, 11, 21])).toBe(model.scoreOf([10, 11, 21]));
});
