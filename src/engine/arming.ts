/**
 * Whether bekci blocks now. Panic and a trial that nobody confirmed disarm it until somebody stops and starts it: that is noted in
 * the store, so that a crash or a watchdog that starts it again does not arm it behind the back of whoever pulled the brake.
 */
import type { Log } from '../kit/log.ts';
import type { Store } from '../store/store.ts';
import type { Disarmed, Mode } from './handle.ts';

const OWNER = 'arming';
const KEY = 'disarmed';

/** What it is made of. */
export interface ArmingParts {
  /** The mode that the configuration or `--enforce` asks for. */
  readonly wanted: Mode;
  readonly store: Pick<Store, 'state' | 'commit'>;
  readonly now: () => number;
  readonly log: Log;
}

/** The present mode. */
export interface Arming {
  mode(): Mode;
  /** Set while it observes although it is asked to block. */
  disarmed(): Disarmed | null;
  /** Observes from now on. */
  disarm(by: Disarmed['by']): void;
  /** It is stopped in good order: the next start is somebody's wish. Never throws. */
  stopped(): void;
}

/** As asked for, unless it was disarmed and then ended by itself. */
export function createArming({ wanted, store, now, log }: ArmingParts): Arming {
  let mode = wanted;
  let disarmed: Disarmed | null = null;
  for (const { key, value } of store.state(OWNER)) if (key === KEY) disarmed = JSON.parse(value) as Disarmed;
  if (wanted === 'observe') disarmed = null;
  if (disarmed !== null) {
    mode = 'observe';
    log('error', 'it was disarmed and then ended by itself: it goes on observing; stop and start it to arm it again', {
      by: disarmed.by,
      at: new Date(disarmed.at).toISOString(),
    });
  }

  function note(value: string | null): void {
    try {
      store.commit({
        ...{ detections: [], decisions: [], refusals: [], alerts: [], checkpoints: new Map() },
        state: new Map([[OWNER, [{ key: KEY, value }]]]),
      });
    } catch (error) {
      log('error', 'that it is disarmed could not be noted: a crash would arm it again', {
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }

  return {
    mode: () => mode,
    disarmed: () => disarmed,
    disarm(by) {
      mode = 'observe';
      if (wanted === 'observe') return;
      disarmed = { by, at: now() };
      note(JSON.stringify(disarmed));
    },
    stopped() {
      if (disarmed !== null) note(null);
    },
  };
}
