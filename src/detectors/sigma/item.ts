/** One detection item (`field|modifiers: values`) to a test over events. */
import { RE2JS } from 're2js';
import { canonicalAddress } from '../../kit/address.ts';
import { containsNetwork, parseNetwork } from '../../kit/cidr.ts';
import { fail } from '../../kit/errors.ts';
import { copyText } from '../../kit/text.ts';
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import type { Item, Scalar } from './ast.ts';
import { base64, base64offsets, utf16be, utf16le, windash } from './encodings.ts';
import { type Accessor, accessorOf } from './fields.ts';
import { createLiteralSearch } from './literal-search.ts';
import { compileText, literalOf, type Pattern, parsePattern, surround } from './text-match.ts';

/** A test over one event. */
export type EventTest = (event: LogEvent) => boolean;
type ValueTest = (value: FieldValue | undefined, event: LogEvent) => boolean;

const KNOWN = new Set([
  'all',
  'contains',
  'startswith',
  'endswith',
  'exists',
  'cased',
  'neq',
  'windash',
  're',
  'i',
  'm',
  's',
  'base64',
  'base64offset',
  'utf16',
  'utf16le',
  'utf16be',
  'wide',
  'lt',
  'lte',
  'gt',
  'gte',
  'cidr',
  'expand',
  'fieldref',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'year',
]);
const DATE_PARTS: Readonly<Record<string, (date: Date) => number>> = {
  minute: (date) => date.getUTCMinutes(),
  hour: (date) => date.getUTCHours(),
  day: (date) => date.getUTCDate(),
  week: isoWeek,
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

/** A compiled item, with the plain values one of which must be equal, when that is what it asks (for the index). */
export interface CompiledItem {
  readonly test: EventTest;
  readonly equals: { readonly field: string; readonly values: readonly string[] } | null;
}

/** Compiles an item. Throws AppError for unknown or contradictory modifiers. */
export function compileItem(item: Item): CompiledItem {
  const { modifiers } = item;
  const refuse = (message: string, hint?: string): never =>
    fail('SIGMA_MODIFIER', {
      message: `${item.key}: ${message}`,
      at: item.place,
      ...(hint === undefined ? {} : { hint }),
    });
  for (const modifier of modifiers) {
    if (!KNOWN.has(modifier)) refuse(`unknown modifier \`${modifier}\``, `known are ${[...KNOWN].join(', ')}`);
  }
  const has = (name: string): boolean => modifiers.includes(name);
  if (has('expand'))
    refuse('the value is a placeholder, and no values were given for it', 'placeholder lists are not supported yet');

  if (item.field === null) return { test: keywordTest(item, has), equals: null };
  const get = accessorOf(item.field);
  if (has('exists')) {
    const wanted = item.values[0] === true || item.values[0] === 'true' || item.values[0] === 'yes';
    return { test: (event) => isThere(get(event)) === wanted, equals: null };
  }
  const tests = searchTests(item) ?? item.values.flatMap((value) => valueTests(value, item, refuse));
  if (item.values.length === 0) refuse('a list of values must not be empty');
  const combined = combine(get, tests, has('all'));
  const test: EventTest = has('neq') ? (event) => !combined(event) : combined;
  return { test, equals: equalValues(item) };
}

/** From this many literals on, one pass for all of them is cheaper than one for each. */
const MANY_LITERALS = 4;

/** One test for a long list of plain `contains` values; null when the item is anything else. */
function searchTests(item: Item): ValueTest[] | null {
  if (item.modifiers.length !== 1 || item.modifiers[0] !== 'contains' || item.values.length < MANY_LITERALS)
    return null;
  const literals = item.values.map((value) => (typeof value === 'string' ? literalOf(parsePattern(value)) : null));
  if (literals.some((literal) => literal === null)) return null;
  const search = createLiteralSearch(literals as string[]);
  if (search === null) return null;
  const find = REPEATING.has(item.field ?? '') ? remembering(search) : search;
  return [(actual) => (typeof actual === 'string' ? find(actual) : isThere(actual) && find(String(actual)))];
}

/** Fields of long values that come again and again. */
const REPEATING = new Set(['user_agent.original', 'cs-user-agent', 'c-useragent']);
const MAX_REMEMBERED = 1024;

/** A search that keeps its newest answers. */
function remembering(search: (text: string) => boolean): (text: string) => boolean {
  const answers = new Map<string, boolean>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const answer = search(text);
    if (answers.size >= MAX_REMEMBERED) answers.clear();
    answers.set(copyText(text), answer);
    return answer;
  };
}

/** The values when the item is a plain equality without wildcards; numbers as text. */
function equalValues(item: Item): CompiledItem['equals'] {
  if (
    item.field === null ||
    item.modifiers.some((modifier) => modifier !== 'all') ||
    (item.modifiers.includes('all') && item.values.length > 1)
  )
    return null;
  const values: string[] = [];
  for (const value of item.values) {
    if (value === null || value === '') return null;
    const literal = typeof value === 'string' ? literalOf(parsePattern(value)) : String(value);
    if (literal === null) return null;
    values.push(literal.toLowerCase());
  }
  return { field: item.field, values };
}

function combine(get: Accessor, tests: readonly ValueTest[], all: boolean): EventTest {
  const one = tests[0];
  if (tests.length === 1 && one !== undefined) return (event) => anyElement(get(event), one, event);
  if (all) {
    return (event) => {
      const value = get(event);
      for (const test of tests) if (!anyElement(value, test, event)) return false;
      return true;
    };
  }
  return (event) => {
    const value = get(event);
    for (const test of tests) if (anyElement(value, test, event)) return true;
    return false;
  };
}

/** A list field matches when one of its elements does. */
function anyElement(value: FieldValue | undefined, test: ValueTest, event: LogEvent): boolean {
  if (!Array.isArray(value)) return test(value, event);
  for (const element of value) if (test(element as FieldValue, event)) return true;
  return false;
}

function valueTests(value: Scalar, item: Item, refuse: (message: string) => never): ValueTest[] {
  const has = (name: string): boolean => item.modifiers.includes(name);
  if (value === null) return [(actual) => !isThere(actual)];
  if (has('re')) return [regexTest(String(value), item.modifiers, refuse)];
  if (has('cidr')) return [cidrTest(String(value), refuse)];
  if (has('fieldref')) return [referenceTest(String(value), has)];
  const part = item.modifiers.find((modifier) => DATE_PARTS[modifier] !== undefined);
  const order = item.modifiers.find((modifier) => ['lt', 'lte', 'gt', 'gte'].includes(modifier));
  if (part !== undefined) return [datePartTest(DATE_PARTS[part]!, Number(value), order)];
  if (order !== undefined) {
    const bound = Number(value);
    if (Number.isNaN(bound)) refuse(`\`${String(value)}\` is no number`);
    return [(actual) => compares(Number(isThere(actual) && actual !== '' ? actual : Number.NaN), bound, order)];
  }
  const around = has('contains') || has('startswith') || has('endswith');
  if (typeof value === 'string' && value === '' && !around) return [(actual) => actual === ''];
  if (typeof value === 'number' && !around) {
    const text = String(value);
    return [(actual) => actual === value || actual === text];
  }
  return transformed(String(value), item.modifiers).map((pattern) => {
    const whole = surround(pattern, has('contains') || has('endswith'), has('contains') || has('startswith'));
    return textTest(whole, has('cased') || has('base64') || has('base64offset'));
  });
}

function textTest(pattern: Pattern, cased: boolean): ValueTest {
  const test = compileText(pattern, cased);
  return (actual) => (typeof actual === 'string' ? test(actual) : isThere(actual) ? test(String(actual)) : false);
}

/** Applies the transforming modifiers in the order they are written. */
function transformed(value: string, modifiers: readonly string[]): Pattern[] {
  const encodes = modifiers.some((modifier) =>
    ['base64', 'base64offset', 'utf16', 'utf16le', 'utf16be', 'wide', 'windash'].includes(modifier),
  );
  if (!encodes) return [parsePattern(value)];
  let texts = [value];
  let encoded = false;
  for (const modifier of modifiers) {
    if (modifier === 'windash') texts = texts.flatMap(windash);
    else if (modifier === 'base64') texts = texts.map(base64);
    else if (modifier === 'base64offset') texts = texts.flatMap(base64offsets);
    else if (modifier === 'wide' || modifier === 'utf16le') texts = texts.map(utf16le);
    else if (modifier === 'utf16be') texts = texts.map(utf16be);
    else if (modifier === 'utf16')
      texts = texts.flatMap((text) => [`\u00ff\u00fe${utf16le(text)}`, `\u00fe\u00ff${utf16be(text)}`]);
    else continue;
    encoded ||= modifier !== 'windash';
  }
  return texts.map((text) => (encoded ? [...text].map((ch) => ch.charCodeAt(0)) : parsePattern(text)));
}

function regexTest(source: string, modifiers: readonly string[], refuse: (message: string) => never): ValueTest {
  let flags = 0;
  if (modifiers.includes('i')) flags |= RE2JS.CASE_INSENSITIVE;
  if (modifiers.includes('m')) flags |= RE2JS.MULTILINE;
  if (modifiers.includes('s')) flags |= RE2JS.DOTALL;
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source), flags);
    return (actual) =>
      typeof actual === 'string'
        ? compiled.matcher(actual).find()
        : isThere(actual)
          ? compiled.matcher(String(actual)).find()
          : false;
  } catch (error) {
    return refuse(
      `the regular expression does not run in linear time or is wrong: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function cidrTest(text: string, refuse: (message: string) => never): ValueTest {
  const network = parseNetwork(text);
  if (network === null) return refuse(`\`${text}\` is no network`);
  return (actual) => {
    if (typeof actual !== 'string' || canonicalAddress(actual) === null) return false;
    const inner = parseNetwork(actual);
    return inner !== null && containsNetwork(network, inner);
  };
}

function referenceTest(name: string, has: (modifier: string) => boolean): ValueTest {
  const other = accessorOf(name);
  const fold = has('cased') ? (text: string): string => text : (text: string): string => text.toLowerCase();
  return (actual, event) => {
    const value = other(event);
    if (!isThere(actual) || !isThere(value)) return false;
    const left = fold(String(actual));
    const right = fold(String(value));
    if (has('contains')) return left.includes(right);
    if (has('startswith')) return left.startsWith(right);
    if (has('endswith')) return left.endsWith(right);
    return left === right;
  };
}

function datePartTest(part: (date: Date) => number, wanted: number, order: string | undefined): ValueTest {
  return (actual) => {
    const date = new Date(typeof actual === 'number' ? actual : String(actual));
    if (Number.isNaN(date.getTime())) return false;
    return order === undefined ? part(date) === wanted : compares(part(date), wanted, order);
  };
}

function compares(actual: number, bound: number, order: string): boolean {
  if (order === 'lt') return actual < bound;
  if (order === 'lte') return actual <= bound;
  return order === 'gt' ? actual > bound : actual >= bound;
}

/** A keyword is looked for in the message and in every text field. */
function keywordTest(item: Item, has: (modifier: string) => boolean): EventTest {
  const tests = item.values.map((value): ((text: string) => boolean) => {
    if (has('re')) {
      const compiled = RE2JS.compile(RE2JS.translateRegExp(String(value)), has('i') ? RE2JS.CASE_INSENSITIVE : 0);
      return (text) => compiled.matcher(text).find();
    }
    return compileText(surround(parsePattern(String(value)), true, true), has('cased'));
  });
  const found = (event: LogEvent, test: (text: string) => boolean): boolean => {
    if (test(event.message)) return true;
    for (const value of Object.values(event.fields)) if (typeof value === 'string' && test(value)) return true;
    return false;
  };
  if (has('all')) return (event) => tests.every((test) => found(event, test));
  return (event) => tests.some((test) => found(event, test));
}

function isThere(value: FieldValue | undefined): boolean {
  return value !== undefined && value !== null;
}

function isoWeek(date: Date): number {
  const day = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  return Math.ceil(((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7);
}
