/** One detection item (`field|modifier: values`) to a test over events, and what an event must hold for it to be true. */
import { fail } from '../../kit/errors.ts';
import { isAscii } from '../../kit/text.ts';
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import type { Item, Logsource, Scalar } from './ast.ts';
import type { CompiledItem, Demand, EventTest, Key, ValueTest } from './compiled.ts';
import { datePartTest } from './date-parts.ts';
import { transformed } from './encodings.ts';
import type { Reader, Readers } from './fields.ts';
import { keywordItem } from './keywords.ts';
import { createLiteralSearch, type LiteralSearch } from './literal-search.ts';
import { checkDatePart, checkModifiers, DATE_PARTS, type Refuse } from './modifiers.ts';
import { expandPlaceholders, type Placeholders } from './placeholders.ts';
import { compileCodes, keyOf, literalOf, lowerPattern, type Pattern, parsePattern, surround } from './text-match.ts';
import { cidrTest, orderTest, referenceTest, regexTest } from './value-tests.ts';

/** What compiling a rule needs besides the rule. */
export interface CompileContext {
  readonly readers: Readers;
  readonly logsource: Logsource;
  readonly placeholders: Placeholders;
}

interface CompiledValue {
  readonly test: ValueTest;
  readonly key: Omit<Key, 'reader'> | null;
}

/** From this many plain `contains` values on, one pass for all of them is cheaper than one for each. */
const MANY_LITERALS = 6;

/** Compiles an item. Throws AppError for unknown or contradictory modifiers. */
export function compileItem(written: Item, context: CompileContext): CompiledItem {
  const refuse: Refuse = (message, hint) =>
    fail('SIGMA_MODIFIER', {
      message: `${written.key}: ${message}`,
      at: written.place,
      ...(hint === undefined ? {} : { hint }),
    });
  checkModifiers(written, refuse);
  const item = written.modifiers.includes('expand') ? expandPlaceholders(written, context.placeholders) : written;
  if (item.field === null) return keywordItem(item, refuse);
  const reader = context.readers.of(context.logsource, item.field);
  const { modifiers } = item;
  if (modifiers.includes('exists')) return existsItem(item, reader, refuse);
  const all = modifiers.includes('all');
  const values = item.values.map((value) => valuesOf(value, item, reader, context, refuse));
  const many = all ? null : manyLiterals(item, reader);
  const tests = many === null ? values.map((group) => anyValue(group.map((each) => each.test))) : [many];
  const found = combine(reader, tests, all);
  const common = { cost: costOf(item), reads: readsOf(item, reader, context) };
  if (modifiers.includes('neq')) return { test: (event) => !found(event), demands: [], ...common };
  return { test: found, demands: demandsOf(values, all, reader), ...common };
}

function existsItem(item: Item, reader: Reader, refuse: Refuse): CompiledItem {
  const value = item.values[0];
  const wanted = value === true || value === 'true' || value === 'yes';
  if (item.values.length !== 1 || (!wanted && value !== false && value !== 'false' && value !== 'no'))
    refuse('`exists` is true or false');
  return {
    test: (event) => (reader.get(event) !== undefined) === wanted,
    demands: [],
    cost: 0,
    reads: [reader.ours],
  };
}

function readsOf({ modifiers, values }: Item, reader: Reader, { readers, logsource }: CompileContext): string[] {
  if (!modifiers.includes('fieldref')) return [reader.ours];
  return [reader.ours, ...values.map((name) => readers.of(logsource, String(name)).ours)];
}

function demandsOf(values: readonly (readonly CompiledValue[])[], all: boolean, reader: Reader): Demand[] {
  const keysOf = (group: readonly CompiledValue[]): Demand | null =>
    group.some((each) => each.key === null) ? null : group.map((each) => ({ ...each.key!, reader }));
  if (!all) {
    const demand = keysOf(values.flat());
    return demand === null ? [] : [demand];
  }
  return values.map(keysOf).filter((demand) => demand !== null);
}

/** The tests of one written value, any of which may hold. */
function valuesOf(
  value: Scalar,
  item: Item,
  reader: Reader,
  context: CompileContext,
  refuse: Refuse,
): readonly CompiledValue[] {
  const { modifiers } = item;
  const has = (name: string): boolean => modifiers.includes(name);
  const there = { kind: 'there', text: '' } as const;
  const order = ['lt', 'lte', 'gt', 'gte'].find(has);
  const part = DATE_PARTS.find(has);
  if (part !== undefined) return [{ test: datePartTest(part, checkDatePart(part, value, refuse), order), key: there }];
  if (has('fieldref')) {
    if (typeof value !== 'string' || value === '') refuse('`fieldref` takes the name of a field');
    return [
      { test: referenceTest(reader, context.readers.of(context.logsource, String(value)), modifiers), key: there },
    ];
  }
  if (order !== undefined) return [{ test: orderTest(value, order, refuse), key: there }];
  if (value === null) {
    if (modifiers.some((name) => name !== 'all' && name !== 'neq')) refuse('null cannot be changed by a modifier');
    return [{ test: (actual) => actual === undefined || actual === null, key: null }];
  }
  if (has('re')) {
    const { test, literal } = regexTest(String(value), modifiers, reader, refuse);
    return [{ test, key: literal === null ? there : { kind: 'in', text: literal } }];
  }
  if (has('cidr')) return [{ test: cidrTest(String(value), refuse), key: there }];
  return plainValues(value, modifiers, reader, refuse);
}

function plainValues(
  value: string | number | boolean,
  modifiers: readonly string[],
  reader: Reader,
  refuse: Refuse,
): CompiledValue[] {
  const has = (name: string): boolean => modifiers.includes(name);
  const before = has('contains') || has('endswith');
  const after = has('contains') || has('startswith');
  if (value === '' && !before && !after) return [{ test: (actual) => actual === '', key: { kind: 'eq', text: '' } }];
  if (typeof value === 'number' && !before && !after) {
    const text = String(value);
    return [{ test: (actual) => actual === value || actual === text, key: { kind: 'eq', text: text.toLowerCase() } }];
  }
  const cased = has('cased') || has('base64') || has('base64offset');
  return transformed(String(value), modifiers, refuse).map((pattern) => {
    const whole = surround(pattern, before, after);
    const key = cased && whole.some((code) => code > 127) ? null : keyOf(whole);
    return { test: textTest(whole, cased, reader), key: key ?? { kind: 'there', text: '' } };
  });
}

function textTest(pattern: Pattern, cased: boolean, reader: Reader): ValueTest {
  const whole = cased ? null : literalOf(lowerPattern(pattern));
  if (whole !== null && isAscii(whole)) return wholeTest(whole, reader);
  const test = compileCodes(cased ? pattern : lowerPattern(pattern));
  if (cased) return (actual) => isThere(actual) && test(typeof actual === 'string' ? actual : String(actual));
  return (actual) => isThere(actual) && test(reader.fold(typeof actual === 'string' ? actual : String(actual)));
}

/** A whole value in ASCII: whatever becomes that text in lower case is as long as it is. */
function wholeTest(text: string, reader: Reader): ValueTest {
  const { length } = text;
  return (actual) => {
    if (actual === text) return true;
    if (!isThere(actual)) return false;
    const own = typeof actual === 'string' ? actual : String(actual);
    return own.length === length && reader.fold(own) === text;
  };
}

/** One test for a long list of plain `contains` values; null when the item is anything else. */
function manyLiterals(item: Item, reader: Reader): ValueTest | null {
  if (item.modifiers.length !== 1 || item.modifiers[0] !== 'contains' || item.values.length < MANY_LITERALS)
    return null;
  const literals = item.values.map((value) =>
    typeof value === 'string' && value !== '' ? literalOf(lowerPattern(parsePattern(value))) : null,
  );
  if (literals.some((literal) => literal === null)) return null;
  // Built when first needed: most rules of a large pack are never tried.
  let search: LiteralSearch | undefined;
  return (actual) => {
    if (!isThere(actual)) return false;
    search ??= createLiteralSearch([...new Set(literals as string[])]);
    return search.any(reader.fold(typeof actual === 'string' ? actual : String(actual)));
  };
}

function anyValue(tests: readonly ValueTest[]): ValueTest {
  const one = tests[0];
  if (tests.length === 1 && one !== undefined) return one;
  return (value, event) => {
    for (const test of tests) if (test(value, event)) return true;
    return false;
  };
}

function combine(reader: Reader, tests: readonly ValueTest[], all: boolean): EventTest {
  const { get } = reader;
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

function costOf({ modifiers, values }: Item): number {
  if (modifiers.includes('re')) return 100;
  return modifiers.includes('cidr') ? 20 : values.length + (modifiers.length > 0 ? 1 : 0);
}

function isThere(value: FieldValue | undefined): boolean {
  return value !== undefined && value !== null;
}
