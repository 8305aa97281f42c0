/**
 * Strings the lines of one process, address or user together as sessions and hands them to the thread of deep models; what it finds odd
 * comes back as findings. Nothing here waits for the thread: when it lags behind, sessions are let go of and counted.
 */
import { copyText } from '../../../kit/text.ts';
import type { LogEvent } from '../../../model/log-event.ts';
import type { Clock, Finding } from '../finding.ts';
import { joinHashes } from '../hash-text.ts';
import type { Reading } from '../read-tally.ts';
import { requestWords, SessionNames } from './session-names.ts';
import { type DeepBatch, EARLY, ENDED, ENDED_UNTAUGHT, EVENT_WIDTH, LEFT, type OddSession } from './words.ts';

/** A program as its watch has it. */
export interface SessionProgram {
  readonly name: string;
  readonly hash: number;
}

interface Session {
  readonly id: number;
  readonly key: number;
  readonly program: SessionProgram;
  address: string | null;
  user: string | null;
  owner: number;
  last: number;
  accused: boolean;
  /** No longer sent: it is too long, or some of its events were lost because the thread lagged behind. */
  left: boolean;
  lost: boolean;
  /** It may have begun before it was watched. */
  readonly early: boolean;
  /** Where its events stand. */
  readonly source: string;
  readonly generation: string;
  readonly offsets: number[];
}

/** Sessions at a time, and ended ones whose verdict may still come. */
const MAX_SESSIONS = 4096;
const MAX_ENDED = 4096;
/** A session is over after so long a silence, ms. */
const IDLE = 600_000;
/** A longer one is no session but a stream, and let go of. */
const LONGEST = 256;
/** Events to a batch, and numbers on their way before sessions are let go of. */
const BATCH = 512;
const MAX_WAITING = 32 * BATCH * EVENT_WIDTH;
/** Sessions an hour that one owner may teach. */
const TAUGHT_AN_HOUR = 20;
const MAX_OWNERS = 10_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Sessions under way. */
export class SessionWatch {
  readonly names = new SessionNames();
  /** Events that were not looked at because the thread lagged behind or too many sessions ran. */
  dropped = 0;
  private readonly clock: Clock;
  private readonly post: (batch: DeepBatch) => void;
  private readonly waiting: () => number;
  private readonly sessions = new Map<number, Session>();
  private readonly byId = new Map<number, Session>();
  private readonly ended: number[] = [];
  private readonly events = new Float64Array(BATCH * EVENT_WIDTH);
  private readonly taught = new Map<number, number>();
  private taughtHour = 0;
  private filled = 0;
  private nextId = 1;
  private sweptAt = 0;
  private newest = 0;
  /** Time of the first line since the start; 0 before it. */
  private startedAt = 0;
  /** Until then sessions may have begun while there was no room for them. */
  private blindUntil = 0;

  constructor(clock: Clock, post: (batch: DeepBatch) => void, waiting: () => number) {
    this.clock = clock;
    this.post = post;
    this.waiting = waiting;
  }

  /** Sessions under way. */
  get size(): number {
    return this.sessions.size;
  }

  /** Takes a line in. `template` gives the words of its kind, asked for when they are new. */
  look(event: LogEvent, reading: Reading, program: SessionProgram, accused: boolean, template: () => string): void {
    const symbol = this.names.symbolOf(event, reading.shape, program.hash);
    if (symbol === 0) return;
    const key = keyOf(event, reading, program);
    if (key === 0) return;
    // A batch lies within an hour: the thread counts the hours by its batches.
    if (Math.floor(event.time / HOUR) !== Math.floor(this.newest / HOUR)) this.flush();
    this.newest = event.time;
    this.sweep(event.time);
    let session = this.sessions.get(key);
    if (session !== undefined && event.time - session.last > IDLE) {
      this.end(session);
      session = undefined;
    }
    session ??= this.begin(key, reading, program);
    if (session === undefined || session.left) {
      if (session !== undefined) session.last = Math.max(session.last, event.time);
      if (session === undefined || session.lost) this.dropped++;
      return;
    }
    this.note(session, reading, accused);
    if (this.names.lacks(symbol))
      this.names.name(symbol, event.fields['event.category'] === 'web' ? requestWords(event) : template());
    this.send(session, symbol, program.hash);
  }

  private begin(key: number, reading: Reading, program: SessionProgram): Session | undefined {
    if (this.sessions.size >= MAX_SESSIONS) {
      this.blindUntil = reading.time + IDLE;
      return undefined;
    }
    if (this.startedAt === 0) this.startedAt = reading.time;
    const lost = this.waiting() > MAX_WAITING;
    const session: Session = {
      ...{ id: this.nextId++, key, program, address: null, user: null, owner: program.hash, accused: false },
      // What misses its beginning has no order.
      ...{ left: lost, lost },
      early: Math.abs(reading.time - this.startedAt) < IDLE || reading.time < this.blindUntil,
      last: reading.time,
      ...reading.origin,
      offsets: [],
    };
    if (this.names.lacks(program.hash)) this.names.name(program.hash, program.name);
    this.sessions.set(key, session);
    this.byId.set(session.id, session);
    return session;
  }

  private note(session: Session, reading: Reading, accused: boolean): void {
    session.last = Math.max(session.last, reading.time);
    session.accused ||= accused;
    session.offsets.push(reading.offset);
    if (session.address === null && reading.address !== null) {
      session.address = copyText(reading.address);
      session.owner = reading.addressHash;
    }
    if (session.user === null && reading.user !== null) session.user = copyText(reading.user);
  }

  private send(session: Session, symbol: number, third: number): void {
    session.lost = this.waiting() > MAX_WAITING;
    if (!session.lost && session.offsets.length <= LONGEST) {
      this.put(session.id, symbol, session.early ? third + EARLY : third);
      return;
    }
    // What misses an event has no order any more. It stays known until it is silent, or its rest would look like a session.
    if (session.lost) this.dropped++;
    session.left = true;
    session.offsets.length = 0;
    this.byId.delete(session.id);
    this.put(session.id, LEFT, 0);
  }

  private put(session: number, symbol: number, third: number): void {
    this.events[this.filled] = session;
    this.events[this.filled + 1] = symbol;
    this.events[this.filled + 2] = third;
    this.filled += EVENT_WIDTH;
    if (this.filled === this.events.length) this.flush();
  }

  /** Sends what was gathered. */
  flush(): void {
    if (this.filled === 0) return;
    const events = this.events.slice(0, this.filled);
    this.filled = 0;
    this.post({ time: this.newest, events, rows: [] });
  }

  private end(session: Session): void {
    this.sessions.delete(session.key);
    if (session.left) {
      this.byId.delete(session.id);
      return;
    }
    // Its verdict may still come: its entity is kept for a while.
    this.ended.push(session.id);
    if (this.ended.length > MAX_ENDED) this.byId.delete(this.ended.shift()!);
    this.put(session.id, !session.accused && this.mayTeach(session.owner) ? ENDED : ENDED_UNTAUGHT, session.owner);
  }

  private mayTeach(owner: number): boolean {
    const hour = Math.floor(this.clock.time / HOUR);
    if (hour !== this.taughtHour) {
      this.taughtHour = hour;
      this.taught.clear();
    }
    const count = this.taught.get(owner) ?? 0;
    if (count >= TAUGHT_AN_HOUR || (count === 0 && this.taught.size >= MAX_OWNERS)) return false;
    this.taught.set(owner, count + 1);
    return true;
  }

  /** Ends silent sessions, once a minute of the log. */
  private sweep(time: number): void {
    if (Math.abs(time - this.sweptAt) < MINUTE) return;
    this.sweptAt = time;
    for (const session of this.sessions.values()) if (time - session.last > IDLE) this.end(session);
  }

  /** The thread broke: what was under way is gone. */
  reset(): void {
    this.sessions.clear();
    this.byId.clear();
    this.ended.length = 0;
    this.filled = 0;
    this.startedAt = 0;
  }

  /** Ends all: after training from whole files. */
  settle(): void {
    for (const session of this.sessions.values()) this.end(session);
    this.flush();
  }

  /** What the thread found odd, as a finding; null when a rule accuses the session anyway or it is long gone. */
  findingOf(odd: OddSession): Finding | null {
    const session = this.byId.get(odd.session);
    if (session === undefined || session.accused) return null;
    const { address, user, program, source, generation, offsets } = session;
    const entity: Record<string, string> = {};
    if (address !== null) entity['source.ip'] = address;
    if (user !== null) entity['user.name'] = user;
    if (address === null && user === null) entity['process.name'] = program.name;
    return {
      kind: 'session',
      entity,
      surprise: -Math.log(Math.max(1e-12, odd.share)),
      perDay: odd.perDay,
      events: Math.min(offsets.length, odd.at + 1),
      level: 'medium',
      place: { source, generation, offset: offsets[Math.min(odd.at, offsets.length - 1)]! },
      facts: {
        way: odd.symbol === 0 ? 'end' : odd.before === 0 ? 'first' : 'next',
        program: program.name,
        before: odd.before === 0 ? '' : this.names.of(odd.before),
        next: odd.symbol === 0 ? '' : this.names.of(odd.symbol),
        sessions: odd.sessions,
        score: Number(odd.surprise.toFixed(2)),
        per_day: Number(odd.perDay.toPrecision(2)),
      },
    };
  }
}

/** The session a line belongs to: its process, else its address, else its user, each within the program; 0 for none. */
function keyOf(event: LogEvent, reading: Reading, program: SessionProgram): number {
  if (event.pid !== null && event.pid !== 0 && event.fields['event.category'] !== 'web')
    return joinHashes(program.hash, event.pid);
  if (reading.addressHash !== 0) return joinHashes(program.hash ^ 0x51, reading.addressHash);
  return reading.userHash === 0 ? 0 : joinHashes(program.hash ^ 0x73, reading.userHash);
}
