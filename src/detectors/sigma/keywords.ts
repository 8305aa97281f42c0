/** Keywords: values that are looked for in the whole event. */
import { RE2JS } from 're2js';
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import type { Item } from './ast.ts';
import type { CompiledItem, Demand, EventTest } from './compiled.ts';
import { transformed } from './encodings.ts';
import type { Refuse } from './modifiers.ts';
import { requiredLiteral } from './regex-literal.ts';
import { compileCodes, keyOf, lowerPattern, surround } from './text-match.ts';

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
      : plainWord(String(value), item.modifiers);
  });
  const tests = words.map((word) => word.test);
  const demands = words.map((word) => word.demand);
  if (item.modifiers.includes('all'))
    return {
      test: (event) => tests.every((test) => test(event)),
      demands: demands.filter((demand) => demand !== null),
      cost: 50,
    };
  return {
    test: (event) => tests.some((test) => test(event)),
    demands: demands.every((demand) => demand !== null) ? [demands.flat()] : [],
    cost: 50,
  };
}

function plainWord(value: string, modifiers: readonly string[]): Word {
  const cased = modifiers.some((name) => name === 'cased' || name === 'base64' || name === 'base64offset');
  const patterns = transformed(value, modifiers).map((pattern) => surround(pattern, true, true));
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
  let flags = 0;
  if (modifiers.includes('i')) flags |= RE2JS.CASE_INSENSITIVE;
  if (modifiers.includes('m')) flags |= RE2JS.MULTILINE;
  if (modifiers.includes('s')) flags |= RE2JS.DOTALL;
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source), flags);
    const literal = requiredLiteral(source, modifiers.includes('i'));
    return {
      test: (event) => someText(event, (text) => compiled.matcher(text).find()),
      demand: literal === null ? null : [{ reader: null, kind: 'in', text: literal }],
    };
  } catch (error) {
    return refuse(
      `the regular expression is wrong or does not run in linear time: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
