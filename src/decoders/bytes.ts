/**
 * Small tools over the ASCII bytes of lines: comparing, and making something of a word once while the same word comes again. Eight
 * bytes are compared at a time, as a number: of ASCII none is NaN, and two that are not alike are never equal.
 */

/** Fowler, Noll and Vo, FNV-1a, taken four bytes at a time. */
const FNV_PRIME = 0x01000193;

let seen: Uint8Array = new Uint8Array(0);
let view = new DataView(seen.buffer);

/** The bytes as a view; the one of the bytes asked for last is kept. */
export function viewOf(bytes: Uint8Array): DataView {
  if (bytes !== seen) {
    seen = bytes;
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
  return view;
}

/** Marks the bytes of some signs: 1 for each of them. */
export function bytesOf(signs: string): Uint8Array {
  const marks = new Uint8Array(256);
  for (const sign of signs) marks[sign.charCodeAt(0)] = 1;
  return marks;
}

/** A text to look for. */
export class Literal {
  length = 0;
  private readonly own: DataView;
  private firstFour = 0;
  private lastFour = 0;
  private lastEight = 0;

  constructor(text: string) {
    const bytes = Buffer.from(text, 'latin1');
    this.own = new DataView(new ArrayBuffer(bytes.length));
    this.set(viewOf(bytes), 0, bytes.length);
  }

  /** One that stands nowhere yet, with room for so many bytes. */
  static unset(room: number): Literal {
    return new Literal('\u00ff'.repeat(room));
  }

  /** Looks for these bytes from now on; no more than it was made for. */
  set(all: DataView, start: number, length: number): void {
    const { own } = this;
    this.length = length;
    for (let i = 0; i < length; i++) own.setUint8(i, all.getUint8(start + i));
    if (length >= 4) {
      this.firstFour = own.getInt32(0, true);
      this.lastFour = own.getInt32(length - 4, true);
    }
    if (length >= 8) this.lastEight = own.getFloat64(length - 8, true);
  }

  /** Whether it stands at a place. */
  standsAt(at: number, all: DataView): boolean {
    const { length, own } = this;
    const end = at + length;
    if (at < 0 || end > all.byteLength) return false;
    if (length >= 8) {
      for (let i = 0; i < length - 8; i += 8)
        if (all.getFloat64(at + i, true) !== own.getFloat64(i, true)) return false;
      return all.getFloat64(end - 8, true) === this.lastEight;
    }
    if (length >= 4) return all.getInt32(at, true) === this.firstFour && all.getInt32(end - 4, true) === this.lastFour;
    for (let i = 0; i < length; i++) if (all.getUint8(at + i) !== own.getUint8(i)) return false;
    return true;
  }
}

/** The ASCII text in bytes from `start` to `end`, of its own memory. */
function textOf(all: DataView, start: number, end: number): string {
  return Buffer.from(all.buffer, all.byteOffset + start, end - start).toString('latin1');
}

/**
 * What was made of short words, found by their bytes. Bounded: a new word takes the place of an older one with a like hash, so whoever
 * chooses words that fall together causes the making, no more.
 */
export class WordMemo<T> {
  private readonly make: (word: string) => T;
  private readonly width: number;
  private readonly mask: number;
  private readonly room: DataView;
  private readonly lengths: Uint8Array;
  private readonly values: (T | undefined)[];
  private turn = 0;

  /** `slots` is a power of two; words longer than `width` bytes (at most 255) are not remembered. */
  constructor(slots: number, width: number, make: (word: string) => T) {
    this.make = make;
    this.width = width;
    this.mask = slots - 1;
    this.room = new DataView(new ArrayBuffer(slots * width));
    this.lengths = new Uint8Array(slots);
    this.values = new Array<T | undefined>(slots).fill(undefined);
  }

  /** What `make` says of the word from `start` to `end`, which is not empty. */
  of(all: DataView, start: number, end: number): T {
    const length = end - start;
    if (length > this.width) return this.make(textOf(all, start, end));
    const slot = hashOf(all, start, end) & this.mask;
    if (this.holds(slot, all, start, length)) return this.values[slot]!;
    if (this.holds(slot ^ 1, all, start, length)) return this.values[slot ^ 1]!;
    this.turn ^= 1;
    return this.put(slot ^ this.turn, all, start, end);
  }

  private holds(slot: number, all: DataView, start: number, length: number): boolean {
    if (this.lengths[slot] !== length) return false;
    const { room } = this;
    const from = slot * this.width;
    if (length < 4) {
      for (let i = 0; i < length; i++) if (room.getUint8(from + i) !== all.getUint8(start + i)) return false;
      return true;
    }
    if (length < 8) {
      const last = length - 4;
      return (
        room.getInt32(from, true) === all.getInt32(start, true) &&
        room.getInt32(from + last, true) === all.getInt32(start + last, true)
      );
    }
    const last = length - 8;
    for (let i = 0; i < last; i += 8)
      if (room.getFloat64(from + i, true) !== all.getFloat64(start + i, true)) return false;
    return room.getFloat64(from + last, true) === all.getFloat64(start + last, true);
  }

  private put(slot: number, all: DataView, start: number, end: number): T {
    const value = this.make(textOf(all, start, end));
    for (let i = start; i < end; i++) this.room.setUint8(slot * this.width + i - start, all.getUint8(i));
    this.lengths[slot] = end - start;
    this.values[slot] = value;
    return value;
  }
}

function hashOf(all: DataView, start: number, end: number): number {
  let hash = end - start;
  if (hash < 4) {
    for (let i = start; i < end; i++) hash = mix(hash, all.getUint8(i));
    return hash;
  }
  for (let i = start; i < end - 4; i += 4) hash = mix(hash, all.getInt32(i, true));
  return mix(hash, all.getInt32(end - 4, true));
}

/** Without the shift what differs in a word's last byte would stay in the highest bits. */
function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, FNV_PRIME);
  return product ^ (product >>> 15);
}
