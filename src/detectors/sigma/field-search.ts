/** What rules look for in one field, found in one pass over its value: whole values in a table, texts by one automaton. */
import { copyText } from '../../kit/text.ts';
import type { Key } from './compiled.ts';
import type { Reader } from './fields.ts';
import { createLiteralSearch, type LiteralSearch } from './literal-search.ts';
import { foldForRegex } from './regex-literal.ts';

/** A rule and which of its demands a key belongs to: rule * 4 + part. */
export type Code = number;

/** Values remembered per field, so that one that comes again is not searched again. */
const MAX_REMEMBERED = 4096;
const MAX_REMEMBERED_LENGTH = 160;
/** After so many values it is judged whether remembering pays. */
const TRIAL = 4096;
/** So much of a text is looked up; the rule's own test reads the rest. */
const MAX_LITERAL = 14;

interface Posting {
  readonly inside: Code[];
  readonly start: Code[];
  readonly end: Code[];
}

/** The keys of all rules about one field, or, with a null reader, about the whole event. */
export interface FieldTable {
  readonly reader: Reader | null;
  readonly byValue: Map<string, Code[]>;
  readonly there: Code[];
  readonly postings: Map<string, Posting>;
}

/** Looks up one value of a field. */
export interface FieldSearch {
  readonly reader: Reader | null;
  find(value: string, add: (code: Code) => void): void;
}

/** A table without keys. */
export function createFieldTable(reader: Reader | null): FieldTable {
  return { reader, byValue: new Map(), there: [], postings: new Map() };
}

/** Notes what a rule looks for in the field. */
export function addKey(table: FieldTable, { kind, text }: Key, code: Code): void {
  if (kind === 'there') addOnce(table.there, code);
  else if (kind === 'eq') addOnce(listOf(table.byValue, text), code);
  else {
    // The end of a long text says most: how paths begin is much the same.
    const posting = postingOf(table.postings, text.slice(-MAX_LITERAL));
    const isStart = kind === 'start' && text.length <= MAX_LITERAL;
    addOnce(kind === 'end' ? posting.end : isStart ? posting.start : posting.inside, code);
  }
}

/** Adds the keywords of the whole event to those of a field, so that its values need not be read twice. */
export function addWords(table: FieldTable, words: FieldTable): void {
  for (const [text, { inside }] of words.postings)
    for (const code of inside) addOnce(postingOf(table.postings, text).inside, code);
}

/** A search over a table. The automaton is built by the first value: a log seldom has all fields that rules ask for. */
export function createFieldSearch(table: FieldTable): FieldSearch {
  const { reader, byValue, there } = table;
  if (table.postings.size > 0) moveWhole(table);
  const literals = [...table.postings.keys()];
  const postings = literals.map((literal) => table.postings.get(literal)!);
  const lengths = literals.map((literal) => literal.length);
  let search: LiteralSearch | null = null;
  const remembered = new Map<string, readonly Code[]>();
  let asked = 0;
  let known = 0;
  let remembers = reader !== null;

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
    if (literals.length === 0) return false;
    search ??= createLiteralSearch(literals);
    length = text.length;
    take = add;
    return search.each(text, found, asciiOnly);
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
      let codes = remembered.get(value);
      if (++asked >= TRIAL) judge();
      if (codes === undefined) {
        const list: Code[] = [];
        lookUp(value, (code) => void list.push(code));
        codes = list;
        if (remembered.size >= MAX_REMEMBERED) remembered.clear();
        remembered.set(copyText(value), list);
      } else known++;
      for (let at = 0; at < codes.length; at++) add(codes[at]!);
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

function listOf(map: Map<string, Code[]>, key: string): Code[] {
  let list = map.get(key);
  if (list === undefined) {
    list = [];
    map.set(key, list);
  }
  return list;
}

function addOnce(list: Code[], code: Code): void {
  if (list.at(-1) !== code) list.push(code);
}
