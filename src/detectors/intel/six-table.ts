/** IPv6 networks in typed arrays: open addressing over the masked address and its length, 18 bytes a place. */

const FIRST_CAPACITY = 256;

/** Networks to the list they are on; the longest prefix that holds an address wins, of equals the newest entry. */
export class SixTable {
  /** Distinct networks. */
  size = 0;
  private capacity = FIRST_CAPACITY;
  /** Four words of 32 bits a place. */
  private words = new Uint32Array(4 * FIRST_CAPACITY);
  /** Prefix length; 0 marks a free place. */
  private bits = new Uint8Array(FIRST_CAPACITY);
  private lists = new Uint8Array(FIRST_CAPACITY);
  /** Lengths in use, longest first. */
  private lengths: number[] = [];
  private readonly asked = new Uint32Array(4);

  /** Adds a network: eight groups of 16 bits, a length of 1 to 128, a list of 0 to 255. */
  add(groups: readonly number[], length: number, list: number): void {
    if (this.size * 3 >= this.capacity * 2) this.grow();
    mask(groups, length, this.asked);
    const place = this.placeOf(length);
    this.lists[place] = list;
    if (this.bits[place] !== 0) return;
    this.bits[place] = length;
    this.words.set(this.asked, place * 4);
    this.size++;
    if (!this.lengths.includes(length)) this.lengths = [...this.lengths, length].sort((a, b) => b - a);
  }

  /** The list of the longest network that holds the address, or -1. */
  lookup(groups: readonly number[]): number {
    for (const length of this.lengths) {
      mask(groups, length, this.asked);
      const place = this.placeOf(length);
      if (this.bits[place] !== 0) return this.lists[place]!;
    }
    return -1;
  }

  /** Where the network in `asked` is, or would go. */
  private placeOf(length: number): number {
    const { asked, words, bits } = this;
    const last = this.capacity - 1;
    let place = hashOf(asked, length) & last;
    while (bits[place] !== 0) {
      const at = place * 4;
      if (
        bits[place] === length &&
        words[at] === asked[0] &&
        words[at + 1] === asked[1] &&
        words[at + 2] === asked[2] &&
        words[at + 3] === asked[3]
      )
        return place;
      place = (place + 1) & last;
    }
    return place;
  }

  private grow(): void {
    const { words, bits, lists } = this;
    this.capacity *= 2;
    this.words = new Uint32Array(4 * this.capacity);
    this.bits = new Uint8Array(this.capacity);
    this.lists = new Uint8Array(this.capacity);
    for (let old = 0; old < bits.length; old++) {
      if (bits[old] === 0) continue;
      this.asked.set(words.subarray(old * 4, old * 4 + 4));
      const place = this.placeOf(bits[old]!);
      this.words.set(this.asked, place * 4);
      this.bits[place] = bits[old]!;
      this.lists[place] = lists[old]!;
    }
  }
}

function mask(groups: readonly number[], length: number, into: Uint32Array): void {
  for (let word = 0; word < 4; word++) {
    const keep = Math.min(32, Math.max(0, length - word * 32));
    const value = groups[word * 2]! * 65_536 + groups[word * 2 + 1]!;
    into[word] = keep === 0 ? 0 : value & (0xffffffff << (32 - keep));
  }
}

/** Mixes all bits: networks often differ in a few places only. */
function hashOf(words: Uint32Array, length: number): number {
  let hash = Math.imul(length, 0x9e3779b1);
  for (let i = 0; i < 4; i++) {
    hash = Math.imul(hash ^ words[i]!, 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}
