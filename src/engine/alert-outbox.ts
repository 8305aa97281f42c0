/** Carries queued alerts to their notifiers, again and again until sent or given up; never in the way of a ban. */
import { AppError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Notifier } from '../notifiers/notifier.ts';
import type { QueuedAlert, Store } from '../store/store.ts';

const SEND_TIMEOUT_MS = 30_000;
const BATCH = 50;
const FIRST_RETRY_MS = 5_000;
const LAST_RETRY_MS = 3_600_000;
/** With doubling waits this spans about a day and a half. */
const MAX_ATTEMPTS = 40;

/** What the outbox is made of. */
export interface AlertOutboxParts {
  readonly notifiers: readonly Notifier[];
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
}

/** The telling end of the engine. */
export interface AlertOutbox {
  /** Sends what is due; returns when a round is over. Overlapping calls join the running round. */
  drain(): Promise<void>;
  /** Notifier id to its last error, while it lasts. */
  problems(): ReadonlyMap<string, string>;
  readonly totals: { sent: number; failed: number };
  close(): Promise<void>;
}

/** Creates the outbox; it sends only when drained. */
export function createAlertOutbox(parts: AlertOutboxParts): AlertOutbox {
  const { store, log, now } = parts;
  const byId = new Map(parts.notifiers.map((notifier) => [notifier.id, notifier]));
  const problems = new Map<string, string>();
  const totals = { sent: 0, failed: 0 };
  let running: Promise<void> | null = null;

  async function round(): Promise<void> {
    for (;;) {
      const due = store.dueAlerts(now(), BATCH);
      if (due.length === 0) return;
      // One queue a notifier: a dead mail server does not hold up the others.
      const lanes = Map.groupBy(due, (queued) => queued.notifier);
      await Promise.all([...lanes.values()].map(sendInOrder));
    }
  }

  async function sendInOrder(queue: readonly QueuedAlert[]): Promise<void> {
    for (const queued of queue) await sendOne(queued);
  }

  async function sendOne(queued: QueuedAlert): Promise<void> {
    const notifier = byId.get(queued.notifier);
    if (notifier === undefined) {
      store.alertDead(queued.id, queued.notifier, 'this notifier is no longer configured');
      return;
    }
    try {
      await notifier.send(queued.alert, AbortSignal.timeout(SEND_TIMEOUT_MS));
      store.alertSent(queued.id, queued.notifier);
      problems.delete(queued.notifier);
      totals.sent++;
    } catch (error) {
      totals.failed++;
      note(queued, error);
    }
  }

  function note(queued: QueuedAlert, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    const retry = error instanceof AppError ? error.retry : 'soon';
    problems.set(queued.notifier, message);
    if (retry === 'no' || queued.attempts + 1 >= MAX_ATTEMPTS) {
      store.alertDead(queued.id, queued.notifier, message);
      log('error', 'alert given up', { notifier: queued.notifier, error: message });
      return;
    }
    const wait =
      typeof retry === 'object'
        ? retry.afterMs
        : Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(queued.attempts, 10));
    store.alertFailed(queued.id, queued.notifier, now() + wait, message);
    log('warn', 'alert not sent, trying again', { notifier: queued.notifier, error: message, inMs: wait });
  }

  return {
    totals,
    problems: () => problems,
    drain() {
      running ??= round().finally(() => {
        running = null;
      });
      return running;
    },
    async close() {
      for (const notifier of parts.notifiers) await notifier.close();
    },
  };
}
