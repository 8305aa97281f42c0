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
import { foldForRegex } from './regex-literal.ts';

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

/** Most demands of a rule that are looked up; it is tried when all of them are met. */
const MAX_PARTS = 3;
/** Demands met so seldom need no other beside them. */
const RARE = 0.001;
/** So much of a text is looked up; the rule's own test reads the rest. */
const MAX_LITERAL = 14;
/** So few rules that ask for the same action are simply tried. */
const FEW_RULES = 2;
/** In smaller tables trying a rule costs less than looking for more. */
const SMALL_TABLE = 100;

/** A rule and which of its demands a key belongs to: rule * 4 + part. */
type Code = number;

interface Posting {
  readonly inside: Code[];
  readonly start: Code[];
  readonly end: Code[];
}

interface FieldTable {
  readonly reader: Reader | null;
  readonly byValue: Map<string, Code[]>;
  readonly there: Code[];
  readonly postings: Map<string, Posting>;
}

/** Builds the index of rules that fit a log source; of each rule so many demands (1 to 3) are looked up. */
export function createRuleTable<R extends CompiledRule>(
  rules: readonly R[],
  parts = rules.length > SMALL_TABLE ? MAX_PARTS : 1,
): RuleTable<R> {
  const tables = new Map<Reader | null, FieldTable>();
  const always: number[] = [];
  const popularity = popularityOf(rules);
  /** All parts of a rule, as bits. */
  const whole = new Uint8Array(rules.length);
  for (const [number, rule] of rules.entries()) {
    const demands = bestDemands(rule.demands, popularity, parts);
    if (demands.length === 0) always.push(number);
    whole[number] = (1 << demands.length) - 1;
    for (const [part, demand] of demands.entries()) for (const key of demand) addKey(tables, key, number * 4 + part);
  }
  const words = tables.get(null);
  tables.delete(null);
  const fields = [...tables.values()].map(createFieldSearch);
  const wordSearch = words === undefined ? null : createFieldSearch(words);
  /** Of each rule the turn it was last met in, and the parts met then: turn * 8 + bits. */
  const met = new Uint32Array(rules.length);
  const candidates: number[] = [];
  let turn = 0;

  const add = (code: Code): void => {
    const rule = code >> 2;
    const base = turn * 8;
    const before = Math.max(met[rule]!, base);
    const after = before | (1 << (code & 3));
    if (after === before) return;
    met[rule] = after;
    if (after - base === whole[rule]!) candidates.push(rule);
  };

  function gather(event: LogEvent): void {
    candidates.length = 0;
    if (++turn === 0x1fff_ffff) {
      met.fill(0);
      turn = 1;
    }
    for (const number of always) candidates.push(number);
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
      if (candidates.length > 1) candidates.sort(ascending);
      for (const number of candidates) if (rules[number]!.test(event)) out.push(rules[number]!);
    },
  };
}

function ascending(a: number, b: number): number {
  return a - b;
}

interface FieldSearch {
  readonly reader: Reader | null;
  find(value: string, add: (code: Code) => void): void;
}

function createFieldSearch(table: FieldTable): FieldSearch {
  const { reader, byValue, there } = table;
  if (table.postings.size > 0) moveWhole(table);
  const literals = [...table.postings.keys()];
  const postings = literals.map((literal) => table.postings.get(literal)!);
  const search: LiteralSearch | null = literals.length === 0 ? null : createLiteralSearch(literals);
  const remembered = new Map<string, readonly number[]>();
  let asked = 0;
  let known = 0;
  let remembers = reader !== null;

  const lengths = literals.map((literal) => literal.length);

  function lookUp(value: string, add: (code: Code) => void): void {
    for (const code of there) add(code);
    if (byValue.size === 0 && searchIn(value, add, true)) return;
    const folded = reader === null ? value.toLowerCase() : reader.fold(value);
    const other = foldForRegex(folded);
    lookUpFolded(folded, add);
    if (other !== folded) lookUpFolded(other, add);
  }

  function lookUpFolded(folded: string, add: (code: Code) => void): void {
    const equal = byValue.get(folded);
    if (equal !== undefined) for (const code of equal) add(code);
    searchIn(folded, add, false);
  }

  // One function for all look-ups: what it works on is set before.
  let length = 0;
  let take: (code: Code) => void = () => undefined;

  function searchIn(text: string, add: (code: Code) => void, asciiOnly: boolean): boolean {
    length = text.length;
    take = add;
    return search?.each(text, found, asciiOnly) === true;
  }

  function found(literal: number, end: number): void {
    const { inside, start, end: last } = postings[literal]!;
    for (const code of inside) take(code);
    if (end === lengths[literal]) for (const code of start) take(code);
    if (end === length) for (const code of last) take(code);
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

/** Where a field is searched anyway, whole values are looked for as ends: the rule's own test tells the difference. */
function moveWhole({ byValue, postings, there }: FieldTable): void {
  for (const [text, codes] of byValue) {
    if (text === '') for (const code of codes) addOnce(there, code);
    else for (const code of codes) addOnce(postingOf(postings, text.slice(-MAX_LITERAL)).end, code);
  }
  byValue.clear();
}

function postingOf(postings: Map<string, Posting>, text: string): Posting {
  let posting = postings.get(text);
  if (posting === undefined) {
    posting = { inside: [], start: [], end: [] };
    postings.set(text, posting);
  }
  return posting;
}

function addKey(tables: Map<Reader | null, FieldTable>, { reader, kind, text }: Key, rule: Code): void {
  let table = tables.get(reader);
  if (table === undefined) {
    table = { reader, byValue: new Map(), there: [], postings: new Map() };
    tables.set(reader, table);
  }
  if (kind === 'there') addOnce(table.there, rule);
  else if (kind === 'eq') addOnce(listOf(table.byValue, text), rule);
  else {
    const part = kind === 'start' ? text.slice(0, MAX_LITERAL) : text.slice(-MAX_LITERAL);
    const posting = postingOf(table.postings, part);
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
function bestDemands(
  demands: readonly Demand[],
  popularity: ReadonlyMap<Reader | null, ReadonlyMap<string, number>>,
  most: number,
): readonly Demand[] {
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
    rarity *= Math.min(1, weight);
  }
  return chosen;
}
