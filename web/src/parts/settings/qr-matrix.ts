/** QR code, model 2, byte mode, error correction level L, versions 1 to 10 (ISO/IEC 18004): enough for an `otpauth:` address. */

/** Error-correction codewords of a block and number of blocks by version, level L. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [7, 1],
  [10, 1],
  [15, 1],
  [20, 1],
  [26, 1],
  [18, 2],
  [20, 2],
  [24, 2],
  [30, 2],
  [18, 4],
];
/** All codewords by version. */
const CODEWORDS = [26, 44, 70, 100, 134, 172, 196, 242, 292, 346];
/** Centres of the alignment patterns by version. */
const CENTRES: readonly (readonly number[])[] = [
  [],
  [6, 18],
  [6, 22],
  [6, 26],
  [6, 30],
  [6, 34],
  [6, 22, 38],
  [6, 24, 42],
  [6, 26, 46],
  [6, 28, 50],
];

/** Rows of dark (true) and light modules; null for a text that is too long. */
export function qrMatrix(text: string): readonly (readonly boolean[])[] | null {
  const bytes = new TextEncoder().encode(text);
  const version = CODEWORDS.findIndex((_, index) => bytes.length + (index < 9 ? 2 : 3) <= dataSize(index + 1)) + 1;
  if (version === 0) return null;
  const grid = new Grid(version);
  grid.place(codewordsOf(bytes, version));
  return grid.masked();
}

function dataSize(version: number): number {
  const [correction, blocks] = BLOCKS[version - 1]!;
  return CODEWORDS[version - 1]! - correction * blocks;
}

/** Data in blocks with their error correction, woven. */
function codewordsOf(bytes: Uint8Array, version: number): number[] {
  const size = dataSize(version);
  const bits: number[] = [];
  const push = (value: number, length: number): void => {
    for (let bit = length - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  push(4, 4);
  push(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) push(byte, 8);
  push(0, Math.min(4, size * 8 - bits.length));
  while (bits.length % 8 !== 0) bits.push(0);
  const data: number[] = [];
  for (let at = 0; at < bits.length; at += 8) data.push(Number.parseInt(bits.slice(at, at + 8).join(''), 2));
  for (let pad = 0xec; data.length < size; pad ^= 0xec ^ 0x11) data.push(pad);
  const [correction, count] = BLOCKS[version - 1]!;
  const short = Math.floor(size / count);
  const long = size % count;
  const blocks: number[][] = [];
  for (let block = 0, at = 0; block < count; block++) {
    const length = short + (block >= count - long ? 1 : 0);
    blocks.push(data.slice(at, at + length));
    at += length;
  }
  const checks = blocks.map((block) => remainder(block, correction));
  const weave = (lists: readonly (readonly number[])[]): number[] =>
    Array.from({ length: Math.max(...lists.map((list) => list.length)) }, (_, index) =>
      lists.flatMap((list) => (index < list.length ? [list[index]!] : [])),
    ).flat();
  return [...weave(blocks), ...weave(checks)];
}

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >>> 7) * 0x11d);
    product ^= ((b >>> bit) & 1) * a;
  }
  return product;
}

/** Reed-Solomon check codewords. */
function remainder(data: readonly number[], degree: number): number[] {
  const divisor = new Array<number>(degree).fill(0);
  divisor[degree - 1] = 1;
  for (let step = 0, root = 1; step < degree; step++, root = times(root, 2))
    for (let at = 0; at < degree; at++) divisor[at] = times(divisor[at]!, root) ^ (divisor[at + 1] ?? 0);
  let rest = new Array<number>(degree).fill(0);
  for (const byte of data) {
    const factor = byte ^ rest[0]!;
    rest = [...rest.slice(1), 0].map((each, at) => each ^ times(divisor[at]!, factor));
  }
  return rest;
}

class Grid {
  private readonly size: number;
  private readonly version: number;
  private readonly dark: boolean[][];
  private readonly fixed: boolean[][];

  constructor(version: number) {
    this.version = version;
    this.size = version * 4 + 17;
    this.dark = Array.from({ length: this.size }, () => new Array<boolean>(this.size).fill(false));
    this.fixed = this.dark.map((row) => row.slice());
    this.patterns();
  }

  private set(x: number, y: number, dark: boolean): void {
    if (x < 0 || y < 0 || x >= this.size || y >= this.size) return;
    this.dark[y]![x] = dark;
    this.fixed[y]![x] = true;
  }

  private patterns(): void {
    for (let at = 0; at < this.size; at++) {
      this.set(6, at, at % 2 === 0);
      this.set(at, 6, at % 2 === 0);
    }
    const finder = (cx: number, cy: number): void => {
      for (let dy = -4; dy <= 4; dy++)
        for (let dx = -4; dx <= 4; dx++) {
          const away = Math.max(Math.abs(dx), Math.abs(dy));
          this.set(cx + dx, cy + dy, away !== 2 && away !== 4);
        }
    };
    finder(3, 3);
    finder(this.size - 4, 3);
    finder(3, this.size - 4);
    const centres = CENTRES[this.version - 1]!;
    for (const cy of centres)
      for (const cx of centres) {
        const last = this.size - 7;
        if ((cx === 6 && cy === 6) || (cx === 6 && cy === last) || (cx === last && cy === 6)) continue;
        for (let dy = -2; dy <= 2; dy++)
          for (let dx = -2; dx <= 2; dx++) this.set(cx + dx, cy + dy, Math.max(Math.abs(dx), Math.abs(dy)) !== 1);
      }
    this.format(0);
    if (this.version < 7) return;
    let rest = this.version;
    for (let step = 0; step < 12; step++) rest = (rest << 1) ^ ((rest >>> 11) * 0x1f25);
    const bits = (this.version << 12) | rest;
    for (let at = 0; at < 18; at++) {
      const [a, b] = [this.size - 11 + (at % 3), Math.floor(at / 3)];
      this.set(a, b, ((bits >>> at) & 1) === 1);
      this.set(b, a, ((bits >>> at) & 1) === 1);
    }
  }

  /** The format information of level L and a mask, twice. */
  private format(mask: number): void {
    const data = (1 << 3) | mask;
    let rest = data;
    for (let step = 0; step < 10; step++) rest = (rest << 1) ^ ((rest >>> 9) * 0x537);
    const bits = ((data << 10) | rest) ^ 0x5412;
    const bit = (at: number): boolean => ((bits >>> at) & 1) === 1;
    for (let at = 0; at <= 5; at++) this.set(8, at, bit(at));
    this.set(8, 7, bit(6));
    this.set(8, 8, bit(7));
    this.set(7, 8, bit(8));
    for (let at = 9; at < 15; at++) this.set(14 - at, 8, bit(at));
    for (let at = 0; at < 8; at++) this.set(this.size - 1 - at, 8, bit(at));
    for (let at = 8; at < 15; at++) this.set(8, this.size - 15 + at, bit(at));
    this.set(8, this.size - 8, true);
  }

  /** Two columns at a time, up and down, from the right. */
  place(codewords: readonly number[]): void {
    let at = 0;
    for (let right = this.size - 1; right >= 1; right -= 2) {
      if (right === 6) right = 5;
      for (let step = 0; step < this.size; step++)
        for (let side = 0; side < 2; side++) {
          const x = right - side;
          const y = ((right + 1) & 2) === 0 ? this.size - 1 - step : step;
          if (this.fixed[y]![x] || at >= codewords.length * 8) continue;
          this.dark[y]![x] = ((codewords[at >>> 3]! >>> (7 - (at & 7))) & 1) === 1;
          at++;
        }
    }
  }

  /** Under the first mask; every reader takes any of the eight. */
  masked(): readonly (readonly boolean[])[] {
    this.format(0);
    return this.dark.map((row, y) => row.map((dark, x) => dark !== (!this.fixed[y]![x] && (x + y) % 2 === 0)));
  }
}
