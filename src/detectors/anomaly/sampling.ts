/** Which of many alike things are looked at: chosen by chance, so that nothing that comes in a rhythm is always or never among them. */

/** Chooses one in so many, a power of two; the same ones again after a restart with the same seed. */
export class Sampling {
  private state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  /** True one time in `stride`. A linear congruential generator (Numerical Recipes), whose upper bits are used. */
  isTurn(stride: number): boolean {
    if (stride === 1) return true;
    this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) | 0;
    return ((this.state >>> 12) & (stride - 1)) === 0;
  }
}

/** The power of two by which at least `wanted` of `count` are chosen, between `least` and `most`. */
export function strideFor(count: number, wanted: number, least: number, most: number): number {
  const stride = count < wanted * 2 ? 1 : 1 << (31 - Math.clz32(count / wanted));
  return Math.min(most, Math.max(least, stride));
}
