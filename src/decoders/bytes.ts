/** Small tools over the ASCII bytes of lines: comparing, and making something of a word once while the same word comes again. */

const FNV_PRIME = 0x01000193;

/** Whether a text's bytes stand at a place. */
export function standsAt(text: Uint8Array, bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}

/** The ASCII text in `bytes[start, end)`, of its own memory. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/**
 * What was made of short words, found by their bytes. Bounded: a new word takes the place of an older one with a like hash, so whoever
 * chooses words that fall together causes the making, no more.
 */
export class WordMemo<T> {
  private readonly make: (word: string) => T;
  private readonly width: number;
  private readonly mask: number;
  private readonly room: Uint8Array;
  private readonly lengths: Uint8Array;
  private readonly values: (T | undefined)[];
  private turn = 0;

  /** `slots` is a power of two; words longer than `width` bytes (at most 255) are not remembered. */
  constructor(slots: number, width: number, make: (word: string) => T) {
    this.make = make;
    this.width = width;
    this.mask = slots - 1;
    this.room = new Uint8Array(slots * width);
    this.lengths = new Uint8Array(slots);
    this.values = new Array<T | undefined>(slots).fill(undefined);
  }

  /** What `make` says of the word in `bytes[start, end)`, which is not empty. */
  of(bytes: Uint8Array, start: number, end: number): T {
    const length = end - start;
    if (length > this.width) return this.make(textOf(bytes, start, end));
    let hash = length;
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, FNV_PRIME);
    const slot = (hash ^ (hash >>> 15)) & this.mask;
    if (this.holds(slot, bytes, start, length)) return this.values[slot]!;
    if (this.holds(slot ^ 1, bytes, start, length)) return this.values[slot ^ 1]!;
    this.turn ^= 1;
    return this.put(slot ^ this.turn, bytes, start, end);
  }

  private holds(slot: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.lengths[slot] !== length) return false;
    const { room } = this;
    const from = slot * this.width;
    for (let i = 0; i < length; i++) if (room[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private put(slot: number, bytes: Uint8Array, start: number, end: number): T {
    const value = this.make(textOf(bytes, start, end));
    this.room.set(bytes.subarray(start, end), slot * this.width);
    this.lengths[slot] = end - start;
    this.values[slot] = value;
    return value;
  }
}
