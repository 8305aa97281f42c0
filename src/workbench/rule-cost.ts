/** What a rule costs: the processor time of one event of its log source, looked up and tried. */
import type { Mappings } from '../detectors/sigma/mappings.ts';
import { createRuleTable } from '../detectors/sigma/rule-index.ts';
import type { LinkedRule } from '../detectors/sigma/rule-set.ts';
import type { EventKind, LogEvent } from '../model/log-event.ts';
import { eventsOf, type RuleCase } from './cases.ts';

/** One look at all events lasts at least so long, ms. */
const LOOK_MS = 0.3;
const LOOKS = 10;
/** Events that a rule is tried on. */
const MAX_EVENTS = 400;

/** Microseconds of one event, by rule; null where no event of its log source is at hand. */
export function createCosts(events: readonly LogEvent[], mappings: Mappings): (rule: LinkedRule) => number | null {
  const byKind = new Map<EventKind, LogEvent[]>();
  for (const event of events) {
    const list = byKind.get(event.kind) ?? [];
    byKind.set(event.kind, list);
    if (list.length < MAX_EVENTS) list.push(event);
  }
  return (rule) => {
    const mine = [...byKind].flatMap(([kind, list]) => (mappings.feeds(rule.rule.logsource, kind) ? list : []));
    return mine.length === 0 ? null : costOf(rule, mine);
  };
}

function costOf(rule: LinkedRule, events: readonly LogEvent[]): number {
  const table = createRuleTable([rule]);
  const out: LinkedRule[] = [];
  let best = Number.POSITIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    const started = performance.now();
    let rounds = 0;
    let took = 0;
    while (took < LOOK_MS) {
      for (const event of events) table.match(event, out);
      out.length = 0;
      rounds++;
      took = performance.now() - started;
    }
    // The first looks only warm up; of the others the quickest was disturbed least.
    if (look >= LOOKS / 2) best = Math.min(best, (took * 1000) / (rounds * events.length));
  }
  return best;
}

/** Events of the lines of cases, each line once or twice. */
export function sampleEvents(cases: readonly RuleCase[]): LogEvent[] {
  return cases.flatMap((each) =>
    eventsOf({ ...each, times: Math.min(2, each.times ?? 1) }).events.map(({ event }) => event),
  );
}
