/**
 * All rules of one log source as one index: a table of whole values and one automaton over all texts for every field. A rule
 * is only tried when the event holds the most telling thing it demands, so adding rules costs what they match.
 */
import { copyText } from '../../kit/text.ts';
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import { type CompiledRule, weightOf } from './compile.ts';
import type { Demand, Key } from './compiled.ts';
import type { Reader } from './fields.ts';
import { someText } from './keywords.ts';
import { createLiteralSearch, type LiteralSearch } from './literal-search.ts';

/** The rules of one log source, found by what an event holds. */
export interface RuleTable<R extends CompiledRule = CompiledRule> {
  /** Appends the rules that match, in the order they were given. */
  match(event: LogEvent, out: R[]): void;
}

/** Values remembered per field, so that one that comes again is not searched again. */
const MAX_REMEMBERED = 4096;
const MAX_REMEMBERED_LENGTH = 160;
/** After so many values it is judged whether remembering pays. */
const TRIAL = 4096;

interface Posting {
  readonly inside: number[];
  readonly start: number[];
  readonly end: number[];
}

interface FieldTable {
  readonly reader: Reader | null;
  readonly byValue: Map<string, number[]>;
  readonly there: number[];
  readonly postings: Map<string, Posting>;
}

/** Builds the index of rules that fit a log source. */
export function createRuleTable<R extends CompiledRule>(rules: readonly R[]): RuleTable<R> {
  const tables = new Map<Reader | null, FieldTable>();
  const always: number[] = [];
  const popularity = popularityOf(rules);
  for (const [number, rule] of rules.entries()) {
    const demand = bestDemand(rule.demands, popularity);
    if (demand === undefined) always.push(number);
    else for (const key of demand) addKey(tables, key, number);
  }
  const words = tables.get(null);
  tables.delete(null);
  const fields = [...tables.values()].map(createFieldSearch);
  const wordSearch = words === undefined ? null : createFieldSearch(words);
  const seen = new Uint32Array(rules.length);
  const candidates: number[] = [];
  let turn = 0;

  const add = (number: number): void => {
    if (seen[number] === turn) return;
    seen[number] = turn;
    candidates.push(number);
  };

  function gather(event: LogEvent): void {
    candidates.length = 0;
    if (++turn === 0xffff_ffff) {
      seen.fill(0);
      turn = 1;
    }
    for (const number of always) add(number);
    for (const field of fields) {
      const value = field.reader!.get(event);
      if (value === undefined || value === null) continue;
      if (Array.isArray(value)) for (const each of value) field.find(String(each), add);
      else field.find(typeof value === 'string' ? value : String(value as FieldValue), add);
    }
    if (wordSearch !== null)
      someText(event, (text) => {
        wordSearch.find(text, add);
        return false;
      });
  }

  return {
    match(event, out) {
      gather(event);
      if (candidates.length > 1) candidates.sort((a, b) => a - b);
      for (const number of candidates) if (rules[number]!.test(event)) out.push(rules[number]!);
    },
  };
}

interface FieldSearch {
  readonly reader: Reader | null;
  find(value: string, add: (rule: number) => void): void;
}

function createFieldSearch(table: FieldTable): FieldSearch {
  const { reader, byValue, there } = table;
  const literals = [...table.postings.keys()];
  const postings = literals.map((literal) => table.postings.get(literal)!);
  const search: LiteralSearch | null = literals.length === 0 ? null : createLiteralSearch(literals);
  const remembered = new Map<string, readonly number[]>();
  let asked = 0;
  let known = 0;
  let remembers = reader !== null;

  function lookUp(value: string, add: (rule: number) => void): void {
    for (const rule of there) add(rule);
    const folded = reader === null ? value.toLowerCase() : reader.fold(value);
    const equal = byValue.get(folded);
    if (equal !== undefined) for (const rule of equal) add(rule);
    search?.each(folded, (literal, end) => {
      const { inside, start, end: last } = postings[literal]!;
      for (const rule of inside) add(rule);
      if (end === literals[literal]!.length) for (const rule of start) add(rule);
      if (end === folded.length) for (const rule of last) add(rule);
    });
  }

  /** Fields whose values hardly ever come again are not remembered any more. */
  function judge(): void {
    remembers = known * 4 >= asked;
    if (!remembers) remembered.clear();
    asked = 0;
    known = 0;
  }

  return {
    reader,
    find(value, add) {
      if (!remembers || value.length > MAX_REMEMBERED_LENGTH) return lookUp(value, add);
      let found = remembered.get(value);
      if (++asked >= TRIAL) judge();
      if (found === undefined) {
        const list: number[] = [];
        lookUp(value, (rule) => void list.push(rule));
        found = list;
        if (remembered.size >= MAX_REMEMBERED) remembered.clear();
        remembered.set(copyText(value), list);
      } else known++;
      for (const rule of found) add(rule);
    },
  };
}

function addKey(tables: Map<Reader | null, FieldTable>, { reader, kind, text }: Key, rule: number): void {
  let table = tables.get(reader);
  if (table === undefined) {
    table = { reader, byValue: new Map(), there: [], postings: new Map() };
    tables.set(reader, table);
  }
  if (kind === 'there') addOnce(table.there, rule);
  else if (kind === 'eq') addOnce(listOf(table.byValue, text), rule);
  else {
    let posting = table.postings.get(text);
    if (posting === undefined) {
      posting = { inside: [], start: [], end: [] };
      table.postings.set(text, posting);
    }
    addOnce(kind === 'in' ? posting.inside : kind === 'start' ? posting.start : posting.end, rule);
  }
}

function listOf(map: Map<string, number[]>, key: string): number[] {
  let list = map.get(key);
  if (list === undefined) {
    list = [];
    map.set(key, list);
  }
  return list;
}

function addOnce(list: number[], rule: number): void {
  if (list.at(-1) !== rule) list.push(rule);
}

/** How many rules speak of a text: what many rules speak of is common. */
function popularityOf(rules: readonly CompiledRule[]): Map<Reader | null, Map<string, number>> {
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

/** The demand that is met least often; an action of ours says most, and is looked up anyway. */
function bestDemand(
  demands: readonly Demand[],
  popularity: ReadonlyMap<Reader | null, ReadonlyMap<string, number>>,
): Demand | undefined {
  let best: Demand | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const demand of demands) {
    if (demand.every((key) => key.reader?.name === 'event.action')) return demand;
    let weight = weightOf(demand);
    let common = 0;
    for (const { reader, text } of demand) common = Math.max(common, popularity.get(reader)?.get(text) ?? 0);
    weight *= 1 + common;
    // Keywords look at the whole event: only where nothing else tells.
    if (demand.some((key) => key.reader === null)) weight += 100;
    if (weight < least) {
      least = weight;
      best = demand;
    }
  }
  return best;
}
