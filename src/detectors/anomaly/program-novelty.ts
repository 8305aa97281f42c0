/**
 * What is new in a program's lines: a template never seen, a template that never followed the one before it in the same session, and
 * a session whose templates never came in these numbers. A program that says new things every day surprises nobody with one more.
 */
import { joinHashes } from './hash-text.ts';
import { HourMemory } from './models/hour-memory.ts';
import { RarityTable, type SavedRarity } from './models/rarity-table.ts';

/** Ways of being new. */
export const NOVELTIES = ['template', 'order', 'session'] as const;
/** A way of being new. */
export type Novelty = (typeof NOVELTIES)[number];

/** How often each way of being new came up in one program; decays by the hour. */
export interface NoveltyRate {
  lines: number;
  /** Hours of lines seen. */
  hours: number;
  hour: number;
  readonly news: Float64Array;
}

/** A program, as far as novelty asks. */
export interface NoveltyOwner {
  readonly hash: number;
  readonly rate: NoveltyRate;
}

/** A rate that knows nothing. */
export function newRate(): NoveltyRate {
  return { lines: 0, hours: 0, hour: 0, news: new Float64Array(NOVELTIES.length) };
}

/** Novelty as it is kept. */
export interface SavedNovelty {
  readonly seen: SavedRarity;
}

/** News half this many hours old count half. */
const HALF_LIFE = 24 * 60;
/** A value is known from so many hours on; decay takes it below after months. */
const KNOWN = 0.25;
const SESSIONS = 4096;
/** Seconds of silence after which a process number is another session. */
const SESSION_IDLE = 600;
/** Places in a session: its process, the second of its last line, the template before, the counts so far, its lines, its program. */
const PID = 0;
const LAST = 1;
const BEFORE = 2;
const COUNTS = 3;
const LINES = 4;
const PROGRAM = 5;
const SESSION_WIDTH = 6;

/** Looks at lines as they come and learns them. */
export class ProgramNovelty {
  private readonly seen = new RarityTable({ places: 65_536, halfLife: 24 * 30 });
  private readonly memory = new HourMemory(this.seen);
  /** Sessions by process id, side by side what a line asks for: see the places below. */
  private readonly sessions = new Int32Array(SESSIONS * SESSION_WIDTH);

  /** Templates, pairs and sessions known. */
  get size(): number {
    return this.seen.size;
  }

  /**
   * What is new about a line that nothing accused, null for nothing, the strongest first. `template` is the hash of its template; `pid` 0
   * for none; `second` and `hour` since the epoch. Learns it.
   */
  look(owner: NoveltyOwner, template: number, pid: number, second: number, hour: number): Novelty | null {
    const { rate } = owner;
    if (rate.hour !== hour) this.turn(rate, hour);
    rate.lines++;
    if (template === 0) return null;
    const found = pid === 0 ? null : this.follow(owner, template, pid, second);
    if (this.memory.touch(owner.hash, template, hour) >= KNOWN) return found;
    rate.news[0]!++;
    return 'template';
  }

  /** The session of a process: order of templates as they come, their numbers when the place goes to another. */
  private follow({ hash: program, rate }: NoveltyOwner, template: number, pid: number, second: number): Novelty | null {
    const { hour } = rate;
    const { sessions } = this;
    // Process numbers are given one after another: neighbours lie side by side, and the one before has its place longest.
    const place = ((pid + program) & (SESSIONS - 1)) * SESSION_WIDTH;
    const process = pid | 0;
    let found: Novelty | null = null;
    const whose = sessions[place + PROGRAM]!;
    const isOther = sessions[place + PID] !== process || whose !== program;
    if (isOther || second - sessions[place + LAST]! > SESSION_IDLE) {
      // Sessions of another program are learned, but not judged: the rate is this program's.
      if (sessions[place + LINES]! > 1) {
        const before = this.memory.touch(whose ^ 0x5e551011, sessions[place + COUNTS]!, hour);
        if (before < KNOWN && whose === program) {
          rate.news[2]!++;
          found = 'session';
        }
      }
      sessions[place + PID] = process;
      sessions[place + PROGRAM] = program;
      sessions[place + BEFORE] = 0;
      sessions[place + COUNTS] = 0;
      sessions[place + LINES] = 0;
    }
    if (this.memory.touch(template, sessions[place + BEFORE]! ^ program, hour) < KNOWN) {
      rate.news[1]!++;
      found = 'order';
    }
    sessions[place + BEFORE] = template;
    // A sum of mixed hashes does not ask for the order: the count vector as one number.
    sessions[place + COUNTS]! += Math.imul(template ^ (template >>> 13), 0x5bd1e995);
    sessions[place + LINES]!++;
    sessions[place + LAST] = second;
    return found;
  }

  /** True for a template the program is known to say. */
  knows(program: number, template: number, time: number): boolean {
    return this.seen.count(joinHashes(program, template), Math.floor(time / 3_600_000)) >= KNOWN;
  }

  private turn(rate: NoveltyRate, hour: number): void {
    const fade = 2 ** (-Math.min(1000, Math.max(0, hour - rate.hour)) / HALF_LIFE);
    if (rate.hour > 0) for (let way = 0; way < rate.news.length; way++) rate.news[way]! *= fade;
    rate.hours = rate.hours * (rate.hour > 0 ? fade : 1) + 1;
    rate.hour = hour;
  }

  /** News of this kind a day that this program brings; the one at hand counts half. */
  static perDay(rate: NoveltyRate, way: Novelty): number {
    return ((rate.news[NOVELTIES.indexOf(way)]! - 0.5) * 24) / Math.max(24, rate.hours);
  }

  save(): SavedNovelty {
    return { seen: this.seen.toJSON() };
  }

  load(saved: SavedNovelty): void {
    this.seen.load(saved.seen);
  }

  /** Lets go of what has not been seen for months. */
  forget(time: number): void {
    this.seen.forget(Math.floor(time / 3_600_000));
  }
}
