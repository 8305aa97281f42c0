/**
 * Judges parts of events: where the fields of a log fall into parts that come again and again (a request, a browser's name), each
 * part is asked once whether any rule could want it, and events made of unwanted parts need not be made.
 */
import type { LogEvent } from '../../model/log-event.ts';
import type { CompiledRule } from './compile.ts';
import { type Demand, type EventTest, type Key, WHOLE_EVENT } from './compiled.ts';
import { isEnvelopeField } from './fields.ts';
import { someText } from './keywords.ts';
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
    const found = narrowest(rule.demands, parts, varies);
    if (found === null) return null;
    for (const part of found.touched) demanded[part]!.push((event) => isMet(found.demand, event));
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

/** Where a demand may be met. */
interface Places {
  readonly demand: Demand;
  /** An event meets it only if one of these parts does. */
  readonly touched: ReadonlySet<number>;
}

/** The demand that the fewest parts can meet; null when what meets each of them may lie outside the parts. */
function narrowest(
  demands: readonly Demand[],
  parts: readonly ReadonlySet<string>[],
  varies: (field: string) => boolean,
): Places | null {
  let best: Places | null = null;
  for (const demand of demands) {
    const touched = placesOf(demand, parts, varies);
    if (touched === null || touched.size === 0) continue;
    if (best === null || touched.size < best.touched.size) best = { demand, touched };
  }
  return best;
}

function placesOf(
  demand: Demand,
  parts: readonly ReadonlySet<string>[],
  varies: (field: string) => boolean,
): Set<number> | null {
  const touched = new Set<number>();
  for (const { reader, text } of demand) {
    if (reader === null ? !liesWithinPart(text) : varies(reader.ours)) return null;
    for (const [index, part] of parts.entries()) if (reader === null || part.has(reader.ours)) touched.add(index);
  }
  return touched;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec';

/**
 * Whether a keyword can only be met inside a part: around parts stand quotes, addresses, times and sizes, so it holds no quote,
 * and a sign or a word that stands in none of the others.
 */
function liesWithinPart(text: string): boolean {
  if (!/^[ -~]+$/.test(text) || text.includes('"')) return false;
  if (/[^\da-z.:+[\]/ -]/i.test(text)) return true;
  const words = text.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.some((word) => !/^[a-f]+$/.test(word) && !MONTHS.includes(word));
}

function isMet(demand: Demand, event: LogEvent): boolean {
  return demand.some((key) => {
    if (key.reader === null) return someText(event, (text) => holds(key, text.toLowerCase()));
    const value = key.reader.get(event);
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
