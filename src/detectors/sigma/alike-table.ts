/**
 * Rules of one log source over events that are alike: where a decoder says that events share what stands in some fields (the same
 * request by the same program), the rules that ask about nothing else are asked once for all of them.
 */
import type { LogEvent } from '../../model/log-event.ts';
import type { CompiledRule } from './compile.ts';
import { createRuleTable, type RuleTable } from './rule-index.ts';

/** Answers of a generation, the older one goes when the newer is full: some hundred bytes each. */
const GENERATION = 2048;

/** An index whose answers are remembered for events that are alike. The same rules match, in the same order, as without. */
export function createAlikeTable<R extends CompiledRule>(rules: readonly R[]): RuleTable<R> {
  let whole: RuleTable<R> | null = null;
  let fields: ReadonlySet<string> | null = null;
  let shared: RuleTable<R> | null = null;
  let others: RuleTable<R> | null = null;
  const order = new Map(rules.map((rule, place) => [rule, place]));
  const remembered = createPairs<readonly R[]>(GENERATION);

  /** Which rules ask about these fields only; one decoder speaks for a log source. */
  function divide(same: ReadonlySet<string>): void {
    const isShared = (rule: R): boolean => rule.reads.length > 0 && rule.reads.every((field) => same.has(field));
    fields = same;
    shared = createRuleTable(rules.filter(isShared));
    others = createRuleTable(rules.filter((rule) => !isShared(rule)));
  }

  function sharedOf(event: LogEvent, one: object, other: object): readonly R[] {
    let found = remembered.get(one, other);
    if (found === undefined) {
      const list: R[] = [];
      shared!.match(event, list);
      remembered.set(one, other, list);
      found = list;
    }
    return found;
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
      others!.match(event, out);
      const found = sharedOf(event, alike.one, alike.other);
      if (found.length === 0) return;
      const mixed = out.length > before;
      for (const rule of found) out.push(rule);
      if (mixed) sortFrom(out, before, order);
    },
  };
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

interface Pairs<V> {
  get(one: object, other: object): V | undefined;
  set(one: object, other: object, value: V): void;
}

/** Values by two objects, bounded in two generations. */
function createPairs<V>(generation: number): Pairs<V> {
  let young = new Map<object, Map<object, V>>();
  let old = new Map<object, Map<object, V>>();
  let size = 0;

  function set(one: object, other: object, value: V): void {
    if (size >= generation) {
      old = young;
      young = new Map();
      size = 0;
    }
    let inner = young.get(one);
    if (inner === undefined) {
      inner = new Map();
      young.set(one, inner);
    }
    inner.set(other, value);
    size++;
  }

  return {
    get(one, other) {
      const known = young.get(one)?.get(other);
      if (known !== undefined) return known;
      const older = old.get(one)?.get(other);
      if (older !== undefined) set(one, other, older);
      return older;
    },
    set,
  };
}
