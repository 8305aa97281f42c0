/**
 * Training arithmetic of the recurrent unit: four sessions run side by side ("lanes"), so that a weight is loaded once for all of them and
 * sums stay in registers. Numbers of a step lie unit by unit with their four lanes together.
 */
import { type GruShape, sigmoid, tanh } from './gru.ts';

/** Sessions side by side. */
export const LANES = 4;
/** No chance is held for smaller. */
const LEAST = 1e-6;

/** One session of a group. */
export interface Lane {
  /** Start, events and end. */
  readonly symbols: Int32Array;
  /** What an event's slopes are multiplied by. */
  readonly weight: number;
}

/** `rows` rows of `inner` numbers, each row held against the four lanes of `b`. */
interface Product {
  readonly a: Float64Array;
  readonly from: number;
  readonly rows: number;
  readonly inner: number;
}

/** out[row][lane] = sum over k of a[row][k] * b[k][lane]; three rows at a time, as their twelve sums are what the registers hold. */
function multiply(
  { a, from, rows, inner }: Product,
  b: Float64Array,
  bFrom: number,
  out: Float64Array,
  outFrom: number,
): void {
  let row = 0;
  for (; row + 2 < rows; row += 3) {
    let p0 = 0;
    let p1 = 0;
    let p2 = 0;
    let p3 = 0;
    let q0 = 0;
    let q1 = 0;
    let q2 = 0;
    let q3 = 0;
    let r0 = 0;
    let r1 = 0;
    let r2 = 0;
    let r3 = 0;
    const first = from + row * inner;
    const second = first + inner;
    const third = second + inner;
    for (let k = 0, at = bFrom; k < inner; k++, at += LANES) {
      const p = a[first + k]!;
      const q = a[second + k]!;
      const r = a[third + k]!;
      const b0 = b[at]!;
      const b1 = b[at + 1]!;
      const b2 = b[at + 2]!;
      const b3 = b[at + 3]!;
      p0 += p * b0;
      p1 += p * b1;
      p2 += p * b2;
      p3 += p * b3;
      q0 += q * b0;
      q1 += q * b1;
      q2 += q * b2;
      q3 += q * b3;
      r0 += r * b0;
      r1 += r * b1;
      r2 += r * b2;
      r3 += r * b3;
    }
    const to = outFrom + row * LANES;
    out[to] = p0;
    out[to + 1] = p1;
    out[to + 2] = p2;
    out[to + 3] = p3;
    out[to + 4] = q0;
    out[to + 5] = q1;
    out[to + 6] = q2;
    out[to + 7] = q3;
    out[to + 8] = r0;
    out[to + 9] = r1;
    out[to + 10] = r2;
    out[to + 11] = r3;
  }
  for (; row < rows; row++) {
    let p0 = 0;
    let p1 = 0;
    let p2 = 0;
    let p3 = 0;
    const first = from + row * inner;
    for (let k = 0, at = bFrom; k < inner; k++, at += LANES) {
      const p = a[first + k]!;
      p0 += p * b[at]!;
      p1 += p * b[at + 1]!;
      p2 += p * b[at + 2]!;
      p3 += p * b[at + 3]!;
    }
    const to = outFrom + row * LANES;
    out[to] = p0;
    out[to + 1] = p1;
    out[to + 2] = p2;
    out[to + 3] = p3;
  }
}

/** Numbers of several steps, each step's as units by lanes. */
interface Steps {
  readonly all: Float64Array;
  readonly from: number;
  /** From one step to the next. */
  readonly stride: number;
  readonly units: number;
}

/** g[row][column] += sum over steps and lanes of s[step][row][lane] * h[step][column][lane]. */
function addProducts(g: Float64Array, gFrom: number, s: Steps, h: Steps, steps: number): void {
  const some = s.all;
  const others = h.all;
  for (let step = 0; step < steps; step++)
    for (let row = 0; row < s.units; row++) {
      const at = s.from + step * s.stride + row * LANES;
      const s0 = some[at]!;
      const s1 = some[at + 1]!;
      const s2 = some[at + 2]!;
      const s3 = some[at + 3]!;
      const end = gFrom + (row + 1) * h.units;
      for (let to = gFrom + row * h.units, from = h.from + step * h.stride; to < end; to++, from += LANES)
        g[to]! += s0 * others[from]! + s1 * others[from + 1]! + (s2 * others[from + 2]! + s3 * others[from + 3]!);
    }
}

/** Runs groups of sessions forward and backward through time. */
export class GruLanes {
  private readonly shape: GruShape;
  private readonly horizon: number;
  /** The hidden units before each step and after the last. */
  private readonly hidden: Float64Array;
  private readonly update: Float64Array;
  private readonly reset: Float64Array;
  private readonly fresh: Float64Array;
  /** Recurrent sums of the three gates, those of the new one before the reset gate. */
  private readonly sums: Float64Array;
  /** Chances, then their slopes. */
  private readonly chance: Float64Array;
  /** Slopes of the recurrent sums, and of the new gate. */
  private readonly slopes: Float64Array;
  private readonly slopesFresh: Float64Array;
  private readonly back: Float64Array;
  private readonly before: Float64Array;
  /** The recurrent and the output weights with rows and columns exchanged. */
  private readonly turnedRecurrent: Float64Array;
  private readonly turnedOutput: Float64Array;

  /** `horizon`: steps that slopes are followed back. */
  constructor(shape: GruShape, horizon: number) {
    const { hidden, symbols } = shape;
    const size = hidden * LANES;
    this.shape = shape;
    this.horizon = horizon;
    this.hidden = new Float64Array((horizon + 1) * size);
    this.update = new Float64Array(horizon * size);
    this.reset = new Float64Array(horizon * size);
    this.fresh = new Float64Array(horizon * size);
    this.sums = new Float64Array(horizon * 3 * size);
    this.chance = new Float64Array(horizon * symbols * LANES);
    this.slopes = new Float64Array(horizon * 3 * size);
    this.slopesFresh = new Float64Array(horizon * size);
    this.back = new Float64Array(size);
    this.before = new Float64Array(size);
    this.turnedRecurrent = new Float64Array(3 * hidden * hidden);
    this.turnedOutput = new Float64Array(symbols * hidden);
  }

  /** Call when the parameters have changed. */
  turn(p: Float64Array): void {
    const { hidden: size, symbols, recurrent, output } = this.shape;
    for (let row = 0; row < 3 * size; row++)
      for (let k = 0; k < size; k++) this.turnedRecurrent[k * 3 * size + row] = p[recurrent + row * size + k]!;
    for (let row = 0; row < symbols; row++)
      for (let k = 0; k < size; k++) this.turnedOutput[k * symbols + row] = p[output + row * size + k]!;
  }

  /** Adds the slopes of up to four sessions' losses to `g`; the sum of their losses in nats, weighted. */
  addSlopes(p: Float64Array, g: Float64Array, lanes: readonly Lane[]): number {
    const size = this.shape.hidden * LANES;
    const longest = lanes.reduce((most, { symbols }) => Math.max(most, symbols.length - 1), 0);
    let loss = 0;
    this.hidden.fill(0, 0, size);
    for (let from = 0; from < longest; from += this.horizon) {
      const steps = Math.min(this.horizon, longest - from);
      for (let step = 0; step < steps; step++) loss += this.forward(p, lanes, from, step);
      this.backward(g, lanes, from, steps);
      this.hidden.copyWithin(0, steps * size, (steps + 1) * size);
    }
    return loss;
  }

  private forward(p: Float64Array, lanes: readonly Lane[], from: number, step: number): number {
    const { hidden: units, symbols, input, recurrent, bias, inner, output } = this.shape;
    const { hidden, update, reset, fresh, sums } = this;
    const size = units * LANES;
    const at = step * size;
    const sum = 3 * at;
    multiply({ a: p, from: recurrent, rows: 3 * units, inner: units }, hidden, at, sums, sum);
    for (let lane = 0; lane < LANES; lane++) {
      const wide = input + (lanes[lane]?.symbols[from + step] ?? 0) * 3 * units;
      for (let unit = 0; unit < units; unit++) {
        const place = unit * LANES + lane;
        const z = sigmoid(sums[sum + place]! + p[wide + unit]! + p[bias + unit]!);
        const r = sigmoid(sums[sum + size + place]! + p[wide + units + unit]! + p[bias + units + unit]!);
        const n = sums[sum + 2 * size + place]! + p[inner + unit]!;
        const made = tanh(p[wide + 2 * units + unit]! + p[bias + 2 * units + unit]! + r * n);
        sums[sum + 2 * size + place] = n;
        update[at + place] = z;
        reset[at + place] = r;
        fresh[at + place] = made;
        hidden[at + size + place] = (1 - z) * made + z * hidden[at + place]!;
      }
    }
    multiply(
      { a: p, from: output, rows: symbols, inner: units },
      hidden,
      at + size,
      this.chance,
      step * symbols * LANES,
    );
    return this.foretell(p, lanes, from, step);
  }

  /** Makes chances of the outputs, and slopes of the chances; the weighted loss. Beyond a session's end there is none. */
  private foretell(p: Float64Array, lanes: readonly Lane[], from: number, step: number): number {
    const { symbols, outputBias } = this.shape;
    const { chance } = this;
    const out = step * symbols * LANES;
    let loss = 0;
    for (let lane = 0; lane < LANES; lane++) {
      const each = lanes[lane];
      const wanted = each === undefined ? undefined : each.symbols[from + step + 1];
      if (each === undefined || wanted === undefined) {
        for (let symbol = 0; symbol < symbols; symbol++) chance[out + symbol * LANES + lane] = 0;
        continue;
      }
      let most = Number.NEGATIVE_INFINITY;
      for (let symbol = 0; symbol < symbols; symbol++) {
        const value = chance[out + symbol * LANES + lane]! + p[outputBias + symbol]!;
        chance[out + symbol * LANES + lane] = value;
        if (value > most) most = value;
      }
      let total = 0;
      for (let symbol = 0; symbol < symbols; symbol++) {
        const value = Math.exp(chance[out + symbol * LANES + lane]! - most);
        chance[out + symbol * LANES + lane] = value;
        total += value;
      }
      loss -= each.weight * Math.log(Math.max(LEAST, chance[out + wanted * LANES + lane]! / total));
      for (let symbol = 0; symbol < symbols; symbol++) chance[out + symbol * LANES + lane]! *= each.weight / total;
      chance[out + wanted * LANES + lane]! -= each.weight;
    }
    return loss;
  }

  private backward(g: Float64Array, lanes: readonly Lane[], from: number, steps: number): void {
    const { hidden: units, symbols, output, outputBias, recurrent, inner } = this.shape;
    const { hidden, chance, slopes, back, before } = this;
    const size = units * LANES;
    back.fill(0);
    for (let step = steps - 1; step >= 0; step--) {
      multiply(
        { a: this.turnedOutput, from: 0, rows: units, inner: symbols },
        chance,
        step * symbols * LANES,
        before,
        0,
      );
      for (let place = 0; place < size; place++) back[place]! += before[place]!;
      this.stepBack(step);
      multiply({ a: this.turnedRecurrent, from: 0, rows: units, inner: 3 * units }, slopes, step * 3 * size, before, 0);
      const at = step * size;
      for (let place = 0; place < size; place++) back[place] = back[place]! * this.update[at + place]! + before[place]!;
    }
    const foretold = { all: chance, from: 0, stride: symbols * LANES, units: symbols };
    const gates = { all: slopes, from: 0, stride: 3 * size, units: 3 * units };
    addProducts(g, output, foretold, { all: hidden, from: size, stride: size, units }, steps);
    addProducts(g, recurrent, gates, { all: hidden, from: 0, stride: size, units }, steps);
    for (let step = 0; step < steps; step++) {
      for (let place = 0; place < symbols * LANES; place++)
        g[outputBias + (place >> 2)]! += chance[step * symbols * LANES + place]!;
      for (let place = 0; place < size; place++) g[inner + (place >> 2)]! += slopes[(step * 3 + 2) * size + place]!;
      for (const [lane, each] of lanes.entries()) {
        const symbol = each.symbols[from + step];
        if (symbol !== undefined) this.addInput(g, symbol, step, lane);
      }
    }
  }

  /** Slopes of the gates of one step, from those of its hidden units in `back`. */
  private stepBack(step: number): void {
    const { hidden, update, reset, fresh, sums, slopes, slopesFresh, back } = this;
    const size = this.shape.hidden * LANES;
    const at = step * size;
    const sum = 3 * at;
    for (let place = 0; place < size; place++) {
      const up = back[place]!;
      const z = update[at + place]!;
      const r = reset[at + place]!;
      const made = fresh[at + place]!;
      const slopeFresh = up * (1 - z) * (1 - made * made);
      slopes[sum + place] = up * (hidden[at + place]! - made) * z * (1 - z);
      slopes[sum + size + place] = slopeFresh * sums[sum + 2 * size + place]! * r * (1 - r);
      slopes[sum + 2 * size + place] = slopeFresh * r;
      slopesFresh[at + place] = slopeFresh;
    }
  }

  private addInput(g: Float64Array, symbol: number, step: number, lane: number): void {
    const { hidden: units, input, bias } = this.shape;
    const size = units * LANES;
    const wide = input + symbol * 3 * units;
    for (let unit = 0; unit < units; unit++) {
      const place = unit * LANES + lane;
      const z = this.slopes[step * 3 * size + place]!;
      const r = this.slopes[(step * 3 + 1) * size + place]!;
      const n = this.slopesFresh[step * size + place]!;
      g[wide + unit]! += z;
      g[wide + units + unit]! += r;
      g[wide + 2 * units + unit]! += n;
      g[bias + unit]! += z;
      g[bias + units + unit]! += r;
      g[bias + 2 * units + unit]! += n;
    }
  }
}
