/**
 * All rules of one log source as one index: a table of whole values and one automaton over all texts for every field. A rule
 * is only tried when the event holds the most telling things it demands, so adding rules costs what they match.
 */
import { copyText } from '../../kit/text.ts';
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import { bestDemands, popularityOf } from './best-demands.ts';
import type { CompiledRule } from './compile.ts';
import {
  addKey,
  addWords,
  type Code,
  createFieldSearch,
  createFieldTable,
  type FieldSearch,
  type FieldTable,
} from './field-search.ts';
import { isPlain, type Reader } from './fields.ts';

/** The rules of one log source, found by what an event holds. */
export interface RuleTable<R extends CompiledRule = CompiledRule> {
  /** Appends the rules that match, in the order they were given. */
  match(event: LogEvent, out: R[]): void;
}

const ACTION = 'event.action';
/** Most demands of a rule that are looked up; it is tried when all of them are met. */
const MAX_PARTS = 3;
/** So few fields are asked for one by one; where there are more, the event's own are walked. */
const FEW_FIELDS = 20;
/** In smaller tables trying a rule costs less than looking for more. */
const SMALL_TABLE = 100;

/** So few rules that can mean an action of ours are simply tried, without looking anything up. */
const FEW_RULES = 8;
/** Actions remembered: our decoders have some hundreds, records that bring their own have any. */
const MAX_ACTIONS = 1024;

/** Who looks at a field of an event, by the name it has there. */
interface Asker {
  readonly search: FieldSearch;
  /** With a value under this name the reader reads that one. */
  readonly unless: string | null;
  /** Whether it looks for keywords too. */
  readonly words: boolean;
}

/**
 * The rules that fit a log source. Events with an action that only a few of them can mean meet just these; for all others there
 * is an index, in which of each rule so many demands (1 to 3) are looked up. Where rules ask for more than so many fields, the
 * event's own are walked.
 */
export function createRuleTable<R extends CompiledRule>(
  rules: readonly R[],
  parts = rules.length > SMALL_TABLE ? MAX_PARTS : 1,
  fewFields = FEW_FIELDS,
): RuleTable<R> {
  const index = createIndex(rules, parts, fewFields);
  const byAction = new Map<string, readonly R[] | null>();
  return {
    match(event, out) {
      const action = event.fields['event.action'];
      let few = typeof action === 'string' ? byAction.get(action) : null;
      if (few === undefined) {
        const can = rules.filter((rule) => canMean(rule, action as string));
        few = can.length <= FEW_RULES ? can : null;
        if (byAction.size < MAX_ACTIONS) byAction.set(copyText(action as string), few);
      }
      if (few === null) index.match(event, out);
      else for (const rule of few) if (rule.test(event)) out.push(rule);
    },
  };
}

/** False when a rule asks for other actions than this. */
function canMean(rule: CompiledRule, action: string): boolean {
  const folded = action.toLowerCase();
  return rule.demands.every(
    (demand) =>
      !demand.every(({ reader, kind }) => kind === 'eq' && reader?.name === ACTION && reader.ours === ACTION) ||
      demand.some(({ text }) => text === folded),
  );
}

function createIndex<R extends CompiledRule>(rules: readonly R[], parts: number, fewFields: number): RuleTable<R> {
  /** All parts of a rule, as bits. */
  const whole = new Uint8Array(rules.length);
  const always: number[] = [];
  const { askers, others, words } = searchesOf(tablesOf(rules, parts, whole, always), fewFields);
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

  function look(search: FieldSearch, value: FieldValue): void {
    if (typeof value === 'string') search.find(value, add);
    else if (Array.isArray(value)) for (const each of value) search.find(String(each), add);
    else search.find(String(value), add);
  }

  function gatherFields(fields: LogEvent['fields']): void {
    for (const name in fields) {
      const value = fields[name];
      if (value === undefined || value === null) continue;
      let read = false;
      const asked = askers.get(name);
      if (asked !== undefined)
        for (const { search, unless, words: both } of asked) {
          if (unless !== null && fields[unless] !== undefined) continue;
          look(search, value);
          if (both) read = true;
        }
      if (words !== null && !read && !name.startsWith('event.')) look(words, value);
    }
  }

  function gather(event: LogEvent): void {
    candidates.length = 0;
    if (++turn === 0x1fff_ffff) {
      met.fill(0);
      turn = 1;
    }
    for (const number of always) candidates.push(number);
    for (const search of others) {
      const value = search.reader!.get(event);
      if (value !== undefined && value !== null) look(search, value);
    }
    if (words !== null || askers.size > 0) gatherFields(event.fields);
    if (words !== null && event.message !== '') words.find(event.message, add);
  }

  return {
    match(event, out) {
      gather(event);
      putInOrder(candidates);
      for (const number of candidates) if (rules[number]!.test(event)) out.push(rules[number]!);
    },
  };
}

/** Few are found, and nearly in order. */
function putInOrder(numbers: number[]): void {
  for (let at = 1; at < numbers.length; at++) {
    const number = numbers[at]!;
    let to = at;
    for (; to > 0 && numbers[to - 1]! > number; to--) numbers[to] = numbers[to - 1]!;
    numbers[to] = number;
  }
}

/** The keys of the demands that are looked up, by field. */
function tablesOf(
  rules: readonly CompiledRule[],
  parts: number,
  whole: Uint8Array,
  always: number[],
): Map<Reader | null, FieldTable> {
  const tables = new Map<Reader | null, FieldTable>();
  const popularity = popularityOf(rules);
  for (const [number, rule] of rules.entries()) {
    const demands = bestDemands(rule.demands, popularity, parts);
    if (demands.length === 0) always.push(number);
    whole[number] = (1 << demands.length) - 1;
    for (const [part, demand] of demands.entries())
      for (const key of demand) {
        let table = tables.get(key.reader);
        if (table === undefined) {
          table = createFieldTable(key.reader);
          tables.set(key.reader, table);
        }
        addKey(table, key, number * 4 + part);
      }
  }
  return tables;
}

interface Searches {
  readonly askers: ReadonlyMap<string, readonly Asker[]>;
  /** Of fields that are more than a name among the event's fields. */
  readonly others: readonly FieldSearch[];
  /** Keywords, for values that no other search reads. */
  readonly words: FieldSearch | null;
}

function searchesOf(tables: ReadonlyMap<Reader | null, FieldTable>, fewFields: number): Searches {
  const wordTable = tables.get(null) ?? null;
  const askers = new Map<string, Asker[]>();
  const others: FieldSearch[] = [];
  const ask = (name: string, asker: Asker): void => void (askers.get(name)?.push(asker) ?? askers.set(name, [asker]));
  const few = wordTable === null && tables.size <= fewFields;
  for (const [reader, table] of tables) {
    if (reader === null) continue;
    const plain = !few && isPlain(reader);
    const both = plain && wordTable !== null && !reader.ours.startsWith('event.');
    if (both) addWords(table, wordTable);
    const search = createFieldSearch(table);
    if (!plain) others.push(search);
    else {
      ask(reader.ours, { search, unless: reader.name === reader.ours ? null : reader.name, words: both });
      if (reader.name !== reader.ours) ask(reader.name, { search, unless: null, words: both });
    }
  }
  return { askers, others, words: wordTable === null ? null : createFieldSearch(wordTable) };
}
