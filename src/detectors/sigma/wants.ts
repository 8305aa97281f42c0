/** What a rule set could ask of an event that is not decoded yet: lines nobody can ask about need not be. */
import { isAscii } from '../../kit/text.ts';
import type { EventKind } from '../../model/log-event.ts';
import type { CompiledRule } from './compile.ts';
import type { Demand, Key } from './compiled.ts';
import { isEnvelopeField } from './fields.ts';
import { createLiteralSearch, type LiteralSearch } from './literal-search.ts';
import type { Mappings } from './mappings.ts';

/** Whether a rule could match an event of a kind and `event.action` (null: an event without fields) and, where known, `event.category` and `event.outcome`. */
export type Wants = (kind: EventKind, action: string | null, category?: string, outcome?: string) => boolean;

/** Answers for a set of rules. Keywords are left to `keywordSearch`. */
export function createWants(rules: readonly CompiledRule[], mappings: Mappings): Wants {
  return (kind, action, category, outcome) =>
    rules.some(
      (rule) =>
        mappings.feeds(rule.rule.logsource, kind) &&
        rule.demands.every((demand) => demand.some((key) => couldHold(key, action, category, outcome, mappings))),
    );
}

/** False only where an event cannot hold what is demanded. */
function couldHold(
  { reader, kind, text }: Key,
  action: string | null,
  category: string | undefined,
  outcome: string | undefined,
  mappings: Mappings,
): boolean {
  if (reader === null) return !isAscii(text);
  if (reader.ours === 'event.action') return action !== null && (kind !== 'eq' || text === action.toLowerCase());
  if (reader.ours === 'event.category' && category !== undefined)
    return kind !== 'eq' || text === category.toLowerCase();
  if (reader.ours === 'event.outcome' && outcome !== undefined) return kind !== 'eq' || text === outcome.toLowerCase();
  if (isEnvelopeField(reader.ours)) return true;
  return action !== null && (mappings.produced.has(reader.ours) || mappings.produced.has(reader.name));
}

/** Searches bytes for any of these keywords; null when there are none. */
export function keywordSearch(
  needles: readonly string[],
): ((bytes: Uint8Array, start: number, end: number) => boolean) | null {
  if (needles.length === 0) return null;
  let search: LiteralSearch | null = null;
  return (bytes, start, end) => {
    search ??= createLiteralSearch(needles);
    return search.anyIn(bytes, start, end);
  };
}

/** ASCII keywords in lower case, one of which a line must hold for a keyword rule to match. */
export function needlesOf(rules: readonly CompiledRule[]): string[] {
  const needles = new Set<string>();
  for (const rule of rules)
    for (const demand of rule.demands)
      if (isNeedle(demand)) for (const { text } of demand) if (isAscii(text)) needles.add(text);
  return [...needles];
}

function isNeedle(demand: Demand): boolean {
  return demand.some(({ reader, text }) => reader === null && isAscii(text));
}
