/** Trying until it works: what a source does when its origin is not there, at longer and longer waits. */
import type { SourceRef } from '../../model/line.ts';
import type { SourceContext } from '../source.ts';
import { whyNotListening } from './listen-address.ts';
import { pause } from './pause.ts';

const FIRST_MS = 1000;
const MOST_MS = 60_000;

/**
 * Calls `attempt` until it says true or the signal aborts. Waits begin at a second and double up to a minute; an attempt that got
 * through calls `worked`, and they begin anew.
 */
export async function tryAgain(
  signal: AbortSignal,
  attempt: (worked: () => void) => Promise<boolean>,
  waits = { first: FIRST_MS, most: MOST_MS },
): Promise<void> {
  let wait = waits.first;
  const worked = (): void => {
    wait = waits.first;
  };
  while (!signal.aborted) {
    if ((await attempt(worked)) || signal.aborted) return;
    await pause(wait, signal);
    wait = Math.min(wait * 2, waits.most);
  }
}

/** Opens a listening source, however long its address is taken; `tell` hears what is wrong, or null when it listens. */
export async function listenSurely(
  source: { readonly ref: SourceRef; readonly listen: string; readonly context: SourceContext },
  signal: AbortSignal,
  open: () => Promise<void>,
  tell: (problem: string | null) => void,
): Promise<void> {
  await tryAgain(signal, async () => {
    try {
      await open();
      tell(null);
      return true;
    } catch (error) {
      const problem = whyNotListening(error, source.listen);
      tell(problem);
      source.context.log('error', 'a source cannot listen', { source: source.ref.id, problem });
      return false;
    }
  });
}
