/** Turns a query into a test of a line and its event. Texts are compared without regard to case. */
import { containsNetwork, formatNetwork, parseNetwork } from '../kit/cidr.ts';
import { type FieldValue, fieldOf, type LogEvent } from '../model/log-event.ts';
import { compileGlob, globMatches, hasWildcard } from './glob.ts';
import { orderOf } from './parse-query.ts';
import type { Operator, Query, Value } from './query.ts';

/** One line as it is tested; the lower-case text is made when first asked for. */
export interface Candidate {
  readonly event: LogEvent | null;
  lower(): string;
}

/** True when the line is wanted. */
export type LineTest = (line: Candidate) => boolean;
type One = string | number | boolean | null;

const MAX_REMEMBERED = 4096;

/** The test of a query. */
export function compileQuery(query: Query): LineTest {
  switch (query.kind) {
    case 'all':
      return () => true;
    case 'and': {
      const parts = query.parts.map(compileQuery);
      return (line) => parts.every((part) => part(line));
    }
    case 'or': {
      const parts = query.parts.map(compileQuery);
      return (line) => parts.some((part) => part(line));
    }
    case 'not': {
      const part = compileQuery(query.part);
      return (line) => !part(line);
    }
    case 'text':
      return textTest(query.value);
    case 'field':
      return fieldTest(query.field, query.operator, query.value);
  }
}

function textTest(value: Value): LineTest {
  if (value.quoted || !hasWildcard(value.text)) {
    const want = unescaped(value).toLowerCase();
    return (line) => line.lower().includes(want);
  }
  const glob = compileGlob(value.text, true);
  return (line) => globMatches(glob, line.lower());
}

function fieldTest(field: string, operator: Operator, value: Value): LineTest {
  const test = operator === '=' || operator === '!=' ? equals(field, value) : ordered(field, operator, value);
  const wanted = operator !== '!=';
  return ({ event }) => {
    const found = event === null ? undefined : fieldOf(event, field);
    if (found === undefined || found === null) return false;
    return (isList(found) ? found.some(test) : test(found)) === wanted;
  };
}

function isList(value: FieldValue): value is readonly (string | number | boolean)[] {
  return Array.isArray(value);
}

function ordered(field: string, operator: Operator, value: Value): (found: One) => boolean {
  const limit = orderOf(field, value.text) ?? Number.NaN;
  return (found) => {
    const number = typeof found === 'number' ? found : typeof found === 'string' ? Number(found) : Number.NaN;
    if (operator === '>') return number > limit;
    if (operator === '>=') return number >= limit;
    return operator === '<' ? number < limit : number <= limit;
  };
}

function equals(field: string, value: Value): (found: One) => boolean {
  const network = value.quoted ? null : parseNetwork(value.text);
  if (network !== null && value.text.includes('/'))
    return remembered((text) => {
      const mine = parseNetwork(text);
      return mine !== null && containsNetwork(network, mine);
    });
  if (!value.quoted && hasWildcard(value.text)) {
    if (value.text === '*') return () => true;
    const glob = compileGlob(value.text, false);
    return (found) => globMatches(glob, shown(field, found).toLowerCase());
  }
  const want = (network === null ? unescaped(value) : formatNetwork(network)).toLowerCase();
  return (found) => shown(field, found).toLowerCase() === want;
}

/** Many lines tell of the same few addresses. */
function remembered(test: (text: string) => boolean): (found: One) => boolean {
  const known = new Map<string, boolean>();
  return (found) => {
    if (typeof found !== 'string') return false;
    let answer = known.get(found);
    if (answer === undefined) {
      answer = test(found);
      if (known.size >= MAX_REMEMBERED) known.clear();
      known.set(found, answer);
    }
    return answer;
  };
}

function shown(field: string, found: One): string {
  return field === '@timestamp' && typeof found === 'number' ? new Date(found).toISOString() : String(found);
}

function unescaped({ text, quoted }: Value): string {
  return quoted ? text : text.replace(/\\([*?\\])/g, '$1');
}
