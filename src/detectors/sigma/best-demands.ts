/** Which of a rule's demands the index looks up: those that events meet least often. */
import { type CompiledRule, weightOf } from './compile.ts';
import type { Demand } from './compiled.ts';
import type { Reader } from './fields.ts';

/** Demands met so seldom need no other beside them. */
const RARE = 0.001;
/** However long a text is, some log is full of it. */
const LEAST = 0.01;
/** So few rules that ask for the same action are simply tried. */
const FEW_RULES = 2;

/** How many rules speak of a text, by field. */
export type Popularity = ReadonlyMap<Reader | null, ReadonlyMap<string, number>>;

/** How many rules speak of a text: what many rules speak of is common. */
export function popularityOf(rules: readonly CompiledRule[]): Popularity {
  const out = new Map<Reader | null, Map<string, number>>();
  for (const rule of rules) {
    for (const demand of rule.demands) {
      for (const { reader, text } of demand) {
        let texts = out.get(reader);
        if (texts === undefined) {
          texts = new Map();
          out.set(reader, texts);
        }
        texts.set(text, (texts.get(text) ?? 0) + 1);
      }
    }
  }
  return out;
}

/** Worth looking up beside an action: no mere presence, no keyword, and nothing that half the events hold. */
function isTelling(demand: Demand): boolean {
  return (
    weightOf(demand) < 0.5 * demand.length &&
    demand.every(({ reader, kind }) => reader !== null && kind !== 'there' && reader.name !== 'event.action')
  );
}

/**
 * The demands that are met least often; an action of ours says most, and is looked up anyway. Where many rules ask for the same
 * action (every command of `sudo`), a second thing is looked up beside it.
 */
export function bestDemands(demands: readonly Demand[], popularity: Popularity, most: number): readonly Demand[] {
  const action = demands.find((demand) => demand.every((key) => key.reader?.name === 'event.action'));
  const commonOf = (demand: Demand): number =>
    demand.reduce((most, { reader, text }) => Math.max(most, popularity.get(reader)?.get(text) ?? 0), 0);
  const weighed = demands
    .filter((demand) => demand !== action)
    .map((demand) => ({ demand, weight: weightOf(demand) * (1 + commonOf(demand)) }))
    .sort((a, b) => a.weight - b.weight);
  if (action !== undefined) {
    const beside = commonOf(action) > FEW_RULES ? weighed.find(({ demand }) => isTelling(demand)) : undefined;
    return beside === undefined ? [action] : [action, beside.demand];
  }
  const chosen: Demand[] = [];
  let rarity = 1;
  for (const { demand, weight } of weighed) {
    // Another demand is worth looking up while those before it are met too often.
    if (chosen.length >= most || (chosen.length > 0 && rarity <= RARE)) break;
    if (chosen.length > 0 && demand.some((key) => key.kind === 'there' || key.reader === null)) continue;
    chosen.push(demand);
    rarity *= Math.max(LEAST, Math.min(1, weight));
  }
  return chosen;
}
