/** Watches what users do: a login at a new hour from a new network, a command never run, a host never used. */
import { copyText } from '../../kit/text.ts';
import type { LogEvent } from '../../model/log-event.ts';
import { type Clock, daysOf, type Finding } from './finding.ts';
import { hashText, joinHashes } from './hash-text.ts';
import { COMMAND, networkOf, type Reading } from './read-tally.ts';
import { type Deed, type HabitVerdict, type SavedHabits, UserHabits } from './user-habits.ts';

/** Kinds of events in which a user is somebody who got in. */
const CATEGORIES = new Set(['authentication', 'session', 'process', 'iam', 'web']);
const SHORTCUTS = 1024;

/** All habits. */
export class HabitWatch {
  readonly habits = new UserHabits();
  private readonly clock: Clock;
  private readonly deed: Deed = { network: 0, hour: 0, host: 0, process: 0, country: 0 };
  /** Key of the deed last looked at, by user. */
  private readonly looked = new Float64Array(SHORTCUTS);
  private hostName = '';
  private hostHash = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** What is new about a user's deed, null for nothing; it is learned unless accused. */
  look(event: LogEvent, reading: Reading, accused: boolean, risk: number): Finding | null {
    if (reading.user === null || !reading.succeeded) return null;
    const hour = Math.floor(event.time / 3_600_000);
    // The same deed in the same hour was looked at and learned already.
    const key = joinHashes(
      reading.userHash ^ reading.addressHash,
      hour ^ (reading.thingIs === COMMAND ? reading.thing : 0),
    );
    const place = reading.userHash & (SHORTCUTS - 1);
    if (this.looked[place] === key) return null;
    const category = event.fields['event.category'];
    if (typeof category !== 'string' || !CATEGORIES.has(category)) return null;
    const { deed } = this;
    this.read(event, reading, hour);
    const verdict = this.habits.judge(reading.user, reading.userHash, deed, hour);
    if (!accused) {
      this.habits.learn(reading.user, reading.userHash, deed, hour);
      this.looked[place] = key;
    }
    if (verdict === null) return null;
    const perDay = this.perDay(verdict);
    if (perDay > risk) return null;
    return {
      kind: 'habit',
      entity: {
        ...(reading.address === null ? {} : { 'source.ip': copyText(reading.address) }),
        'user.name': copyText(reading.user),
      },
      surprise: verdict.surprise,
      perDay,
      events: 1,
      level: 'medium',
      facts: this.factsOf(verdict, event, reading),
    };
  }

  /** What is new about a user's deed, null for nothing; learns nothing. */
  peek(event: LogEvent, reading: Reading): Finding['facts'] | null {
    if (reading.user === null || !reading.succeeded) return null;
    const hour = Math.floor(event.time / 3_600_000);
    this.read(event, reading, hour);
    const verdict = this.habits.judge(reading.user, reading.userHash, this.deed, hour);
    return verdict === null ? null : this.factsOf(verdict, event, reading);
  }

  private perDay(verdict: HabitVerdict): number {
    return (Math.exp(-verdict.surprise) * this.habits.hours) / daysOf(this.clock);
  }

  private factsOf(verdict: HabitVerdict, event: LogEvent, reading: Reading): Finding['facts'] {
    const facts: Record<string, string | number> = {
      user: copyText(reading.user ?? ''),
      hours: verdict.hours,
      score: Number(verdict.surprise.toFixed(2)),
      per_day: Number(this.perDay(verdict).toPrecision(2)),
    };
    for (const [n, habit] of verdict.news.entries()) {
      facts[`new${n + 1}`] = habit;
      facts[`value${n + 1}`] = this.valueOf(habit, event, reading);
    }
    return facts;
  }

  private read({ fields, host }: LogEvent, reading: Reading, hour: number): void {
    const { deed } = this;
    deed.network = networkOf(reading.address);
    deed.hour = (hour % 24) + 1;
    if (host !== null && host !== this.hostName) {
      this.hostName = copyText(host);
      this.hostHash = hashText(host);
    }
    deed.host = host === null ? 0 : this.hostHash;
    deed.process = reading.thingIs === COMMAND ? reading.thing : 0;
    const country = fields['source.geo.country_iso_code'];
    deed.country = typeof country === 'string' ? hashText(country) : 0;
  }

  private valueOf(habit: keyof Deed, { fields, host, time }: LogEvent, reading: Reading): string {
    if (habit === 'network') return copyText(reading.address ?? '');
    if (habit === 'hour') return `${String(new Date(time).getUTCHours()).padStart(2, '0')} UTC`;
    if (habit === 'host') return copyText(host ?? '');
    const value =
      habit === 'country'
        ? fields['source.geo.country_iso_code']
        : (fields['process.command_line'] ?? fields['process.executable']);
    return copyText(String(value ?? '').slice(0, 100));
  }

  save(): SavedHabits {
    return this.habits.save();
  }

  load(saved: SavedHabits): void {
    this.habits.load(saved);
  }
}
