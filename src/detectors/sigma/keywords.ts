/** Keywords: values that are looked for in the whole event. */
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import type { Item } from './ast.ts';
import { type CompiledItem, type Demand, type EventTest, WHOLE_EVENT } from './compiled.ts';
import { transformed } from './encodings.ts';
import { linearRegex } from './linear-regex.ts';
import { createLiteralSearch, type LiteralSearch } from './literal-search.ts';
import type { Refuse } from './modifiers.ts';
import { requiredLiterals } from './regex-literal.ts';
import { compileCodes, keyOf, literalOf, lowerPattern, parsePattern, surround } from './text-match.ts';
import { regexFlags } from './value-tests.ts';

/** From this many plain words on, one pass for all of them is cheaper than one for each. */
const MANY_WORDS = 4;

/** Calls back with every text of an event that keywords look at: its message and its fields, but not our own classification. */
export function someText(event: LogEvent, test: (text: string) => boolean): boolean {
  if (event.message !== '' && test(event.message)) return true;
  const { fields } = event;
  for (const name in fields) if (!name.startsWith('event.') && someValue(fields[name], test)) return true;
  return false;
}

function someValue(value: FieldValue | undefined, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value);
  if (value === undefined || value === null) return false;
  if (!Array.isArray(value)) return test(String(value));
  for (const each of value) if (test(String(each))) return true;
  return false;
}

/** One pass for a long list of plain words; null for anything else. */
function manyWords({ values, modifiers }: Item): EventTest | null {
  if (modifiers.length > 0 || values.length < MANY_WORDS) return null;
  const literals = values.map((value) => literalOf(lowerPattern(parsePattern(String(value)))));
  if (literals.some((literal) => literal === null)) return null;
  let search: LiteralSearch | undefined;
  const fits = (text: string): boolean => {
    search ??= createLiteralSearch([...new Set(literals as string[])]);
    return search.any(text.toLowerCase());
  };
  return (event) => someText(event, fits);
}

interface Word {
  readonly test: EventTest;
  readonly demand: Demand | null;
}

/** Compiles keywords. */
export function keywordItem(item: Item, refuse: Refuse): CompiledItem {
  const words = item.values.map((value): Word => {
    if (value === null || value === '') return refuse('a keyword must be text');
    return item.modifiers.includes('re')
      ? regexWord(String(value), item.modifiers, refuse)
      : plainWord(String(value), item.modifiers, refuse);
  });
  const many = manyWords(item);
  const tests = many === null ? words.map((word) => word.test) : [many];
  const demands = words.map((word) => word.demand);
  if (item.modifiers.includes('all'))
    return {
      test: (event) => tests.every((test) => test(event)),
      demands: demands.filter((demand) => demand !== null),
      cost: 50,
      reads: [WHOLE_EVENT],
    };
  return {
    test: (event) => tests.some((test) => test(event)),
    demands: demands.every((demand) => demand !== null) ? [demands.flat()] : [],
    cost: 50,
    reads: [WHOLE_EVENT],
  };
}

function plainWord(value: string, modifiers: readonly string[], refuse: Refuse): Word {
  const cased = modifiers.some((name) => name === 'cased' || name === 'base64' || name === 'base64offset');
  const patterns = transformed(value, modifiers, refuse).map((pattern) => surround(pattern, true, true));
  const tests = patterns.map((pattern) => compileCodes(cased ? pattern : lowerPattern(pattern)));
  const fits = (text: string): boolean => {
    const seen = cased ? text : text.toLowerCase();
    return tests.some((test) => test(seen));
  };
  const keys = patterns.map((pattern) => (cased && pattern.some((code) => code > 127) ? null : keyOf(pattern)));
  return {
    test: (event) => someText(event, fits),
    demand: keys.some((key) => key === null)
      ? null
      : keys.map((key) => ({ reader: null, kind: 'in', text: key!.text })),
  };
}

function regexWord(source: string, modifiers: readonly string[], refuse: Refuse): Word {
  try {
    const matches = linearRegex(source, regexFlags(modifiers));
    const literal = requiredLiterals(source)[0] ?? null;
    return {
      test: (event) => someText(event, matches),
      demand: literal === null ? null : [{ reader: null, kind: 'in', text: literal }],
    };
  } catch (error) {
    return refuse(
      `the regular expression is wrong or does not run in linear time: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
