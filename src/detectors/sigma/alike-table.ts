/**
 * Rules of one log source over events that are alike: where a decoder says that events share what stands in some fields (the same
 * request, the same program that asks), the rules that ask about nothing else are asked once for all of them.
 */
import type { LogEvent } from '../../model/log-event.ts';
import type { CompiledRule } from './compile.ts';
import { createRuleTable, type RuleTable } from './rule-index.ts';

/** Answers of a generation, the older one goes when the newer is full: some hundred bytes each. */
const GENERATION = 2048;

/** The rules that ask only about what one place's object stands for. */
interface Part<R extends CompiledRule> {
  readonly place: number;
  readonly table: RuleTable<R>;
  readonly remembered: Answers<readonly R[]>;
}

/** An index whose answers are remembered for events that are alike. The same rules match, in the same order, as without. */
export function createAlikeTable<R extends CompiledRule>(rules: readonly R[]): RuleTable<R> {
  let whole: RuleTable<R> | null = null;
  let fields: readonly ReadonlySet<string>[] | null = null;
  let parts: readonly Part<R>[] = [];
  let others: RuleTable<R> | null = null;
  const order = new Map(rules.map((rule, place) => [rule, place]));

  /** Which rules ask about fields of one place only; one decoder speaks for a log source. */
  function divide(places: readonly ReadonlySet<string>[]): void {
    const placeOf = ({ reads }: R): number =>
      reads.length === 0 ? -1 : places.findIndex((same) => reads.every((field) => same.has(field)));
    const tableOf = (place: number): RuleTable<R> | null => {
      const own = rules.filter((rule) => placeOf(rule) === place);
      return own.length === 0 ? null : createRuleTable(own);
    };
    fields = places;
    others = tableOf(-1);
    parts = [...places.keys()].flatMap((place) => {
      const table = tableOf(place);
      return table === null ? [] : [{ place, table, remembered: createAnswers<readonly R[]>(GENERATION) }];
    });
  }

  return {
    match(event, out) {
      const { alike } = event;
      if (alike !== undefined && fields === null) divide(alike.fields);
      if (alike === undefined || alike.fields !== fields) {
        whole ??= createRuleTable(rules);
        whole.match(event, out);
        return;
      }
      const before = out.length;
      others?.match(event, out);
      let mixed = false;
      for (const part of parts) {
        const from = out.length;
        matchPart(part, alike.parts[part.place] ?? null, event, out);
        if (from > before && out.length > from) mixed = true;
      }
      if (mixed) sortFrom(out, before, order);
    },
  };
}

function matchPart<R extends CompiledRule>(part: Part<R>, object: object | null, event: LogEvent, out: R[]): void {
  if (object === null) {
    part.table.match(event, out);
    return;
  }
  let found = part.remembered.get(object);
  if (found === undefined) {
    const list: R[] = [];
    part.table.match(event, list);
    part.remembered.set(object, list);
    found = list;
  }
  for (const rule of found) out.push(rule);
}

/** Few are to be sorted, and nearly are. */
function sortFrom<R>(list: R[], from: number, order: ReadonlyMap<R, number>): void {
  for (let at = from + 1; at < list.length; at++) {
    const item = list[at]!;
    const place = order.get(item)!;
    let to = at;
    for (; to > from && order.get(list[to - 1]!)! > place; to--) list[to] = list[to - 1]!;
    list[to] = item;
  }
}

interface Answers<V> {
  get(of: object): V | undefined;
  set(of: object, value: V): void;
}

/** Values by object, bounded in two generations. */
function createAnswers<V>(generation: number): Answers<V> {
  let young = new Map<object, V>();
  let old = new Map<object, V>();

  function set(of: object, value: V): void {
    if (young.size >= generation) {
      old = young;
      young = new Map();
    }
    young.set(of, value);
  }

  return {
    get(of) {
      const known = young.get(of);
      if (known !== undefined) return known;
      const older = old.get(of);
      if (older !== undefined) set(of, older);
      return older;
    },
    set,
  };
}
