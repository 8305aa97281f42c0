/**
 * What each user does as a habit: networks, hours, hosts, programs, countries. Something new is as surprising as new things are rare
 * with this user and with everybody: the chance of a value never seen is that of "novelty so far" (Witten and Bell 1991, method C).
 */
import { copyText } from '../../kit/text.ts';
import { joinHashes } from './hash-text.ts';
import { RarityTable, type SavedRarity } from './models/rarity-table.ts';

/** Habits that are looked at, in the order of a reading. */
export const HABITS = ['network', 'hour', 'host', 'process', 'country'] as const;
/** A habit. */
export type Habit = (typeof HABITS)[number];

/** One deed of a user: a hash for each habit, 0 for none; `hour` is 1 + the hour of the day. */
export type Deed = Record<Habit, number>;

/** What is new about a deed. */
export interface HabitVerdict {
  /** Nats: minus the logarithm of how likely so much news is with this user. */
  readonly surprise: number;
  readonly news: readonly Habit[];
  /** Hours in which the user was seen. */
  readonly hours: number;
}

/** Habits as they are kept. */
export interface SavedHabits {
  readonly users: readonly (readonly [string, readonly number[]])[];
  readonly pool: readonly number[];
  readonly seen: SavedRarity;
}

const MAX_USERS = 5000;
/** Hours in which a user must have been seen before anything is new about him. */
const SUPPORT = 20;
/** A value is known from so many hours on. */
const KNOWN = 0.5;
/** How many hours everybody's habits weigh beside the user's own. */
const POOLED = 5;
const WIDTH = 2 + HABITS.length;
const FIRST_NEWS = 2;

/** Learns habits. */
export class UserHabits {
  /** User to [hours seen, hour last seen, values of each habit]. */
  private readonly users = new Map<string, Float64Array>();
  private readonly seen = new RarityTable({ places: 32_768, halfLife: 24 * 60 });
  /** The same over all users. */
  private pool = new Float64Array(WIDTH);

  /** Users known now. */
  get size(): number {
    return this.users.size;
  }

  /** Users' hours learned in all. */
  get hours(): number {
    return this.pool[0]!;
  }

  /** What is new about a deed; null when the user is not known well enough or nothing is new. */
  judge(user: string, userHash: number, deed: Deed, hour: number): HabitVerdict | null {
    const known = this.users.get(user);
    if (known === undefined || known[0]! < SUPPORT) return null;
    let surprise = 0;
    const news: Habit[] = [];
    for (const [index, habit] of HABITS.entries()) {
      const value = deed[habit];
      const values = known[FIRST_NEWS + index]!;
      if (value === 0 || values === 0 || this.isKnown(userHash, index, value, hour)) continue;
      const everybody = this.pool[FIRST_NEWS + index]! / Math.max(1, this.pool[0]!);
      const chance = (values + POOLED * everybody) / (known[0]! + values + POOLED);
      surprise -= Math.log(Math.min(1, chance));
      news.push(habit);
    }
    return news.length === 0 ? null : { surprise, news, hours: Math.round(known[0]!) };
  }

  /** Takes a deed in. An hour counts once, however often something was done in it. */
  learn(user: string, userHash: number, deed: Deed, hour: number): void {
    let known = this.users.get(user);
    if (known === undefined) {
      if (this.users.size >= MAX_USERS) this.forgetOne();
      known = new Float64Array(WIDTH);
      this.users.set(copyText(user), known);
    }
    if (known[1] !== hour) {
      known[0]!++;
      known[1] = hour;
      this.pool[0]!++;
    }
    for (let index = 0; index < HABITS.length; index++) {
      const value = deed[HABITS[index]!];
      if (value === 0 || this.seen.touch(keyOf(userHash, index, value), hour) > KNOWN) continue;
      known[FIRST_NEWS + index]!++;
      this.pool[FIRST_NEWS + index]!++;
    }
  }

  /** Seen before; an hour of the day is also known by its neighbours. */
  private isKnown(user: number, habit: number, value: number, hour: number): boolean {
    if (HABITS[habit] !== 'hour') return this.seen.count(keyOf(user, habit, value), hour) > KNOWN;
    for (let step = -1; step <= 1; step++)
      if (this.seen.count(keyOf(user, habit, ((value - 1 + step + 24) % 24) + 1), hour) > KNOWN) return true;
    return false;
  }

  /** Of the eldest few users the one seen least gives way. */
  private forgetOne(): void {
    let [least, fewest] = ['', Number.POSITIVE_INFINITY];
    let looked = 0;
    for (const [user, known] of this.users) {
      if (known[0]! < fewest) [least, fewest] = [user, known[0]!];
      if (++looked >= 16) break;
    }
    this.users.delete(least);
  }

  save(): SavedHabits {
    return {
      users: [...this.users].map(([user, known]) => [user, [...known]] as const),
      pool: [...this.pool],
      seen: this.seen.toJSON(),
    };
  }

  /** Takes saved habits in. */
  load(saved: SavedHabits): void {
    for (const [user, known] of saved.users.slice(0, MAX_USERS))
      if (known.length === WIDTH) this.users.set(user, Float64Array.from(known));
    if (saved.pool.length === WIDTH) this.pool = Float64Array.from(saved.pool);
    this.seen.load(saved.seen);
  }
}

function keyOf(user: number, habit: number, value: number): number {
  return joinHashes(user ^ Math.imul(habit + 1, 0x45d9f3b), value);
}
