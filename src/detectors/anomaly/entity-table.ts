/**
 * Windows of entities as integer counters in flat arrays: a minute is counted line by line and poured into its hour when it ends,
 * an hour into its day. Bounded: when places run out, the entity that was quiet longest gives way.
 */
import { copyText } from '../../kit/text.ts';
import { type AddressKey, hashText, readAddress } from './hash-text.ts';
import { packNumbers, unpackNumbers } from './models/pack-numbers.ts';
import { LENGTHS, WINDOW_WIDTH } from './window-features.ts';

/** The file a line stands in. One object is shared by all lines of a batch. */
export interface Origin {
  readonly source: string;
  readonly generation: string;
}

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
  origin: Origin;
  offset: number;
}

/** Called when a window ended, or grew enough to be looked at again before its end. */
export type OnWindow = (slot: number, level: number, ended: boolean) => void;

/** No file. */
export const NO_ORIGIN: Origin = Object.freeze({ source: '', generation: '' });

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
/**
 * All numbers of an entity lie side by side, as a line changes most of them: first time of its last line, offset of that line, time until
 * which it counts as accused, what its things were last, the hash of its name and whether only this name has that (whole numbers); then each
 * level's other numbers and its whole ones.
 */
const LAST_TIME = 0;
const OFFSET = 1;
const ACCUSED = 2;
const THING_IS = 6;
const HASH = 7;
const EXACT = 8;
const HEAD = 5;
const LEVEL_REALS = REAL + WHOLE / 2;
const REALS = HEAD + LEVEL_COUNT * LEVEL_REALS;
const WHOLES = REALS * 2;
/** Where the whole numbers of the first level begin, and how far apart levels are. */
const FIRST_WHOLE = (HEAD + REAL) * 2;
const NEXT_WHOLE = LEVEL_REALS * 2;
/** Entities that may share a bucket: names made to fall into one push out each other and slow nobody down. */
const MAX_SHARED = 16;
/** Places made room for at first, and each time that those run out so many times more. */
const FIRST_PLACES = 64;
const GROWTH = 4;
/** Shares of few events are damped, as if so many without fault stood beside them. */
const DAMPING = 5;
/** A running window is first looked at with so many events. */
const FIRST_LOOK = 16;
/** log2(1 + n) of the counts that most windows have. */
const LOGS = Float64Array.from({ length: 4096 }, (_, count) => Math.log2(1 + count));

/** The windows of one kind of entity. */
export class EntityTable {
  readonly places: number;
  /** Name of the entity in each place in use. */
  readonly names: string[] = [];
  /** File of its last line, for evidence. */
  readonly origins: Origin[] = [];
  /** What it taught: hour since the epoch, and rows in it; day of its last row in the tail. */
  taughtHour = new Int32Array(0);
  taughtRows = new Int32Array(0);
  tailDay = new Int32Array(0);
  /** Its own usual, level by level, and how many rows that rests on. */
  usual = new Float32Array(0);
  usualRows = new Int32Array(0);
  /** 1 + the place of the first entity in a bucket, and of the next one in the same: 0 for none. As many buckets as there is room, so that few lie close. */
  private buckets = new Int32Array(2);
  private nexts = new Int32Array(0);
  private shift = 31;
  /** The same bytes as whole numbers and as others. */
  private whole = new Int32Array(0);
  private real = new Float64Array(0);
  private readonly levels: number;
  private readonly ofAddresses: boolean;
  private readonly key: AddressKey = { addressHash: 0, isExact: false };
  private readonly onWindow: OnWindow;
  private room = 0;
  private used = 0;
  private hand = 0;
  /** The minute of the line before, and when it ends. */
  private minute = 0;
  private minuteFrom = 0;
  private minuteTo = 0;
  /** Entities that gave way to others. */
  dropped = 0;

  /** `ofAddresses`: its names are addresses, and their numbers those of `readAddress`. */
  constructor(places: number, levels: number, onWindow: OnWindow, ofAddresses = false) {
    this.places = places;
    this.ofAddresses = ofAddresses;
    this.levels = levels;
    this.onWindow = onWindow;
  }

  /** Makes room for more entities: a host with few needs little. */
  private enlarge(): void {
    this.room = Math.min(this.places, Math.max(FIRST_PLACES, this.room * GROWTH));
    const { room } = this;
    const bytes = this.whole.buffer.transfer(room * REALS * 8);
    this.whole = new Int32Array(bytes);
    this.real = new Float64Array(bytes);
    this.divide();
    this.taughtHour = enlarged(this.taughtHour, new Int32Array(room));
    this.taughtRows = enlarged(this.taughtRows, new Int32Array(room));
    this.tailDay = enlarged(this.tailDay, new Int32Array(room));
    this.usual = enlarged(this.usual, new Float32Array(room * LEVEL_COUNT * WINDOW_WIDTH));
    this.usualRows = enlarged(this.usualRows, new Int32Array(room * LEVEL_COUNT));
  }

  /** As many buckets as there is room for entities, a power of two. */
  private divide(): void {
    const bits = Math.max(1, Math.ceil(Math.log2(this.room)));
    this.shift = 32 - bits;
    this.buckets = new Int32Array(2 ** bits);
    this.nexts = new Int32Array(this.room);
    for (let slot = 0; slot < this.names.length; slot++) this.chain(slot);
  }

  private chain(slot: number): void {
    const bucket = this.whole[slot * WHOLES + HASH]! >>> this.shift;
    this.nexts[slot] = this.buckets[bucket]!;
    this.buckets[bucket] = slot + 1;
  }

  /** Entities known now. */
  get size(): number {
    return this.used;
  }

  /** Place of an entity, -1 when it has none. */
  find(name: string): number {
    const { addressHash, isExact } = this.keyOf(name);
    return this.findHashed(name, addressHash, isExact);
  }

  /** The number that a name is found by. */
  private keyOf(name: string): AddressKey {
    const { key } = this;
    if (this.ofAddresses) readAddress(name, key);
    else key.addressHash = hashText(name);
    return key;
  }

  private findHashed(name: string, hash: number, isExact: boolean): number {
    const { whole } = this;
    let next = this.buckets[hash >>> this.shift]!;
    while (next !== 0) {
      const slot = next - 1;
      const at = slot * WHOLES;
      if (whole[at + HASH] === hash && (isExact ? whole[at + EXACT] === 1 : this.names[slot] === name)) return slot;
      next = this.nexts[slot]!;
    }
    return -1;
  }

  /** Place of an entity; one is made for it when it is new. */
  place(name: string, time: number): number {
    const { addressHash, isExact } = this.keyOf(name);
    return this.placeHashed(name, addressHash, isExact, time);
  }

  /** The same for a caller that has the name's hash and knows whether others may have it. */
  placeHashed(name: string, hash: number, isExact: boolean, time: number): number {
    const known = this.findHashed(name, hash, isExact);
    if (known >= 0) return known;
    if (this.used === this.room && this.room < this.places) this.enlarge();
    const slot = this.quietestOf(hash >>> this.shift) ?? (this.used < this.places ? this.used++ : this.vacate());
    this.names[slot] = copyText(name);
    this.origins[slot] = NO_ORIGIN;
    this.clear(slot);
    this.real[slot * REALS + LAST_TIME] = time;
    this.whole[slot * WHOLES + HASH] = hash;
    this.whole[slot * WHOLES + EXACT] = Number(isExact);
    this.chain(slot);
    return slot;
  }

  /** The entity quiet longest in a bucket that is full, gone from it; null when it is not full. */
  private quietestOf(bucket: number): number | null {
    let count = 0;
    let oldest = -1;
    for (let next = this.buckets[bucket]!; next !== 0; next = this.nexts[next - 1]!) {
      count++;
      if (oldest < 0 || this.lastTime(next - 1) < this.lastTime(oldest)) oldest = next - 1;
    }
    if (count < MAX_SHARED) return null;
    this.remove(oldest);
    return oldest;
  }

  /** Takes an entity out of its bucket: its place goes to another. */
  private remove(slot: number): void {
    const bucket = this.whole[slot * WHOLES + HASH]! >>> this.shift;
    const after = this.nexts[slot]!;
    let before = this.buckets[bucket]!;
    if (before === slot + 1) this.buckets[bucket] = after;
    else {
      while (this.nexts[before - 1] !== slot + 1) before = this.nexts[before - 1]!;
      this.nexts[before - 1] = after;
    }
    this.dropped++;
  }

  /** Time until which an entity counts as accused, ms since the epoch. */
  accusedUntil(slot: number): number {
    return this.real[slot * REALS + ACCUSED]!;
  }

  /** It counts as accused until then. */
  accuse(slot: number, until: number): void {
    this.real[slot * REALS + ACCUSED] = until;
  }

  /** Time of its last line, and where that stands in its file. */
  lastTime(slot: number): number {
    return this.real[slot * REALS + LAST_TIME]!;
  }

  /** Offset of its last line. */
  offset(slot: number): number {
    return this.real[slot * REALS + OFFSET]!;
  }

  /** Its last line is this one, although it is not counted here. */
  setLast(slot: number, time: number, origin: Origin, offset: number): void {
    this.real[slot * REALS + LAST_TIME] = time;
    this.real[slot * REALS + OFFSET] = offset;
    this.origins[slot] = origin;
  }

  /** What its things were last: see Tally. */
  thingIs(slot: number): number {
    return this.whole[slot * WHOLES + THING_IS]!;
  }

  /** Counts a line. */
  add(slot: number, tally: Tally): void {
    const { whole, real } = this;
    const at = slot * WHOLES + FIRST_WHOLE;
    const head = slot * REALS;
    const { time, thing, peer, port } = tally;
    if (time >= this.minuteTo || time < this.minuteFrom) this.setMinute(time);
    if (whole[at + INDEX] !== this.minute) this.turn(slot, this.minute);
    const events = whole[at + EVENTS]! + tally.repeat;
    whole[at + EVENTS] = events;
    if (tally.failed) whole[at + FAILURES]! += tally.repeat;
    if (tally.isNew) whole[at + NEWS]!++;
    if (tally.status >= 500) whole[at + SERVER_ERRORS]!++;
    else if (tally.status >= 400) whole[at + CLIENT_ERRORS]!++;
    if (thing !== 0) {
      whole[at + THINGS + ((thing >>> 5) & (THING_WORDS - 1))]! |= 1 << (thing >>> 13);
      whole[slot * WHOLES + THING_IS] = tally.thingIs;
    }
    if (peer !== 0) whole[at + PEERS + ((peer >>> 5) & (PEER_WORDS - 1))]! |= 1 << (peer >>> 13);
    if (port !== 0) whole[at + PORTS + ((port >>> 5) & (PORT_WORDS - 1))]! |= 1 << (port >>> 13);
    if (this.origins[slot] !== tally.origin) this.origins[slot] = tally.origin;
    real[head + OFFSET] = tally.offset;
    whole[at + SHAPES + ((tally.shape >>> 4) & (SHAPE_BUCKETS - 1))]!++;
    real[head + HEAD + BYTES]! += tally.bytes;
    const gap = (time - real[head + LAST_TIME]!) / 1000;
    if (gap > 0) {
      whole[at + GAPS]!++;
      real[head + HEAD + GAP_SUM]! += gap;
      real[head + HEAD + GAP_SQUARES]! += gap * gap;
      real[head + LAST_TIME] = time;
    }
    if (events < whole[at + NEXT_LOOK]!) return;
    whole[at + NEXT_LOOK] = events * 4;
    this.onWindow(slot, 0, false);
  }

  private setMinute(time: number): void {
    this.minute = Math.floor(time / 60_000);
    this.minuteFrom = this.minute * 60_000;
    this.minuteTo = this.minuteFrom + 60_000;
  }

  /** Ends what ended before `time` although its entities say nothing more. */
  sweep(time: number): void {
    const minute = Math.floor(time / 60_000);
    for (let slot = 0; slot < this.used; slot++)
      if (this.whole[slot * WHOLES + FIRST_WHOLE + INDEX]! < minute) this.turn(slot, minute);
  }

  /** The minute changes: it ends, and so do the hour and the day it was the last of. A clock set back a little changes nothing. */
  private turn(slot: number, minute: number): void {
    const { whole } = this;
    const at = slot * WHOLES + FIRST_WHOLE;
    const before = whole[at + INDEX]!;
    if (minute < before && before - minute < 60) return;
    let index = minute;
    let changed = true;
    for (let level = 0; level < this.levels && changed; level++) {
      const here = at + level * NEXT_WHOLE;
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
    const from = wholesOf(slot, level);
    const to = from + NEXT_WHOLE;
    if (whole[to + EVENTS] === 0) whole[to + INDEX] = Math.floor(whole[from + INDEX]! / (level === 0 ? 60 : 24));
    for (let n = EVENTS; n <= GAPS; n++) whole[to + n]! += whole[from + n]!;
    for (let n = THINGS; n < SHAPES; n++) whole[to + n]! |= whole[from + n]!;
    for (let n = SHAPES; n < WHOLE; n++) whole[to + n]! += whole[from + n]!;
    const realFrom = realsOf(slot, level);
    for (let n = 0; n < REAL; n++) real[realFrom + LEVEL_REALS + n]! += real[realFrom + n]!;
    if (whole[to + EVENTS]! < whole[to + NEXT_LOOK]!) return;
    whole[to + NEXT_LOOK] = whole[to + EVENTS]! * 2;
    this.onWindow(slot, level + 1, false);
  }

  private reset(slot: number, level: number, index: number): void {
    const { whole, real } = this;
    const at = wholesOf(slot, level);
    const realAt = realsOf(slot, level);
    // By hand: a call of `fill` costs more than these few places.
    for (let n = 0; n < WHOLE; n++) whole[at + n] = 0;
    for (let n = 0; n < REAL; n++) real[realAt + n] = 0;
    whole[at + INDEX] = index;
    whole[at + NEXT_LOOK] = FIRST_LOOK << level;
  }

  private clear(slot: number): void {
    for (let level = 0; level < LEVEL_COUNT; level++) this.reset(slot, level, 0);
    const head = slot * REALS;
    for (let n = 0; n < HEAD; n++) this.real[head + n] = 0;
    this.taughtHour[slot] = 0;
    this.tailDay[slot] = 0;
    const at = slot * LEVEL_COUNT;
    for (let n = at * WINDOW_WIDTH; n < (at + LEVEL_COUNT) * WINDOW_WIDTH; n++) this.usual[n] = 0;
    for (let n = at; n < at + LEVEL_COUNT; n++) this.usualRows[n] = 0;
  }

  /** The place of the quietest of a few, chosen by a hand that walks around. */
  private vacate(): number {
    let oldest = this.hand;
    for (let n = 0; n < 8; n++) {
      const slot = (this.hand + n) % this.places;
      if (this.lastTime(slot) < this.lastTime(oldest)) oldest = slot;
    }
    this.hand = (this.hand + 8) % this.places;
    this.remove(oldest);
    return oldest;
  }

  /** Events in a window. */
  eventsOf(slot: number, level: number): number {
    return this.whole[wholesOf(slot, level) + EVENTS]!;
  }

  /** Bytes in a window. */
  bytesOf(slot: number, level: number): number {
    return this.real[realsOf(slot, level) + BYTES]!;
  }

  /** Events in all running windows of an entity. */
  runningEvents(slot: number): number {
    let events = 0;
    for (let level = 0; level < this.levels; level++) events += this.eventsOf(slot, level);
    return events;
  }

  /** The running windows of an entity as text. */
  packRunning(slot: number): string {
    const whole = new Int32Array(LEVEL_COUNT * WHOLE);
    const real = new Float64Array(LEVEL_COUNT * REAL);
    for (let level = 0; level < LEVEL_COUNT; level++) {
      const [at, realAt] = [wholesOf(slot, level), realsOf(slot, level)];
      whole.set(this.whole.subarray(at, at + WHOLE), level * WHOLE);
      real.set(this.real.subarray(realAt, realAt + REAL), level * REAL);
    }
    return `${packNumbers(whole)} ${packNumbers(real)}`;
  }

  /** Takes packed windows in; false when they do not fit. */
  unpackRunning(slot: number, text: string): boolean {
    const [first = '', second = ''] = text.split(' ');
    const whole = unpackNumbers(first, Int32Array);
    const real = unpackNumbers(second, Float64Array);
    if (whole.length !== LEVEL_COUNT * WHOLE || real.length !== LEVEL_COUNT * REAL || !real.every(Number.isFinite))
      return false;
    for (let level = 0; level < LEVEL_COUNT; level++) {
      this.whole.set(whole.subarray(level * WHOLE, (level + 1) * WHOLE), wholesOf(slot, level));
      this.real.set(real.subarray(level * REAL, (level + 1) * REAL), realsOf(slot, level));
    }
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
        const at = wholesOf(slot, level);
        const index = this.whole[at + INDEX]!;
        if (hour - (level === 0 ? Math.floor(index / 60) : index) > 1) continue;
        amount += field < 0 ? this.bytesOf(slot, level) : this.whole[at + field]!;
      }
      if (amount > best.amount) best = { slot, amount };
    }
    return best.slot < 0 ? null : best;
  }

  /** Writes a window's row. */
  rowOf(slot: number, level: number, row: Float64Array): void {
    this.countsOf(slot, level, row);
    this.restOf(slot, level, row);
  }

  /** Writes what may be the reason of an alert: all but the last three numbers of a row. */
  countsOf(slot: number, level: number, row: Float64Array): void {
    const { whole, real } = this;
    const at = wholesOf(slot, level);
    const realAt = realsOf(slot, level);
    const events = Math.max(1, whole[at + EVENTS]!);
    const failures = whole[at + FAILURES]!;
    row[0] = logOf(events);
    row[1] = logOf(failures);
    row[2] = failures / (events + DAMPING);
    row[3] = THING_LOGS[bitsOf(whole, at + THINGS, THING_WORDS)]!;
    row[4] = PEER_LOGS[bitsOf(whole, at + PEERS, PEER_WORDS)]!;
    row[5] = PORT_LOGS[bitsOf(whole, at + PORTS, PORT_WORDS)]!;
    row[6] = logOf(whole[at + NEWS]!);
    row[7] = Math.log2(1 + real[realAt + BYTES]!);
    row[8] = whole[at + CLIENT_ERRORS]! / (events + DAMPING);
    row[9] = whole[at + SERVER_ERRORS]! / (events + DAMPING);
  }

  /** Writes the last three numbers, which explain, but are never the reason. */
  restOf(slot: number, level: number, row: Float64Array): void {
    const { whole, real } = this;
    const at = wholesOf(slot, level);
    const realAt = realsOf(slot, level);
    row[10] = evenness(whole, at + SHAPES);
    row[11] = regularity(whole[at + GAPS]!, real[realAt + GAP_SUM]!, real[realAt + GAP_SQUARES]!);
    row[12] = Math.floor((whole[at + INDEX]! * LENGTHS[level]!) / 3_600_000) % 24;
  }
}

/** Where a window's numbers begin. */
function wholesOf(slot: number, level: number): number {
  return slot * WHOLES + FIRST_WHOLE + level * NEXT_WHOLE;
}

function realsOf(slot: number, level: number): number {
  return slot * REALS + HEAD + level * LEVEL_REALS;
}

/** The values in an array with more room. */
function enlarged<Numbers extends Int32Array | Float32Array>(old: Numbers, room: Numbers): Numbers {
  room.set(old);
  return room;
}

function logOf(count: number): number {
  return count < LOGS.length ? LOGS[count]! : Math.log2(1 + count);
}

/** log2(1 + how many different values set so many bits of a map of so many words): linear counting (Whang, Vander-Zanden, Taylor 1990). */
function distinctLogs(words: number): Float64Array {
  const all = words * 32;
  return Float64Array.from({ length: all + 1 }, (_, bits) =>
    bits === 0 ? 0 : Math.log2(1 - all * Math.log(1 - Math.min(bits, all - 0.5) / all)),
  );
}

const THING_LOGS = distinctLogs(THING_WORDS);
const PEER_LOGS = distinctLogs(PEER_WORDS);
const PORT_LOGS = distinctLogs(PORT_WORDS);

/** Bits set in some words. */
function bitsOf(words: Int32Array, at: number, count: number): number {
  let bits = 0;
  for (let n = at; n < at + count; n++) {
    let word = words[n]!;
    if (word === 0) continue;
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    bits += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return bits;
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
