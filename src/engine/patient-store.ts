/**
 * A store whose small writes (what became of decisions and alerts) never throw: while the disk is full or the file locked they wait
 * in order and are written later, so that a ban is lifted, a panic obeyed and a message sent once whatever the disk does.
 */
import type { Log } from '../kit/log.ts';
import type { Store } from '../store/store.ts';

/** Writes kept in memory at most; the oldest go first beyond that, loudly. */
const MAX_WAITING = 250_000;

/** The store with patience. */
export interface PatientStore extends Store {
  /** Tries what waits again; true when nothing waits any more. */
  flushWrites(): boolean;
  /** Writes that wait. */
  readonly unwritten: number;
  /** Why they wait, or null. */
  writeProblem(): string | null;
}

interface Waiting {
  readonly run: () => void;
  /** `id notifier` of an alert that is settled although the store does not know yet. */
  readonly alert: string | null;
}

/** Wraps a store. Commits still throw: the engine repeats them itself. */
export function createPatientStore(store: Store, log: Log): PatientStore {
  let waiting: Waiting[] = [];
  const settled = new Set<string>();
  let problem: string | null = null;

  function flushWrites(): boolean {
    let done = 0;
    try {
      for (const each of waiting) {
        each.run();
        done++;
        if (each.alert !== null) settled.delete(each.alert);
      }
      if (problem !== null) log('info', 'what waited for the store is written', { writes: done });
      problem = null;
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (problem === null) log('error', 'the store does not write; what became of bans waits', { error: message });
      problem = message;
    }
    waiting = done === 0 ? waiting : waiting.slice(done);
    return waiting.length === 0;
  }

  function write(run: () => void, alert: string | null = null): void {
    if (waiting.length >= MAX_WAITING) {
      const oldest = waiting.shift();
      if (oldest?.alert != null) settled.delete(oldest.alert);
      log('error', 'too much waits for the store: the oldest note about a ban is forgotten');
    }
    if (alert !== null) settled.add(alert);
    waiting.push({ run, alert });
    // One try a write would make a broken disk slower still: while it is known to be broken, upkeep tries.
    if (problem === null) flushWrites();
  }

  return {
    ...store,
    flushWrites,
    writeProblem: () => problem,
    get unwritten() {
      return waiting.length;
    },
    setDecisionState: (changes) => write(() => store.setDecisionState(changes)),
    addDecision: (decision) => write(() => store.addDecision(decision)),
    alertSent: (id, notifier) => write(() => store.alertSent(id, notifier), `${id} ${notifier}`),
    alertFailed: (id, notifier, nextAt, error) =>
      write(() => store.alertFailed(id, notifier, nextAt, error), `${id} ${notifier}`),
    alertDead: (id, notifier, error) => write(() => store.alertDead(id, notifier, error), `${id} ${notifier}`),
    dueAlerts: (now, limit, notifier) =>
      store
        .dueAlerts(now, limit + settled.size, notifier)
        .filter((queued) => !settled.has(`${queued.id} ${queued.notifier}`))
        .slice(0, limit),
    priorBans(ip, since) {
      try {
        return store.priorBans(ip, since);
      } catch (error) {
        log('error', 'earlier bans cannot be read; this one counts as the first', { ip, error: String(error) });
        return 0;
      }
    },
  };
}
