/** Where lines come from, as numbers, so that the evidence of windows is numbers too. */
import { copyText } from '../../kit/text.ts';

/** Numbers for the places lines come from, so that evidence is numbers. */
export class Origins {
  private readonly numbers = new Map<string, number>();
  private readonly places: { readonly source: string; readonly generation: string }[] = [];
  private lastSource = '';
  private lastGeneration = '';
  private last = -1;

  numberOf(source: string, generation: string): number {
    if (source === this.lastSource && generation === this.lastGeneration && this.last >= 0) return this.last;
    const key = `${source}\u0000${generation}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.places.push({ source: copyText(source), generation: copyText(generation) }) - 1;
      this.numbers.set(key, number);
    }
    this.lastSource = source;
    this.lastGeneration = generation;
    this.last = number;
    return number;
  }

  placeOf(number: number): { readonly source: string; readonly generation: string } {
    return this.places[number]!;
  }
}
