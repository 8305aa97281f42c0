/**
 * Judges parts of events: where the fields of a log fall into parts that come again and again (a request, a browser's name), each
 * part is asked once whether any rule could want it, and events made of unwanted parts need not be made.
 */
import type { LogEvent } from '../../model/log-event.ts';
import type { CompiledRule } from './compile.ts';
import { type Demand, type EventTest, type Key, WHOLE_EVENT } from './compiled.ts';
import { isEnvelopeField } from './fields.ts';
import { createRuleTable } from './rule-index.ts';

/** True when no rule can match an event with this part, whatever the varying fields hold, given that its other parts are as dull. */
export type JudgePart = (part: number, event: LogEvent) => boolean;

/**
 * A judge over rules of one log source; null when a rule asks about fields that belong to no part. `parts` are the fields of each
 * part, `varying` those that differ from event to event; all others are the same in every event (or never there).
 */
export function judgeParts(
  rules: readonly CompiledRule[],
  parts: readonly ReadonlySet<string>[],
  varying: ReadonlySet<string>,
): JudgePart | null {
  const whole: CompiledRule[][] = parts.map(() => []);
  const demanded: EventTest[][] = parts.map(() => []);
  const varies = (field: string): boolean => field === WHOLE_EVENT || isEnvelopeField(field) || varying.has(field);
  for (const rule of rules) {
    const touched = parts.filter((part) => rule.reads.some((field) => part.has(field)));
    if (!rule.reads.some(varies) && touched.length <= 1) {
      whole[touched.length === 0 ? 0 : parts.indexOf(touched[0]!)]!.push(rule);
      continue;
    }
    const found = firstDemand(rule.demands, parts, varies);
    if (found === null) return null;
    demanded[found.part]!.push(found.test);
  }
  const tables = whole.map((each) => createRuleTable(each));
  const matched: CompiledRule[] = [];
  return (part, event) => {
    if (demanded[part]!.some((test) => test(event))) return false;
    matched.length = 0;
    tables[part]!.match(event, matched);
    return matched.length === 0;
  };
}

/** A demand that one part alone meets or does not. */
function firstDemand(
  demands: readonly Demand[],
  parts: readonly ReadonlySet<string>[],
  varies: (field: string) => boolean,
): { part: number; test: EventTest } | null {
  for (const demand of demands) {
    const fields = demand.map(({ reader }) => reader?.ours ?? WHOLE_EVENT);
    if (fields.some(varies)) continue;
    const touched = parts.filter((part) => fields.some((field) => part.has(field)));
    if (touched.length === 1) return { part: parts.indexOf(touched[0]!), test: (event) => isMet(demand, event) };
  }
  return null;
}

function isMet(demand: Demand, event: LogEvent): boolean {
  return demand.some((key) => {
    const value = key.reader!.get(event);
    if (value === undefined || value === null) return false;
    return (Array.isArray(value) ? value : [value]).some((each) => holds(key, key.reader!.fold(String(each))));
  });
}

function holds({ kind, text }: Key, folded: string): boolean {
  switch (kind) {
    case 'eq':
      return folded === text;
    case 'start':
      return folded.startsWith(text);
    case 'end':
      return folded.endsWith(text);
    case 'in':
      return folded.includes(text);
    case 'there':
      return true;
  }
}
