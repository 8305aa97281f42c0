/** Hysteresis: a cause becomes an alarm after it has lasted, and an alarm is over after its cause has been gone for a while. */
import type { StateEntry } from '../kit/state.ts';
import { ALARMS, type Alarm, type AlarmCause, type AlarmCode, type AlarmNews } from '../model/alarm.ts';
import type { AlarmSettings } from './settings.ts';

/** More alarms at once say nothing more. */
const MAX_ALARMS = 500;
const SLOW: ReadonlySet<AlarmCode> = new Set(['share', 'skew', 'lag', 'notifier']);
/** After a rotation some services write their next file only with their next message. */
const MISSING_TIMES = 6;
/** Those that have already lasted when they are seen. */
const AT_ONCE: ReadonlySet<AlarmCode> = new Set(['silent', 'pending', 'canary', 'drift', 'cap', 'proxy', 'disarmed']);

interface Held {
  cause: AlarmCause;
  /** Steady time of the first look at it, and of the last. */
  readonly firstAt: number;
  lastAt: number;
  /** Ms since the epoch; null while it is not told. */
  raisedAt: number | null;
}

/** Alarms with memory. */
export interface Raise {
  /** Takes what is wrong now; what is news. Times: ms of a clock that only rises, and ms since the epoch. */
  update(causes: readonly AlarmCause[], steady: number, now: number): AlarmNews;
  raised(): readonly Alarm[];
  /** What changed since the last call, for the store. */
  drainDirty(): StateEntry[];
  /** A restart repeats nothing. */
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>, steady: number): void;
}

/** No alarm yet. */
export function createRaise(settings: AlarmSettings): Raise {
  const held = new Map<string, Held>();
  const dirty = new Set<string>();

  function waitOf(code: AlarmCode): number {
    if (AT_ONCE.has(code)) return 0;
    if (code === 'missing') return MISSING_TIMES * 1000 * settings.raise_slow;
    return 1000 * (SLOW.has(code) ? settings.raise_slow : settings.raise_after);
  }

  function see(cause: AlarmCause, steady: number, now: number): Alarm | null {
    const key = keyOf(cause);
    const known = held.get(key);
    if (known === undefined && held.size >= MAX_ALARMS) return null;
    const mine = known ?? { cause, firstAt: steady, lastAt: steady, raisedAt: null };
    held.set(key, mine);
    mine.cause = cause;
    mine.lastAt = steady;
    if (mine.raisedAt !== null || steady - mine.firstAt < waitOf(cause.code)) return null;
    mine.raisedAt = now;
    dirty.add(key);
    return alarmOf(cause, now);
  }

  return {
    update(causes, steady, now) {
      const raised = causes.flatMap((cause) => see(cause, steady, now) ?? []);
      const cleared: (Alarm & { seconds: number })[] = [];
      const present = new Set(causes.map(keyOf));
      for (const [key, mine] of held) {
        if (present.has(key)) continue;
        if (mine.raisedAt !== null && steady - mine.lastAt < settings.clear_after * 1000) continue;
        held.delete(key);
        if (mine.raisedAt === null) continue;
        dirty.add(key);
        const seconds = Math.max(0, Math.round((now - mine.raisedAt) / 1000));
        cleared.push({ ...alarmOf(mine.cause, mine.raisedAt), seconds });
      }
      return { raised, cleared };
    },
    raised: () =>
      [...held.values()]
        .flatMap(({ cause, raisedAt }) => (raisedAt === null ? [] : [alarmOf(cause, raisedAt)]))
        .sort((a, b) => Number(b.colour === 'red') - Number(a.colour === 'red') || a.since - b.since),
    drainDirty() {
      const entries = [...dirty].map((key): StateEntry => {
        const mine = held.get(key);
        const value = mine === undefined ? null : JSON.stringify({ cause: mine.cause, raisedAt: mine.raisedAt });
        return { key: `raised:${key}`, value };
      });
      dirty.clear();
      return entries;
    },
    restore(entries, steady) {
      for (const { key, value } of entries) {
        if (!key.startsWith('raised:')) continue;
        const { cause, raisedAt } = JSON.parse(value) as { cause: AlarmCause; raisedAt: number };
        if (cause.code in ALARMS) held.set(keyOf(cause), { cause, firstAt: steady, lastAt: steady, raisedAt });
      }
    },
  };
}

function keyOf({ code, subject }: AlarmCause): string {
  return `${code} ${subject}`;
}

function alarmOf(cause: AlarmCause, since: number): Alarm {
  return { ...cause, colour: ALARMS[cause.code], since };
}
