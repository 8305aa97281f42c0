/**
 * The dead-man timer: bekci that was armed and is not confirmed in time disarms itself, so that whoever locked themselves out gets
 * back in by waiting.
 */
import type { Log } from '../kit/log.ts';

/** What it is made of. */
export interface DeadManParts {
  /** Seconds until it acts; 0 never. */
  readonly seconds: number;
  /** Milliseconds that only ever rise: a clock that is set must neither end the trial nor draw it out. */
  readonly steady: () => number;
  readonly log: Log;
  /** Lifts everything and observes. */
  disarm(): Promise<unknown>;
}

/** A running timer. */
export interface DeadMan {
  /** Somebody still gets in: never disarm. True when there was something to confirm. */
  confirm(): boolean;
  /** Seconds until it acts; null when it does not. */
  readonly left: number | null;
  /** Looks at the clock; disarms once when it is time. */
  tick(): Promise<void>;
}

/** Starts counting; a machine that sleeps meanwhile bans nobody. */
export function createDeadMan(parts: DeadManParts): DeadMan {
  let due = parts.seconds > 0 ? parts.steady() + parts.seconds * 1000 : null;
  if (due !== null)
    parts.log('warn', 'armed on trial: without `bekci confirm` all bans are lifted', { seconds: parts.seconds });
  return {
    confirm() {
      const was = due !== null;
      due = null;
      if (was) parts.log('info', 'arming confirmed');
      return was;
    },
    get left() {
      return due === null ? null : Math.max(0, (due - parts.steady()) / 1000);
    },
    async tick() {
      if (due === null || parts.steady() < due) return;
      due = null;
      parts.log('error', 'arming was not confirmed: all bans lifted, observing from now on');
      await parts.disarm();
    },
  };
}
