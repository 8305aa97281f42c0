/**
 * Judges parts of events: where the fields of a log fall into parts that come again and again (a request, a browser's name), each
 * part is asked once whether any rule could want it, and events made of unwanted parts need not be made.
 */
import type { LogEvent } from '../../model/log-event.ts';
import { type CompiledRule, weightOf } from './compile.ts';
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
  // A part may hold what is the envelope's elsewhere: a command, the message itself.
  const varies = (field: string): boolean =>
    field === WHOLE_EVENT || varying.has(field) || (isEnvelopeField(field) && !parts.some((part) => part.has(field)));
  for (const rule of rules) {
    const touched = parts.filter((part) => rule.reads.some((field) => part.has(field)));
    if (!rule.reads.some(varies) && touched.length <= 1) {
      whole[touched.length === 0 ? 0 : parts.indexOf(touched[0]!)]!.push(rule);
      continue;
    }
    const found = rarest(rule.demands, parts, varies);
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

/** The demand that is met least often; null when what meets each of them may lie outside the parts. */
function rarest(
  demands: readonly Demand[],
  parts: readonly ReadonlySet<string>[],
  varies: (field: string) => boolean,
): Places | null {
  let best: Places | null = null;
  for (const demand of demands) {
    const touched = placesOf(demand, parts, varies);
    if (touched === null || touched.size === 0) continue;
    if (best === null || oftenness(demand) < oftenness(best.demand)) best = { demand, touched };
  }
  return best;
}

/** As in the index; a method or a status is met by every other line. */
function oftenness(demand: Demand): number {
  return weightOf(demand) + (demand.every(({ kind, text }) => kind === 'eq' && text.length <= 4) ? 1 : 0);
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
 * Whether a keyword can only be met inside a part, the quotes around it included: outside stand addresses, times and sizes, and
 * between two quotes of the keyword is a sign or a word that stands in none of them.
 */
function liesWithinPart(text: string): boolean {
  const pieces = text.split('"').filter((piece) => piece !== '');
  return /^[ -~]+$/.test(text) && pieces.length > 0 && pieces.every(standsInside);
}

function standsInside(piece: string): boolean {
  if (/[^\da-z.:+[\]/ -]/i.test(piece)) return true;
  const words = piece.toLowerCase().match(/[a-z]+/g) ?? [];
  return words.some((word) => !/^[a-f]+$/.test(word) && !MONTHS.includes(word));
}

/** Whether an event holds one of the keys of a demand. */
export function isMet(demand: Demand, event: LogEvent): boolean {
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
