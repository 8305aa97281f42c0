/** What each rule costs, as the API asks for it: measured once in a thread, and again only when other rules are in use. */
import type { BenchDesk } from './api/ports.ts';
import { AppError } from './kit/errors.ts';
import { createThreads } from './kit/thread.ts';
import type { CostTask, RuleCost } from './rule-cost-thread.ts';

const MODULE = new URL('./rule-cost-thread.ts', import.meta.url);
const threads = createThreads<CostTask, readonly RuleCost[]>(MODULE, { most: 1, maxMs: 5 * 60_000, heapMb: 512 });

/** Costs of the rules in use; `inUse` is another object when other rules are in use. A failed look is not kept. */
export function createRuleCosts(inUse: () => object, task: () => CostTask): BenchDesk['costs'] {
  let of: object | null = null;
  let costs: ReturnType<BenchDesk['costs']> | null = null;
  let abandon = (): void => undefined;

  function measure(): ReturnType<BenchDesk['costs']> {
    return new Promise((resolve, reject) => {
      const failed = (message: string): void => reject(new AppError('API_BUSY', { message }));
      const running = threads.start(task(), {
        done: () => true,
        word: (items) => resolve({ items: [...items] }),
        failed: (_, message) => failed(message),
      });
      abandon = () => {
        running.cancel();
        failed('other rules are in use by now');
      };
    });
  }

  return () => {
    const now = inUse();
    if (of === now && costs !== null) return costs;
    abandon();
    const mine = measure();
    [of, costs] = [now, mine];
    mine.catch(() => {
      if (costs === mine) costs = null;
    });
    return mine;
  };
}
