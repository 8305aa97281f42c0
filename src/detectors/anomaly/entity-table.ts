/**
 * Windows of entities as integer counters in flat arrays: a minute is counted line by line and poured into its hour when it ends,
 * an hour into its day. Bounded: when places run out, the entity that was quiet longest gives way.
 */
import { copyText } from '../../kit/text.ts';
import { packNumbers, unpackNumbers } from './models/pack-numbers.ts';
import { LENGTHS, WINDOW_WIDTH } from './window-features.ts';

/** One line, as windows count it. One mutable object is reused. Hashes are 0 for none. */
export interface Tally {
  time: number;
  thing: number;
  peer: number;
  port: number;
  /** Number of the kind of event, any whole number. */
  shape: number;
  failed: boolean;
  /** HTTP status, 0 for none. */
  status: number;
  bytes: number;
  isNew: boolean;
  repeat: number;
  /** What `thing` is: 0 something, 1 a path, 2 a command. */
  thingIs: number;
  /** Place of the line. */
  source: string;
  generation: string;
  offset: number;
}

/** Called when a window ended, or grew enough to be looked at again before its end. */
export type OnWindow = (slot: number, level: number, ended: boolean) => void;

const LEVEL_COUNT = LENGTHS.length;
/** Places in the whole numbers of a window. */
const INDEX = 0;
const EVENTS = 1;
const FAILURES = 2;
const NEWS = 3;
const CLIENT_ERRORS = 4;
const SERVER_ERRORS = 5;
const GAPS = 6;
/** Events at which the running window is looked at again. */
const NEXT_LOOK = 7;
const THINGS = 8;
const THING_WORDS = 8;
const PEERS = THINGS + THING_WORDS;
const PEER_WORDS = 4;
const PORTS = PEERS + PEER_WORDS;
const PORT_WORDS = 2;
const SHAPES = PORTS + PORT_WORDS;
const SHAPE_BUCKETS = 8;
const WHOLE = SHAPES + SHAPE_BUCKETS;
/** Places in the other numbers of a window. */
const BYTES = 0;
const GAP_SUM = 1;
const GAP_SQUARES = 2;
const REAL = 3;
const SHORTCUTS = 4096;
/** Shares of few events are damped, as if so many without fault stood beside them. */
const DAMPING = 5;
/** A running window is first looked at with so many events. */
const FIRST_LOOK = 16;

/** The windows of one kind of entity. */
export class EntityTable {
  readonly places: number;
  /** Name of the entity in each place. */
  readonly names: (string | null)[];
  /** Time of its last line. */
  readonly lastTime: Float64Array;
  /** What its things were last: see Tally. */
  readonly thingIs: Uint8Array;
  /** Place of its last line, for evidence. */
  readonly sources: string[];
  readonly generations: string[];
  readonly offsets: Float64Array;
  /** Time until which it counts as accused. */
  readonly accusedUntil: Float64Array;
  /** What it taught: hour since the epoch, and rows in it; day of its last row in the tail. */
  readonly taughtHour: Int32Array;
  readonly taughtRows: Int32Array;
  readonly tailDay: Int32Array;
  /** Its own usual, level by level, and how many rows that rests on. */
  readonly usual: Float32Array;
  readonly usualRows: Int32Array;
  /** 1 + the place of the entity last found under a hash. */
  private readonly shortcuts = new Int32Array(SHORTCUTS);
  private readonly byName = new Map<string, number>();
  private readonly whole: Int32Array;
  private readonly real: Float64Array;
  private readonly levels: number;
  private readonly onWindow: OnWindow;
  private used = 0;
  private hand = 0;
  /** Entities that gave way to others. */
  dropped = 0;

  constructor(places: number, levels: number, onWindow: OnWindow) {
    this.places = places;
    this.levels = levels;
    this.onWindow = onWindow;
    this.names = new Array<string | null>(places).fill(null);
    this.lastTime = new Float64Array(places);
    this.thingIs = new Uint8Array(places);
    this.sources = new Array<string>(places).fill('');
    this.generations = new Array<string>(places).fill('');
    this.offsets = new Float64Array(places);
    this.accusedUntil = new Float64Array(places);
    this.taughtHour = new Int32Array(places);
    this.taughtRows = new Int32Array(places);
    this.tailDay = new Int32Array(places);
    this.usual = new Float32Array(places * LEVEL_COUNT * WINDOW_WIDTH);
    this.usualRows = new Int32Array(places * LEVEL_COUNT);
    this.whole = new Int32Array(places * LEVEL_COUNT * WHOLE);
    this.real = new Float64Array(places * LEVEL_COUNT * REAL);
  }

  /** Entities known now. */
  get size(): number {
    return this.byName.size;
  }

  /** Place of an entity, -1 when it has none. */
  find(name: string): number {
    return this.byName.get(name) ?? -1;
  }

  /** Place of an entity; one is made for it when it is new. */
  place(name: string, time: number): number {
    const known = this.byName.get(name);
    if (known !== undefined) return known;
    const slot = this.used < this.places ? this.used++ : this.vacate();
    const key = copyText(name);
    this.names[slot] = key;
    this.byName.set(key, slot);
    this.clear(slot);
    this.lastTime[slot] = time;
    return slot;
  }

  /** The same, found by a hash the caller has: a name fresh from a line would be hashed anew by the map. */
  placeHashed(name: string, hash: number, time: number): number {
    const at = (hash >>> 3) & (SHORTCUTS - 1);
    const slot = this.shortcuts[at]! - 1;
    if (slot >= 0 && this.names[slot] === name) return slot;
    const found = this.place(name, time);
    this.shortcuts[at] = found + 1;
    return found;
  }

  /** Counts a line. */
  add(slot: number, tally: Tally): void {
    const { whole, real } = this;
    const at = slot * LEVEL_COUNT * WHOLE;
    const realAt = slot * LEVEL_COUNT * REAL;
    const { time } = tally;
    const minute = Math.floor(time / 60_000);
    if (whole[at + INDEX] !== minute) this.turn(slot, minute);
    const events = whole[at + EVENTS]! + tally.repeat;
    whole[at + EVENTS] = events;
    if (tally.failed) whole[at + FAILURES]! += tally.repeat;
    if (tally.isNew) whole[at + NEWS]!++;
    if (tally.status >= 500) whole[at + SERVER_ERRORS]!++;
    else if (tally.status >= 400) whole[at + CLIENT_ERRORS]!++;
    const { thing, peer, port } = tally;
    if (thing !== 0) whole[at + THINGS + ((thing >>> 5) & (THING_WORDS - 1))]! |= 1 << (thing >>> 13);
    if (peer !== 0) whole[at + PEERS + ((peer >>> 5) & (PEER_WORDS - 1))]! |= 1 << (peer >>> 13);
    if (port !== 0) whole[at + PORTS + ((port >>> 5) & (PORT_WORDS - 1))]! |= 1 << (port >>> 13);
    if (thing !== 0) this.thingIs[slot] = tally.thingIs;
    this.sources[slot] = tally.source;
    this.generations[slot] = tally.generation;
    this.offsets[slot] = tally.offset;
    whole[at + SHAPES + ((tally.shape >>> 4) & (SHAPE_BUCKETS - 1))]!++;
    real[realAt + BYTES]! += tally.bytes;
    const gap = (time - this.lastTime[slot]!) / 1000;
    if (gap > 0) {
      whole[at + GAPS]!++;
      real[realAt + GAP_SUM]! += gap;
      real[realAt + GAP_SQUARES]! += gap * gap;
      this.lastTime[slot] = time;
    }
    if (events < whole[at + NEXT_LOOK]!) return;
    whole[at + NEXT_LOOK] = events * 4;
    this.onWindow(slot, 0, false);
  }

  /** Ends what ended before `time` although its entities say nothing more. */
  sweep(time: number): void {
    const minute = Math.floor(time / 60_000);
    for (let slot = 0; slot < this.used; slot++)
      if (this.names[slot] !== null && this.whole[slot * LEVEL_COUNT * WHOLE + INDEX]! < minute)
        this.turn(slot, minute);
  }

  /** The minute changes: it ends, and so do the hour and the day it was the last of. A clock set back a little changes nothing. */
  private turn(slot: number, minute: number): void {
    const { whole } = this;
    const at = slot * LEVEL_COUNT * WHOLE;
    const before = whole[at + INDEX]!;
    if (minute < before && before - minute < 60) return;
    let index = minute;
    let changed = true;
    for (let level = 0; level < this.levels && changed; level++) {
      const here = at + level * WHOLE;
      if (level > 0) index = Math.floor(index / (level === 1 ? 60 : 24));
      changed = whole[here + INDEX] !== index;
      if (whole[here + EVENTS]! > 0 && changed) {
        // The smaller window is poured in first, so that the larger one is whole when it ends.
        this.onWindow(slot, level, true);
        if (level + 1 < this.levels) this.pour(slot, level);
      }
      if (changed) this.reset(slot, level, index);
    }
  }

  /** Adds a window that ended to the next larger one. */
  private pour(slot: number, level: number): void {
    const { whole, real } = this;
    const from = (slot * LEVEL_COUNT + level) * WHOLE;
    const to = from + WHOLE;
    if (whole[to + EVENTS] === 0) whole[to + INDEX] = Math.floor(whole[from + INDEX]! / (level === 0 ? 60 : 24));
    for (let n = EVENTS; n <= GAPS; n++) whole[to + n]! += whole[from + n]!;
    for (let n = THINGS; n < SHAPES; n++) whole[to + n]! |= whole[from + n]!;
    for (let n = SHAPES; n < WHOLE; n++) whole[to + n]! += whole[from + n]!;
    const realFrom = (slot * LEVEL_COUNT + level) * REAL;
    for (let n = 0; n < REAL; n++) real[realFrom + REAL + n]! += real[realFrom + n]!;
    if (whole[to + EVENTS]! < whole[to + NEXT_LOOK]!) return;
    whole[to + NEXT_LOOK] = whole[to + EVENTS]! * 2;
    this.onWindow(slot, level + 1, false);
  }

  private reset(slot: number, level: number, index: number): void {
    const at = (slot * LEVEL_COUNT + level) * WHOLE;
    this.whole.fill(0, at, at + WHOLE);
    this.whole[at + INDEX] = index;
    this.whole[at + NEXT_LOOK] = FIRST_LOOK << level;
    const realAt = (slot * LEVEL_COUNT + level) * REAL;
    this.real.fill(0, realAt, realAt + REAL);
  }

  private clear(slot: number): void {
    for (let level = 0; level < LEVEL_COUNT; level++) this.reset(slot, level, 0);
    this.accusedUntil[slot] = 0;
    this.taughtHour[slot] = 0;
    this.tailDay[slot] = 0;
    const at = slot * LEVEL_COUNT;
    this.usual.fill(0, at * WINDOW_WIDTH, (at + LEVEL_COUNT) * WINDOW_WIDTH);
    this.usualRows.fill(0, at, at + LEVEL_COUNT);
  }

  /** The place of the quietest of a few, chosen by a hand that walks around. */
  private vacate(): number {
    let oldest = this.hand;
    for (let n = 0; n < 8; n++) {
      const slot = (this.hand + n) % this.places;
      if (this.lastTime[slot]! < this.lastTime[oldest]!) oldest = slot;
    }
    this.hand = (this.hand + 8) % this.places;
    this.byName.delete(this.names[oldest]!);
    this.dropped++;
    return oldest;
  }

  /** Events in a window. */
  eventsOf(slot: number, level: number): number {
    return this.whole[(slot * LEVEL_COUNT + level) * WHOLE + EVENTS]!;
  }

  /** Bytes in a window. */
  bytesOf(slot: number, level: number): number {
    return this.real[(slot * LEVEL_COUNT + level) * REAL + BYTES]!;
  }

  /** Events in all running windows of an entity. */
  runningEvents(slot: number): number {
    let events = 0;
    for (let level = 0; level < this.levels; level++) events += this.eventsOf(slot, level);
    return events;
  }

  /** The running windows of an entity as text. */
  packRunning(slot: number): string {
    const whole = this.whole.subarray(slot * LEVEL_COUNT * WHOLE, (slot + 1) * LEVEL_COUNT * WHOLE);
    const real = this.real.subarray(slot * LEVEL_COUNT * REAL, (slot + 1) * LEVEL_COUNT * REAL);
    return `${packNumbers(whole)} ${packNumbers(real)}`;
  }

  /** Takes packed windows in; false when they do not fit. */
  unpackRunning(slot: number, text: string): boolean {
    const [first = '', second = ''] = text.split(' ');
    const whole = unpackNumbers(first, Int32Array);
    const real = unpackNumbers(second, Float64Array);
    if (whole.length !== LEVEL_COUNT * WHOLE || real.length !== LEVEL_COUNT * REAL || !real.every(Number.isFinite))
      return false;
    this.whole.set(whole, slot * LEVEL_COUNT * WHOLE);
    this.real.set(real, slot * LEVEL_COUNT * REAL);
    return true;
  }

  /** The entity with most of something in the running hour, and how much that is; null when nobody has any. */
  heaviest(what: 'events' | 'failures' | 'news' | 'bytes', time: number): { slot: number; amount: number } | null {
    const field = { events: EVENTS, failures: FAILURES, news: NEWS, bytes: -1 }[what];
    const hour = Math.floor(time / 3_600_000);
    let best = { slot: -1, amount: 0 };
    for (let slot = 0; slot < this.used; slot++) {
      let amount = 0;
      for (let level = 0; level < 2; level++) {
        const at = slot * LEVEL_COUNT + level;
        const index = this.whole[at * WHOLE + INDEX]!;
        if (hour - (level === 0 ? Math.floor(index / 60) : index) > 1) continue;
        amount += field < 0 ? this.real[at * REAL + BYTES]! : this.whole[at * WHOLE + field]!;
      }
      if (amount > best.amount) best = { slot, amount };
    }
    return best.slot < 0 ? null : best;
  }

  /** Writes a window's row. */
  rowOf(slot: number, level: number, row: Float64Array): void {
    const { whole, real } = this;
    const at = (slot * LEVEL_COUNT + level) * WHOLE;
    const realAt = (slot * LEVEL_COUNT + level) * REAL;
    const events = Math.max(1, whole[at + EVENTS]!);
    const failures = whole[at + FAILURES]!;
    row[0] = Math.log2(1 + events);
    row[1] = Math.log2(1 + failures);
    row[2] = failures / (events + DAMPING);
    row[3] = Math.log2(1 + distinct(whole, at + THINGS, THING_WORDS));
    row[4] = Math.log2(1 + distinct(whole, at + PEERS, PEER_WORDS));
    row[5] = Math.log2(1 + distinct(whole, at + PORTS, PORT_WORDS));
    row[6] = Math.log2(1 + whole[at + NEWS]!);
    row[7] = Math.log2(1 + real[realAt + BYTES]!);
    row[8] = whole[at + CLIENT_ERRORS]! / (events + DAMPING);
    row[9] = whole[at + SERVER_ERRORS]! / (events + DAMPING);
    row[10] = evenness(whole, at + SHAPES);
    row[11] = regularity(whole[at + GAPS]!, real[realAt + GAP_SUM]!, real[realAt + GAP_SQUARES]!);
    row[12] = Math.floor((whole[at + INDEX]! * LENGTHS[level]!) / 3_600_000) % 24;
  }
}

/** How many different values set bits: linear counting (Whang, Vander-Zanden, Taylor 1990). */
function distinct(words: Int32Array, at: number, count: number): number {
  let bits = 0;
  for (let n = at; n < at + count; n++) {
    let word = words[n]!;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    bits += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  const all = count * 32;
  return bits === 0 ? 0 : -all * Math.log(1 - Math.min(bits, all - 0.5) / all);
}

/** Entropy of the kinds of event, 1 when all are as frequent. */
function evenness(words: Int32Array, at: number): number {
  let sum = 0;
  for (let n = at; n < at + SHAPE_BUCKETS; n++) sum += words[n]!;
  if (sum === 0) return 0;
  let entropy = 0;
  for (let n = at; n < at + SHAPE_BUCKETS; n++)
    if (words[n]! > 0) entropy -= (words[n]! / sum) * Math.log2(words[n]! / sum);
  return entropy / Math.log2(SHAPE_BUCKETS);
}

/** 1 for lines like clockwork, 0 for irregular ones or too few of them. */
function regularity(gaps: number, sum: number, squares: number): number {
  if (gaps < 8) return 0;
  const mean = sum / gaps;
  const variance = Math.max(0, squares / gaps - mean * mean);
  return Math.max(0, 1 - Math.sqrt(variance) / mean);
}
