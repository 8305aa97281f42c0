/**
 * Rules of one log source over events that are alike: where a decoder says that events share what stands in some fields (the same
 * request, the same program that asks), the rules that ask about nothing else are asked once for all of them.
 */
import type { Alike, LogEvent } from '../../model/log-event.ts';
import type { CompiledRule } from './compile.ts';
import { isMet } from './parts.ts';
import { createRuleTable, type RuleTable } from './rule-index.ts';

/** Answers of a generation, the older one goes when the newer is full: some hundred bytes each. */
const GENERATION = 2048;
/** More rules that must be asked every time are better looked for by what they demand. */
const FEW_OPEN = 12;

/** The rules that ask only about what one place's object stands for. */
interface Part<R extends CompiledRule> {
  readonly place: number;
  readonly table: RuleTable<R>;
  readonly remembered: Answers<readonly R[]>;
}

/** An index whose answers are remembered for events that are alike. The same rules match, in the same order, as without. */
export function createAlikeTable<R extends CompiledRule>(rules: readonly R[]): RuleTable<R> {
  let whole: RuleTable<R> | null = null;
  let alikes: RuleTable<R> | null = null;
  let fields: readonly ReadonlySet<string>[] | null = null;

  return {
    match(event, out) {
      const { alike } = event;
      if (alike !== undefined && fields === null) {
        fields = alike.fields;
        alikes = fields.length === 1 ? inOnePlace(rules, fields[0]!) : inPlaces(rules, fields);
      }
      if (alike !== undefined && alike.fields === fields) {
        alikes!.match(event, out);
        return;
      }
      whole ??= createRuleTable(rules);
      whole.match(event, out);
    },
  };
}

/** A rule that matches all events of an object, or must be asked each time. */
interface Candidate<R extends CompiledRule> {
  readonly rule: R;
  readonly open: boolean;
}

/** Where one object stands for all that is shared: of each object the few rules that can match, most of them surely. */
function inOnePlace<R extends CompiledRule>(rules: readonly R[], same: ReadonlySet<string>): RuleTable<R> {
  const isSettled = ({ reads }: R): boolean => reads.length > 0 && reads.every((field) => same.has(field));
  const remembered = createAnswers<readonly Candidate<R>[] | null>(GENERATION);
  let whole: RuleTable<R> | null = null;
  let lastAlike: Alike | null = null;
  let lastCandidates: readonly Candidate<R>[] | null = null;

  function candidatesOf(event: LogEvent): readonly Candidate<R>[] | null {
    const can = rules.filter((rule) => (isSettled(rule) ? rule.test(event) : canMatch(rule, event, same)));
    const open = can.filter((rule) => !isSettled(rule));
    return open.length > FEW_OPEN ? null : can.map((rule) => ({ rule, open: !isSettled(rule) }));
  }

  return {
    match(event, out) {
      const alike = event.alike!;
      if (alike !== lastAlike) {
        const object = alike.parts[0] ?? null;
        let found = object === null ? null : remembered.get(object);
        if (found === undefined) {
          found = candidatesOf(event);
          remembered.set(object!, found);
        }
        lastAlike = alike;
        lastCandidates = found;
      }
      if (lastCandidates === null) {
        whole ??= createRuleTable(rules);
        whole.match(event, out);
        return;
      }
      for (const { rule, open } of lastCandidates) if (!open || rule.test(event)) out.push(rule);
    },
  };
}

/** False when a rule demands something else of the fields that all events of the object share. */
function canMatch({ demands }: CompiledRule, event: LogEvent, same: ReadonlySet<string>): boolean {
  return demands.every(
    (demand) =>
      !demand.every(({ reader }) => reader !== null && reader.name === reader.ours && same.has(reader.ours)) ||
      isMet(demand, event),
  );
}

/** Where several objects stand for what is shared, each is asked for its own; what asks about more is asked every time. */
function inPlaces<R extends CompiledRule>(rules: readonly R[], places: readonly ReadonlySet<string>[]): RuleTable<R> {
  const order = new Map(rules.map((rule, place) => [rule, place]));
  const placeOf = ({ reads }: R): number =>
    reads.length === 0 ? -1 : places.findIndex((same) => reads.every((field) => same.has(field)));
  const tableOf = (place: number): RuleTable<R> | null => {
    const own = rules.filter((rule) => placeOf(rule) === place);
    return own.length === 0 ? null : createRuleTable(own);
  };
  const others = tableOf(-1);
  const parts: Part<R>[] = [...places.keys()].flatMap((place) => {
    const table = tableOf(place);
    return table === null ? [] : [{ place, table, remembered: createAnswers<readonly R[]>(GENERATION) }];
  });

  return {
    match(event, out) {
      const before = out.length;
      others?.match(event, out);
      let mixed = false;
      for (const part of parts) {
        const from = out.length;
        matchPart(part, event.alike!.parts[part.place] ?? null, event, out);
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
