/**
 * A gated recurrent unit that foretells the next symbol (Cho et al. 2014; the reset gate inside, as cuDNN and PyTorch have it): forward
 * and backward through time on flat arrays, no native code.
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
export function firstParameters(shape: GruShape, seed: number): Float32Array {
  const random = createRandom(seed);
  const scale = 1 / Math.sqrt(shape.hidden);
  return new Float32Array(shape.size).map(() => (2 * random() - 1) * scale);
}

/** What a step leaves for the way back. */
export class GruTrace {
  readonly hidden: Float32Array;
  readonly update: Float32Array;
  readonly reset: Float32Array;
  readonly fresh: Float32Array;
  /** The recurrent part of the new gate, before the reset gate. */
  readonly inner: Float32Array;
  readonly chance: Float32Array;

  constructor(shape: GruShape, steps: number) {
    const { hidden, symbols } = shape;
    this.hidden = new Float32Array((steps + 1) * hidden);
    this.update = new Float32Array(steps * hidden);
    this.reset = new Float32Array(steps * hidden);
    this.fresh = new Float32Array(steps * hidden);
    this.inner = new Float32Array(steps * hidden);
    this.chance = new Float32Array(steps * symbols);
  }
}

/** One step: takes `symbol` in at place `step` of the trace, and foretells the next symbol there. */
export function stepForward(p: Float32Array, shape: GruShape, symbol: number, trace: GruTrace, step: number): void {
  const { hidden: size, input, recurrent, bias, inner } = shape;
  const from = step * size;
  const to = from + size;
  const { hidden } = trace;
  const wide = input + symbol * 3 * size;
  for (let unit = 0; unit < size; unit++) {
    let z = p[wide + unit]! + p[bias + unit]!;
    let r = p[wide + size + unit]! + p[bias + size + unit]!;
    let n = p[inner + unit]!;
    const zRow = recurrent + unit * size;
    const rRow = zRow + size * size;
    const nRow = rRow + size * size;
    for (let k = 0; k < size; k++) {
      const h = hidden[from + k]!;
      z += p[zRow + k]! * h;
      r += p[rRow + k]! * h;
      n += p[nRow + k]! * h;
    }
    const update = 1 / (1 + Math.exp(-z));
    const reset = 1 / (1 + Math.exp(-r));
    const fresh = Math.tanh(p[wide + 2 * size + unit]! + p[bias + 2 * size + unit]! + reset * n);
    trace.update[from + unit] = update;
    trace.reset[from + unit] = reset;
    trace.fresh[from + unit] = fresh;
    trace.inner[from + unit] = n;
    hidden[to + unit] = (1 - update) * fresh + update * hidden[from + unit]!;
  }
  foretell(p, shape, trace, step);
}

/** Chances of each symbol after a step (softmax). */
function foretell(p: Float32Array, shape: GruShape, trace: GruTrace, step: number): void {
  const { hidden: size, symbols, output, outputBias } = shape;
  const at = (step + 1) * size;
  const out = step * symbols;
  let most = Number.NEGATIVE_INFINITY;
  for (let symbol = 0; symbol < symbols; symbol++) {
    let sum = p[outputBias + symbol]!;
    const row = output + symbol * size;
    for (let k = 0; k < size; k++) sum += p[row + k]! * trace.hidden[at + k]!;
    trace.chance[out + symbol] = sum;
    if (sum > most) most = sum;
  }
  let total = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const each = Math.exp(trace.chance[out + symbol]! - most);
    trace.chance[out + symbol] = each;
    total += each;
  }
  for (let symbol = 0; symbol < symbols; symbol++) trace.chance[out + symbol]! /= total;
}

/** Scratch of the way back. */
export interface GruBack {
  readonly hidden: Float32Array;
  readonly before: Float32Array;
}

/**
 * Backward through `steps` steps: adds the slopes of minus the logarithm of the foretold chances to `g`, weighted. `symbols[n]` was
 * taken in at step n, `symbols[n + 1]` is what should have been foretold.
 */
export function goBack(
  p: Float32Array,
  g: Float32Array,
  shape: GruShape,
  symbols: ArrayLike<number>,
  trace: GruTrace,
  { steps, weight, back }: { readonly steps: number; readonly weight: number; readonly back: GruBack },
): void {
  const { hidden: size, output, outputBias } = shape;
  back.hidden.fill(0);
  for (let step = steps - 1; step >= 0; step--) {
    const at = (step + 1) * size;
    const out = step * shape.symbols;
    for (let symbol = 0; symbol < shape.symbols; symbol++) {
      const slope = weight * (trace.chance[out + symbol]! - Number(symbol === symbols[step + 1]));
      g[outputBias + symbol]! += slope;
      const row = output + symbol * size;
      for (let k = 0; k < size; k++) {
        g[row + k]! += slope * trace.hidden[at + k]!;
        back.hidden[k]! += slope * p[row + k]!;
      }
    }
    stepBack(p, g, shape, symbols[step]!, trace, step, back);
  }
}

function stepBack(
  p: Float32Array,
  g: Float32Array,
  shape: GruShape,
  symbol: number,
  trace: GruTrace,
  step: number,
  back: GruBack,
): void {
  const { hidden: size, input, recurrent, bias, inner } = shape;
  const from = step * size;
  const wide = input + symbol * 3 * size;
  back.before.fill(0);
  for (let unit = 0; unit < size; unit++) {
    const up = back.hidden[unit]!;
    const [z, r, fresh] = [trace.update[from + unit]!, trace.reset[from + unit]!, trace.fresh[from + unit]!];
    const slopeFresh = up * (1 - z) * (1 - fresh * fresh);
    const slopeZ = up * (trace.hidden[from + unit]! - fresh) * z * (1 - z);
    const slopeR = slopeFresh * trace.inner[from + unit]! * r * (1 - r);
    const slopeInner = slopeFresh * r;
    back.before[unit]! += up * z;
    g[wide + unit]! += slopeZ;
    g[wide + size + unit]! += slopeR;
    g[wide + 2 * size + unit]! += slopeFresh;
    g[bias + unit]! += slopeZ;
    g[bias + size + unit]! += slopeR;
    g[bias + 2 * size + unit]! += slopeFresh;
    g[inner + unit]! += slopeInner;
    const zRow = recurrent + unit * size;
    const rRow = zRow + size * size;
    const nRow = rRow + size * size;
    for (let k = 0; k < size; k++) {
      const h = trace.hidden[from + k]!;
      g[zRow + k]! += slopeZ * h;
      g[rRow + k]! += slopeR * h;
      g[nRow + k]! += slopeInner * h;
      back.before[k]! += slopeZ * p[zRow + k]! + slopeR * p[rRow + k]! + slopeInner * p[nRow + k]!;
    }
  }
  back.hidden.set(back.before);
}
