/** Tests of single values that are no plain text: regular expressions, networks, comparisons, other fields. */
import { RE2JS } from 're2js';
import { canonicalAddress } from '../../kit/address.ts';
import { containsNetwork, parseNetwork } from '../../kit/cidr.ts';
import type { Scalar } from './ast.ts';
import type { ValueTest } from './compiled.ts';
import type { Reader } from './fields.ts';
import { linearRegex } from './linear-regex.ts';
import type { Refuse } from './modifiers.ts';
import { shortestMatch } from './regex-length.ts';
import { foldForRegex, holdsInOrder, requiredLiterals, requiredRuns } from './regex-literal.ts';

/** A regular expression on the linear engine, behind a text it cannot match without. */
export function regexTest(
  source: string,
  modifiers: readonly string[],
  reader: Reader,
  refuse: Refuse,
): { readonly test: ValueTest; readonly literal: string | null } {
  const runs = requiredRuns(source);
  const least = shortestMatch(source);
  try {
    const matches = linearRegex(source, regexFlags(modifiers));
    const find = (text: string): boolean => {
      if (text.length < least) return false;
      if (runs.length > 0 && !holdsInOrder(foldForRegex(reader.fold(text)), runs)) return false;
      return matches(text);
    };
    return {
      literal: requiredLiterals(source)[0] ?? null,
      test: (actual) =>
        actual !== undefined && actual !== null && find(typeof actual === 'string' ? actual : String(actual)),
    };
  } catch (error) {
    return refuse(
      `the regular expression does not run in linear time or is wrong: ${error instanceof Error ? error.message : String(error)}`,
      'look-around and back references are no part of Sigma; write a second search and `and`, `and not`',
    );
  }
}

/** The flags that the modifiers behind `re` set. */
export function regexFlags(modifiers: readonly string[]): number {
  const has = (...names: string[]): boolean => names.some((name) => modifiers.includes(name));
  return (
    (has('i', 'ignorecase') ? RE2JS.CASE_INSENSITIVE : 0) |
    (has('m', 'multiline') ? RE2JS.MULTILINE : 0) |
    (has('s', 'dotall') ? RE2JS.DOTALL : 0)
  );
}

/** Whether an address lies in a network. */
export function cidrTest(text: string, refuse: Refuse): ValueTest {
  const network = parseNetwork(text);
  if (network === null) return refuse(`\`${text}\` is no network`, 'write it like 203.0.113.0/24 or 2001:db8::/32');
  return (actual) => {
    if (typeof actual !== 'string' || canonicalAddress(actual) === null) return false;
    const inner = parseNetwork(actual);
    return inner !== null && containsNetwork(network, inner);
  };
}

/** `lt`, `lte`, `gt`, `gte`. */
export function orderTest(value: Scalar, order: string, refuse: Refuse): ValueTest {
  const bound = typeof value === 'boolean' || value === null || value === '' ? Number.NaN : Number(value);
  if (Number.isNaN(bound)) refuse(`\`${String(value)}\` is no number`);
  return (actual) => compares(numberOf(actual), bound, order);
}

/** Compares with another field of the same event. */
export function referenceTest(own: Reader, other: Reader, modifiers: readonly string[]): ValueTest {
  const has = (name: string): boolean => modifiers.includes(name);
  const order = ['lt', 'lte', 'gt', 'gte'].find(has);
  const cased = has('cased');
  return (actual, event) => {
    const value = other.get(event);
    if (actual === undefined || actual === null || value === undefined || value === null) return false;
    const candidates = Array.isArray(value) ? value : [value];
    if (order !== undefined)
      return candidates.some((each) => compares(numberOf(actual), numberOf(each as Scalar), order));
    const left = cased ? String(actual) : own.fold(String(actual));
    return candidates.some((each) => {
      const right = cased ? String(each) : other.fold(String(each));
      if (has('contains')) return left.includes(right);
      if (has('startswith')) return left.startsWith(right);
      return has('endswith') ? left.endsWith(right) : left === right;
    });
  };
}

/** True when the comparison holds; never with something that is no number. */
export function compares(actual: number, bound: number, order: string): boolean {
  if (order === 'lt') return actual < bound;
  if (order === 'lte') return actual <= bound;
  return order === 'gt' ? actual > bound : actual >= bound;
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}
