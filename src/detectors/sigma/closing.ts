/** Windows that can only be judged when they have passed: "fewer than five in an hour". They open with a group's first event. */
import type { CorrelationRule } from './ast.ts';
import type { GroupTable } from './group-table.ts';
import { addValue, findValue } from './value-set.ts';
import { type Hit, holds, type WindowLimits, type WindowPlan, type WindowState } from './window.ts';

/** Told about every window whose count satisfies its rule. */
export type OnClosed = (rule: CorrelationRule, key: string, window: WindowState, at: number) => void;

interface Due {
  readonly at: number;
  readonly table: GroupTable;
  readonly key: string;
  readonly slot: number;
}

/** Keeps the open windows in order of their end. */
export interface Closing {
  add(window: WindowState, hit: Hit, table: GroupTable, key: string, plan: WindowPlan): void;
  dueAt(): number;
  close(now: number, closed: OnClosed): void;
  /** Finds the open windows again after a restore. */
  rebuild(): void;
}

/** Most windows that are open at a time. */
const MAX_OPEN = 262_144;

/** A keeper of open windows. */
export function createClosing(tables: readonly GroupTable[], limits: WindowLimits): Closing {
  let due: Due[] = [];
  let head = 0;

  function schedule(entry: Due): void {
    if (due.length - head >= MAX_OPEN) {
      limits.dropped++;
      return;
    }
    let at = due.length;
    while (at > head && due[at - 1]!.at > entry.at) at--;
    if (at === due.length) due.push(entry);
    else due.splice(at, 0, entry);
  }

  function settle({ at, table, key, slot }: Due, closed: OnClosed): void {
    const row = table.rows.get(key);
    const window = row === undefined ? undefined : table.windowsOf(row)?.find((each) => each.slot === slot);
    const { rule } = table.plans[slot]!;
    if (window === undefined || window.times.length === 0 || endOf(window, rule) !== at) return;
    if (holds(rule.bounds, window.values?.length ?? window.times[1]!)) closed(rule, key, window, at);
    window.times = [];
    window.evidence = [];
    if (window.values !== null) window.values = [];
    if (table.persist) table.dirty.add(key);
  }

  const endOf = (window: WindowState, rule: CorrelationRule): number => window.times[0]! + rule.timespanMs;

  return {
    add(window, hit, table, key, { rule, slot }) {
      if (window.times.length > 0 && hit.time < window.times[0]!) {
        limits.late++;
        return;
      }
      if (window.times.length === 0) {
        window.times = [hit.time, 0];
        schedule({ at: endOf(window, rule), table, key, slot });
      }
      // What comes behind the end, before it was judged, belongs to the next window; it opens with the next event.
      if (hit.time >= endOf(window, rule)) return;
      window.times[1]! += hit.repeat;
      if (hit.value !== null && window.values !== null && findValue(window, hit.value) < 0)
        addValue(window, hit.value, hit.time);
    },
    dueAt: () => (head < due.length ? due[head]!.at + limits.latenessMs : Number.POSITIVE_INFINITY),
    close(now, closed) {
      while (head < due.length && due[head]!.at + limits.latenessMs <= now) settle(due[head++]!, closed);
      if (head > 1024 && head * 2 > due.length) {
        due = due.slice(head);
        head = 0;
      }
    },
    rebuild() {
      due = [];
      head = 0;
      for (const table of tables) {
        for (const [key, row] of table.rows) {
          for (const window of table.windowsOf(row) ?? []) {
            const { rule, slot } = table.plans[window.slot]!;
            if (rule.closing && window.times.length > 0) schedule({ at: endOf(window, rule), table, key, slot });
          }
        }
      }
    },
  };
}
