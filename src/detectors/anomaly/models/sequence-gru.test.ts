/** Slopes are those of the loss; a trained model finds what is out of order, too early an end, and the unknown; it survives JSON. */
import { expect, it } from 'vitest';
import { firstParameters, GruState, gruShape, stepForward } from './gru.ts';
import { GruLanes, type Lane } from './gru-lanes.ts';
import { createRandom } from './random.ts';
import { SequenceGru } from './sequence-gru.ts';
import { sequenceThreshold } from './sequence-threshold.ts';

it.each([1, 2, 4])('goes back by the slopes that small steps show, with %i sessions side by side', (count) => {
  const shape = gruShape(5, 5);
  const p = firstParameters(shape, 3);
  const sessions = [
    [0, 2, 3, 4, 2, 1],
    [0, 3, 1],
    [0, 4, 4, 2, 3, 3, 2, 1],
    [0, 2, 2, 1],
  ].slice(0, count);
  const loss = (): number => {
    let sum = 0;
    for (const [n, symbols] of sessions.entries()) {
      const state = new GruState(shape);
      for (let step = 0; step + 1 < symbols.length; step++) {
        stepForward(p, shape, symbols[step]!, state);
        sum -= (n + 1) * Math.log(state.chance[symbols[step + 1]!]!);
      }
    }
    return sum;
  };
  const lanes = new GruLanes(shape, 16);
  lanes.turn(p);
  const g = new Float64Array(shape.size);
  const found = lanes.addSlopes(
    p,
    g,
    sessions.map((symbols, n) => ({ symbols: Int32Array.from(symbols), weight: n + 1 })),
  );
  expect(found).toBeCloseTo(loss(), 9);
  for (let at = 0; at < shape.size; at++) {
    const kept = p[at]!;
    p[at] = kept + 1e-5;
    const above = loss();
    p[at] = kept - 1e-5;
    const below = loss();
    p[at] = kept;
    expect(g[at]!, String(at)).toBeCloseTo((above - below) / 2e-5, 6);
  }
});

it('carries what it knows over a horizon, in the same way for long and short sessions', () => {
  const shape = gruShape(5, 4);
  const p = firstParameters(shape, 3);
  const random = createRandom(5);
  const long = Int32Array.from({ length: 40 }, () => 2 + Math.floor(random() * 3));
  const short = long.slice(0, 12);
  const lossOf = (horizon: number, lanes: readonly Lane[]): number => {
    const network = new GruLanes(shape, horizon);
    network.turn(p);
    return network.addSlopes(p, new Float64Array(shape.size), lanes);
  };
  const [both, apart] = [
    lossOf(8, [
      { symbols: long, weight: 1 },
      { symbols: short, weight: 1 },
    ]),
    lossOf(64, [{ symbols: long, weight: 1 }]),
  ];
  expect(both).toBeCloseTo(apart + lossOf(64, [{ symbols: short, weight: 1 }]), 9);
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

it('scores a session by its most surprising moment in the mean of all networks', () => {
  const random = createRandom(3);
  const sessions = Array.from({ length: 60 }, () => Array.from({ length: 12 }, () => 5 + Math.floor(random() * 4)));
  const model = SequenceGru.train(sessions, { hidden: 6, members: 3, epochs: 2 });
  for (const session of sessions.slice(0, 10)) {
    const state = model.begin();
    const surprises = session.map((template) => model.observe(state, template));
    surprises.push(model.end(state));
    expect(model.scoreOf(session)).toBe(Math.max(...surprises));
    expect(state.at).toBe(surprises.indexOf(Math.max(...surprises)));
  }
});
