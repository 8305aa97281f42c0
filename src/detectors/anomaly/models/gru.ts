/**
 * A gated recurrent unit that foretells the next symbol (Cho et al. 2014; the reset gate inside, as cuDNN and PyTorch have it): its
 * parameters in one flat array, and one step of one session. No native code.
 */
import { createRandom } from './random.ts';

/** Sizes and where each matrix lies in the flat parameters. */
export interface GruShape {
  readonly symbols: number;
  readonly hidden: number;
  /** Rows of 3 * hidden numbers, one a symbol: update, reset and new gate. */
  readonly input: number;
  /** 3 * hidden rows of hidden numbers. */
  readonly recurrent: number;
  readonly bias: number;
  /** Bias inside the reset gate's product. */
  readonly inner: number;
  /** Rows of hidden numbers, one a symbol. */
  readonly output: number;
  readonly outputBias: number;
  readonly size: number;
}

/** The layout for a number of symbols and hidden units. */
export function gruShape(symbols: number, hidden: number): GruShape {
  const input = 0;
  const recurrent = input + symbols * 3 * hidden;
  const bias = recurrent + 3 * hidden * hidden;
  const inner = bias + 3 * hidden;
  const output = inner + hidden;
  const outputBias = output + symbols * hidden;
  return { symbols, hidden, input, recurrent, bias, inner, output, outputBias, size: outputBias + symbols };
}

/** First parameters: uniform within one over the square root of the hidden units. */
export function firstParameters(shape: GruShape, seed: number): Float64Array {
  const random = createRandom(seed);
  const scale = 1 / Math.sqrt(shape.hidden);
  return new Float64Array(shape.size).map(() => (2 * random() - 1) * scale);
}

/** A session as one network sees it: its hidden units, and the chance of each symbol to come next. */
export class GruState {
  readonly hidden: Float64Array;
  readonly before: Float64Array;
  readonly chance: Float64Array;

  constructor({ hidden, symbols }: GruShape) {
    this.hidden = new Float64Array(hidden);
    this.before = new Float64Array(hidden);
    this.chance = new Float64Array(symbols);
  }
}

/** Between 0 and 1. */
export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** The hyperbolic tangent, at a third of the cost of the built-in one, to the last digits but one. */
export function tanh(value: number): number {
  return 1 - 2 / (1 + Math.exp(2 * value));
}

/** One step: takes `symbol` in, and foretells the next symbol. */
export function stepForward(p: Float64Array, shape: GruShape, symbol: number, state: GruState): void {
  const { hidden: size, input, recurrent, bias, inner } = shape;
  const { hidden, before } = state;
  before.set(hidden);
  const wide = input + symbol * 3 * size;
  for (let unit = 0; unit < size; unit++) {
    let z = p[wide + unit]! + p[bias + unit]!;
    let r = p[wide + size + unit]! + p[bias + size + unit]!;
    let n = p[inner + unit]!;
    let z2 = 0;
    let r2 = 0;
    let n2 = 0;
    const zRow = recurrent + unit * size;
    const rRow = zRow + size * size;
    const nRow = rRow + size * size;
    let k = 0;
    // Two sums a gate: one would wait for itself.
    for (; k + 1 < size; k += 2) {
      const h = before[k]!;
      const next = before[k + 1]!;
      z += p[zRow + k]! * h;
      r += p[rRow + k]! * h;
      n += p[nRow + k]! * h;
      z2 += p[zRow + k + 1]! * next;
      r2 += p[rRow + k + 1]! * next;
      n2 += p[nRow + k + 1]! * next;
    }
    if (k < size) {
      const h = before[k]!;
      z += p[zRow + k]! * h;
      r += p[rRow + k]! * h;
      n += p[nRow + k]! * h;
    }
    const update = sigmoid(z + z2);
    const fresh = tanh(p[wide + 2 * size + unit]! + p[bias + 2 * size + unit]! + sigmoid(r + r2) * (n + n2));
    hidden[unit] = (1 - update) * fresh + update * before[unit]!;
  }
  foretell(p, shape, state);
}

/** Chances of each symbol after a step (softmax). */
function foretell(p: Float64Array, shape: GruShape, { hidden, chance }: GruState): void {
  const { hidden: size, symbols, output, outputBias } = shape;
  let most = Number.NEGATIVE_INFINITY;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const row = output + symbol * size;
    let sum = p[outputBias + symbol]!;
    let other = 0;
    let k = 0;
    for (; k + 1 < size; k += 2) {
      sum += p[row + k]! * hidden[k]!;
      other += p[row + k + 1]! * hidden[k + 1]!;
    }
    if (k < size) sum += p[row + k]! * hidden[k]!;
    sum += other;
    chance[symbol] = sum;
    if (sum > most) most = sum;
  }
  let total = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const each = Math.exp(chance[symbol]! - most);
    chance[symbol] = each;
    total += each;
  }
  for (let symbol = 0; symbol < symbols; symbol++) chance[symbol]! /= total;
}
