/** The Sigma engine as a detector: event rules through their index, correlations through their windows. */

import { copyText } from '../../kit/text.ts';
import type { Detection } from '../../model/detection.ts';
import type { EventKind, LogEvent } from '../../model/log-event.ts';
import type { Detector, LinePlace, MatchedRule } from '../detector.ts';
import { type Correlator, createCorrelator } from './correlate.ts';
import type { RuleTable } from './rule-index.ts';
import type { LinkedRule, RuleSet } from './rule-set.ts';

/** Groups a table may hold unless configured otherwise; beyond that the oldest go, and `window_groups_evicted` counts them. */
export const MAX_GROUPS = 262_144;
/** Windows of all groups together unless configured otherwise: some hundred bytes each, whatever the rules. The oldest groups go. */
export const MAX_WINDOWS = 400_000;
/** How late an event may be unless configured otherwise, ms. */
export const LATENESS_MS = 60_000;

/** How the detector runs. */
export interface SigmaOptions {
  readonly maxGroups?: number;
  readonly maxWindows?: number;
  readonly latenessMs?: number;
  /** Gather changed windows for the store (default); whole-file scans do without. */
  readonly persist?: boolean;
}

/** A detector whose rules can be changed while it runs. */
export interface SigmaDetector extends Detector {
  /** Runs other rules from now on; windows of rules that stay are kept. */
  replace(set: RuleSet): void;
}

/** A detector over a rule set. */
export function createSigmaDetector(first: RuleSet, options: SigmaOptions = {}): SigmaDetector {
  const bounds = {
    maxGroups: options.maxGroups ?? MAX_GROUPS,
    maxWindows: options.maxWindows ?? MAX_WINDOWS,
    latenessMs: options.latenessMs ?? LATENESS_MS,
    persist: options.persist ?? true,
  };
  let set = first;
  let correlator = correlatorOf(set);
  const matched: LinkedRule[] = [];
  let lastKind: EventKind | null = null;
  let lastTable: RuleTable<LinkedRule> | null = null;

  function correlatorOf(rules: RuleSet): Correlator {
    return createCorrelator(rules.tables, rules.correlations, bounds);
  }

  function matches(event: LogEvent): LinkedRule[] {
    if (event.kind !== lastKind || lastTable === null) {
      lastKind = event.kind;
      lastTable = set.tableFor(event.kind);
    }
    matched.length = 0;
    lastTable.match(event, matched);
    return matched;
  }

  return {
    name: 'sigma',
    detect(event, place, out) {
      if (event.time >= correlator.dueAt()) correlator.close(event.time, out);
      const found = matches(event);
      if (found.length === 0) return;
      const before = out.length;
      const ref = { source: place.source, generation: place.generation, offset: place.offset };
      for (const rule of found) {
        if (rule.alerts) out.push(detectionOf(rule, event, place));
        if (rule.sets.length > 0) correlator.count(event, rule.sets, ref, out);
      }
      if (out.length > before + 1) dropNetworks(out, before);
    },
    explain: (event) =>
      matches(event).map((rule): MatchedRule => ({ rule: rule.info, role: rule.alerts ? 'alert' : 'evidence' })),
    drainDirty: () => correlator.drainDirty(),
    restore: (entries) => correlator.restore(entries),
    replace(next) {
      const dirty = correlator.drainDirty();
      const kept = correlator.snapshot();
      set = next;
      correlator = correlatorOf(next);
      correlator.restore(kept);
      correlator.markDirty(dirty.map(({ key }) => key));
      lastTable = null;
    },
    stats: () => {
      const { groups, windows, evicted, late, dropped } = correlator.stats();
      return {
        rules: set.rules.length,
        correlations: set.correlations.length,
        window_groups: groups,
        windows,
        window_groups_evicted: evicted,
        window_events_late: late,
        window_events_dropped: dropped,
      };
    },
  };
}

/** What was said of an address with this event need not be said again of its network. */
function dropNetworks(out: Detection[], from: number): void {
  const found = out.slice(from);
  const alone = found.some((each) => each.rule.action !== 'alert' && each.entity['source.ip'] !== undefined);
  if (!alone) return;
  const kept = found.filter((each) => each.entity['source.network'] === undefined);
  out.length = from;
  out.push(...kept);
}

/** Whom a single event is about: the address if there is one, else the user, else the host. */
function detectionOf(rule: LinkedRule, event: LogEvent, place: LinePlace): Detection {
  const { fields } = event;
  const ip = fields['source.ip'];
  const user = fields['user.name'];
  const entity: Record<string, string> = {};
  if (typeof ip === 'string') entity['source.ip'] = copyText(ip);
  else if (typeof user === 'string') entity['user.name'] = copyText(user);
  else entity['host.hostname'] = event.host === null ? 'localhost' : copyText(event.host);
  return {
    rule: rule.info,
    at: event.time,
    entity,
    events: event.repeat,
    evidence: [{ source: place.source, generation: place.generation, offset: place.offset }],
    facts: {},
  };
}
