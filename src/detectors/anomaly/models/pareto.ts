/** Fits a generalised Pareto distribution by Grimshaw's way: one equation in one unknown, solved on a grid and by halving. */

/** Shape (positive: heavy tail, negative: bounded) and scale. */
export interface Pareto {
  readonly shape: number;
  readonly scale: number;
}

const STEPS = 40;
const HALVINGS = 30;

/** Most likely distribution of the excesses, all of them positive. */
export function fitPareto(excesses: readonly number[]): Pareto {
  let least = Number.POSITIVE_INFINITY;
  let most = 0;
  let sum = 0;
  for (const each of excesses) {
    least = Math.min(least, each);
    most = Math.max(most, each);
    sum += each;
  }
  const mean = sum / excesses.length;
  let best: Pareto = { shape: 0, scale: mean };
  let bestLikelihood = likelihood(excesses, best);
  for (const x of rootsOf(excesses, { least, most, mean })) {
    const shape = meanLog(excesses, x);
    const found = { shape, scale: shape / x };
    const value = found.scale > 0 ? likelihood(excesses, found) : Number.NEGATIVE_INFINITY;
    if (value <= bestLikelihood) continue;
    best = found;
    bestLikelihood = value;
  }
  return best;
}

function meanLog(excesses: readonly number[], x: number): number {
  let sum = 0;
  for (const each of excesses) sum += Math.log1p(x * each);
  return sum / excesses.length;
}

/** Zero where the likelihood is stationary (equation 11 of the SPOT paper). */
function slope(excesses: readonly number[], x: number): number {
  let inverse = 0;
  for (const each of excesses) inverse += 1 / (1 + x * each);
  return (1 + meanLog(excesses, x)) * (inverse / excesses.length) - 1;
}

function rootsOf(excesses: readonly number[], range: { least: number; most: number; mean: number }): number[] {
  const { least, most, mean } = range;
  const small = 1e-8 / mean;
  const lowest = -1 / most + small;
  const highest = Math.max(small * 2, Math.min((2 * (mean - least)) / (least * least), 1e4 / mean));
  return [...bracketed(excesses, lowest, -small), ...bracketed(excesses, small, highest)];
}

function bracketed(excesses: readonly number[], low: number, high: number): number[] {
  const roots: number[] = [];
  // Positive candidates span many magnitudes: their grid is a geometric one.
  const at = (step: number): number =>
    low > 0 ? low * (high / low) ** (step / STEPS) : low + ((high - low) * step) / STEPS;
  let previous = slope(excesses, at(0));
  for (let step = 1; step <= STEPS; step++) {
    const value = slope(excesses, at(step));
    if (previous < 0 !== value < 0) roots.push(halve(excesses, at(step - 1), at(step)));
    previous = value;
  }
  return roots;
}

function halve(excesses: readonly number[], from: number, to: number): number {
  let [low, high] = [from, to];
  const isNegative = slope(excesses, low) < 0;
  for (let n = 0; n < HALVINGS; n++) {
    const middle = (low + high) / 2;
    if (slope(excesses, middle) < 0 === isNegative) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function likelihood(excesses: readonly number[], { shape, scale }: Pareto): number {
  const n = excesses.length;
  if (Math.abs(shape) < 1e-9) return -n * Math.log(scale) - excesses.reduce((sum, each) => sum + each, 0) / scale;
  return -n * Math.log(scale) - (1 + 1 / shape) * n * meanLog(excesses, shape / scale);
}
