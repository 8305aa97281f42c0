/** Looks at bekci itself every few seconds, raises and clears alarms, and lets the notifiers say whether they could send. */
import type { Status } from '../engine/handle.ts';
import type { Log } from '../kit/log.ts';
import { alarmText } from '../kit/messages/alarm-text.ts';
import type { Language } from '../kit/messages/messages.ts';
import type { Alarm, AlarmNews } from '../model/alarm.ts';
import type { Store } from '../store/store.ts';
import { createLook } from './conditions.ts';
import { createHabits } from './habits.ts';
import { createRaise } from './raise.ts';
import type { AlarmSettings } from './settings.ts';
import { createTell, GUARD_STATE, type TellParts } from './tell.ts';

const LOOK_MS = 5_000;
const HABITS_EVERY_MS = 600_000;
const CHECK_MS = 30_000;
const NOTHING: AlarmNews = { raised: [], cleared: [] };

/** What it needs. */
export interface GuardParts extends Omit<TellParts, 'store'> {
  readonly settings: AlarmSettings;
  readonly language: Language;
  readonly store: Pick<Store, 'commit' | 'state'>;
  status(): Status;
  /** Id to a check that sends nothing. */
  readonly checks: ReadonlyMap<string, (signal: AbortSignal) => Promise<Error | null>>;
  /** Source id to seconds of silence that are told; 0 never. */
  readonly silentAfter: ReadonlyMap<string, number>;
  readonly log: Log;
  readonly now: () => number;
  readonly steady: () => number;
}

/** The watch over the watch. */
export interface Guard {
  alarms(): readonly Alarm[];
  /** One look. */
  look(): Promise<void>;
  /** Asks every notifier. */
  checkNotifiers(): Promise<void>;
  /** Looks until stopped. */
  start(): void;
  stop(): void;
}

/** A guard that remembers what was raised before. */
export function createGuard(parts: GuardParts): Guard {
  const { settings, language, log, now, steady } = parts;
  const habits = createHabits();
  const faults = new Map<string, string>();
  const raise = createRaise(settings);
  const tell = createTell(parts);
  const look = createLook({ ...parts, habits, notifierFaults: () => faults });
  const timers: NodeJS.Timeout[] = [];
  let habitsAt = steady();
  let looking = false;
  const kept = [...parts.store.state(GUARD_STATE)];
  habits.restore(kept);
  raise.restore(kept, steady());

  async function lookOnce(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const status = parts.status();
      const news = raise.update(look(status, steady()), steady(), now());
      for (const alarm of news.raised) log('error', alarmText(alarm, language));
      for (const alarm of news.cleared) log('info', 'over', { alarm: alarmText(alarm, language) });
      tell.add(news, raise.drainDirty(), now());
      keepHabits();
      await tell.round(status.storeWrites, steady());
    } catch (error) {
      log('error', 'bekci could not look at itself', { error: error instanceof Error ? error.message : String(error) });
    } finally {
      looking = false;
    }
  }

  function keepHabits(): void {
    if (steady() - habitsAt < HABITS_EVERY_MS) return;
    habitsAt = steady();
    tell.add(NOTHING, habits.entries(), now());
  }

  async function checkNotifiers(): Promise<void> {
    for (const [id, check] of parts.checks) {
      const fault = await check(AbortSignal.timeout(CHECK_MS)).catch((error: unknown) => error);
      if (fault === null) faults.delete(id);
      else faults.set(id, fault instanceof Error ? fault.message : String(fault));
    }
  }

  return {
    alarms: () => raise.raised(),
    look: lookOnce,
    checkNotifiers,
    start() {
      timers.push(setInterval(() => void lookOnce(), Math.min(LOOK_MS, Math.max(250, settings.raise_after * 500))));
      if (settings.check_notifiers > 0) {
        timers.push(setTimeout(() => void checkNotifiers(), LOOK_MS));
        timers.push(setInterval(() => void checkNotifiers(), settings.check_notifiers * 1000));
      }
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
