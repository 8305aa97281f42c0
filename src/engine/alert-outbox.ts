/** Carries queued alerts to their notifiers, again and again until sent or given up; never in the way of a ban. */
import { AppError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { Alert } from '../model/alert.ts';
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
  /** One try past the store, for while it does not write; true when it was sent. */
  sendNow(notifier: string, alert: Alert): Promise<boolean>;
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
  /** Notifier id to its last failure, while it fails. */
  const restSince = new Map<string, number>();
  const totals = { sent: 0, failed: 0 };
  const running = new Map<string, Promise<void>>();
  let orphansDropped = false;

  /** One lane a notifier: a dead or slow mail server holds up nobody else. Never rejects: what fails is asked again next time. */
  async function lane(notifier: string): Promise<void> {
    try {
      for (;;) {
        const due = store.dueAlerts(now(), BATCH, notifier);
        if (due.length === 0 || resting(notifier)) return;
        for (const queued of due) {
          await sendOne(queued);
          if (resting(notifier)) return;
        }
      }
    } catch (error) {
      log('error', 'alerts wait', { notifier, error: error instanceof Error ? error.message : String(error) });
    }
  }

  /** A notifier that just failed is left alone for a while; one whose rest begins in the future saw the clock set back. */
  function resting(notifier: string): boolean {
    const since = restSince.get(notifier);
    return since !== undefined && now() >= since && now() - since < FIRST_RETRY_MS;
  }

  /** Alerts for notifiers that were taken out of the configuration since. */
  function dropOrphans(): void {
    try {
      for (const queued of store.dueAlerts(now(), BATCH))
        if (!byId.has(queued.notifier))
          store.alertDead(queued.id, queued.notifier, 'this notifier is no longer configured');
      orphansDropped = true;
    } catch (error) {
      log('error', 'alerts wait', { error: error instanceof Error ? error.message : String(error) });
    }
  }

  function round(notifier: string): Promise<void> {
    let mine = running.get(notifier);
    if (mine === undefined) {
      mine = lane(notifier).finally(() => running.delete(notifier));
      running.set(notifier, mine);
    }
    return mine;
  }

  async function sendOne(queued: QueuedAlert): Promise<void> {
    try {
      await byId.get(queued.notifier)!.send(queued.alert, AbortSignal.timeout(SEND_TIMEOUT_MS));
      store.alertSent(queued.id, queued.notifier);
      problems.delete(queued.notifier);
      restSince.delete(queued.notifier);
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
    // One alert that can never be sent says nothing about the next.
    if (retry !== 'no') restSince.set(queued.notifier, now());
    if (retry === 'no' || queued.attempts + 1 >= MAX_ATTEMPTS) {
      store.alertDead(queued.id, queued.notifier, message);
      log('error', 'alert given up', { notifier: queued.notifier, error: message });
      return;
    }
    const wait =
      typeof retry === 'object'
        ? Math.min(LAST_RETRY_MS, retry.afterMs)
        : Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(queued.attempts, 10));
    store.alertFailed(queued.id, queued.notifier, now() + wait, message);
    log('warn', 'alert not sent, trying again', { notifier: queued.notifier, error: message, inMs: wait });
  }

  return {
    totals,
    problems: () => problems,
    async sendNow(notifier, alert) {
      try {
        await byId.get(notifier)?.send(alert, AbortSignal.timeout(SEND_TIMEOUT_MS));
        totals.sent++;
        return true;
      } catch (error) {
        totals.failed++;
        problems.set(notifier, error instanceof Error ? error.message : String(error));
        return false;
      }
    },
    drain() {
      if (!orphansDropped) dropOrphans();
      return Promise.all([...byId.keys()].map(round)).then(() => undefined);
    },
    async close() {
      for (const notifier of parts.notifiers) await notifier.close();
    },
  };
}
