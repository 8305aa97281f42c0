/** The plainest evaluator of Sigma rules: one rule, one value at a time, nothing shared with the index. What it says is right. */
import { RE2JS } from 're2js';
import type { Condition, EventRule, FilterRule, Item, Logsource, Scalar } from '../../src/detectors/sigma/ast.ts';
import { transformed } from '../../src/detectors/sigma/encodings.ts';
import { bundledMappings } from '../../src/detectors/sigma/mappings.ts';
import { parseNetwork } from '../../src/kit/cidr.ts';
import { type FieldValue, fieldOf, type LogEvent } from '../../src/model/log-event.ts';

type Value = FieldValue | undefined;

/** What is evaluated here has been compiled before. */
function never(message: string): never {
  throw new Error(message);
}

/** Whether a rule matches an event, whatever its log source. */
export function ruleMatches(rule: EventRule, filters: readonly FilterRule[], event: LogEvent): boolean {
  return (
    conditionHolds(rule.condition, rule, rule.logsource, event) &&
    !filters.some((filter) => conditionHolds(filter.condition, filter, rule.logsource, event))
  );
}

function conditionHolds(
  condition: Condition,
  rule: Pick<EventRule, 'searches'>,
  source: Logsource,
  event: LogEvent,
): boolean {
  if (condition.op === 'not') return !conditionHolds(condition.of, rule, source, event);
  if (condition.op !== 'search') {
    const holds = (part: Condition): boolean => conditionHolds(part, rule, source, event);
    return condition.op === 'and' ? condition.of.every(holds) : condition.of.some(holds);
  }
  const maps = rule.searches.get(condition.name)!;
  return maps.some((items) => items.every((item) => itemHolds(item, source, event)));
}

function itemHolds(item: Item, source: Logsource, event: LogEvent): boolean {
  const has = (name: string): boolean => item.modifiers.includes(name);
  if (item.field === null) {
    const texts = wholeEvent(event);
    const holds = (value: Scalar): boolean =>
      texts.some((text) => textHolds(value, [...item.modifiers, 'contains'], text));
    return has('all') ? item.values.every(holds) : item.values.some(holds);
  }
  const actual = read(item.field, source, event);
  if (has('exists')) return (actual !== undefined) === (item.values[0] === true);
  const elements: readonly Value[] = Array.isArray(actual) ? actual : [actual as Value];
  const holds = (value: Scalar): boolean => elements.some((each) => valueHolds(value, item, each, source, event));
  const found = has('all') ? item.values.every(holds) : item.values.some(holds);
  return has('neq') ? !found : found;
}

function read(name: string, source: Logsource, event: LogEvent): Value {
  const own = fieldOf(event, name);
  const ours = bundledMappings().fieldOf(source, name);
  if (ours === null) return own;
  return event.fields[name] !== undefined ? event.fields[name] : fieldOf(event, ours);
}

function wholeEvent(event: LogEvent): string[] {
  const values = Object.entries(event.fields)
    .filter(([name, value]) => !name.startsWith('event.') && value !== undefined && value !== null)
    .flatMap(([, value]) => (Array.isArray(value) ? value : [value]).map(String));
  return event.message === '' ? values : [event.message, ...values];
}

function valueHolds(value: Scalar, item: Item, actual: Value, source: Logsource, event: LogEvent): boolean {
  const { modifiers } = item;
  const has = (name: string): boolean => modifiers.includes(name);
  if (value === null) return actual === undefined || actual === null;
  if (actual === undefined || actual === null) return false;
  if (has('fieldref')) {
    const other = read(String(value), source, event);
    if (other === undefined || other === null) return false;
    const fold = (text: string): string => (has('cased') ? text : text.toLowerCase());
    return (Array.isArray(other) ? other : [other]).some((each) => {
      const [left, right] = [fold(String(actual)), fold(String(each))];
      if (has('contains')) return left.includes(right);
      if (has('startswith')) return left.startsWith(right);
      return has('endswith') ? left.endsWith(right) : left === right;
    });
  }
  const number =
    typeof actual === 'number'
      ? actual
      : typeof actual === 'string' && actual.trim() !== ''
        ? Number(actual)
        : Number.NaN;
  if (has('lt')) return number < Number(value);
  if (has('lte')) return number <= Number(value);
  if (has('gt')) return number > Number(value);
  if (has('gte')) return number >= Number(value);
  if (has('cidr')) return typeof actual === 'string' && inNetwork(actual, String(value));
  return textHolds(value, modifiers, String(actual));
}

/** IPv4 by arithmetic. */
function inNetwork(address: string, network: string): boolean {
  const bits = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(address) || parseNetwork(address) === null) return false;
  const [base, length] = network.split('/');
  const size = 2 ** (32 - Number(length ?? 32));
  return Math.floor(bits(address) / size) === Math.floor(bits(base!) / size);
}

function textHolds(value: Scalar, modifiers: readonly string[], actual: string): boolean {
  const has = (name: string): boolean => modifiers.includes(name);
  if (has('re'))
    return RE2JS.compile(String(value), has('i') ? RE2JS.CASE_INSENSITIVE : 0)
      .matcher(actual)
      .find();
  if (value === '' && !modifiers.some((name) => name === 'contains' || name === 'startswith' || name === 'endswith'))
    return actual === '';
  const cased = has('cased') || has('base64') || has('base64offset');
  return transformed(String(value), modifiers, never).some((pattern) => {
    let source = '';
    for (let i = 0; i < pattern.length; ) {
      if (pattern[i]! < 0) {
        source += pattern[i] === -2 ? '[^]*' : '[^]';
        i++;
        continue;
      }
      let end = i;
      while (end < pattern.length && pattern[end]! >= 0) end++;
      const literal = String.fromCharCode(...pattern.slice(i, end));
      source += (cased ? literal : literal.toLowerCase()).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      i = end;
    }
    const before = has('contains') || has('endswith') ? '[^]*' : '';
    const after = has('contains') || has('startswith') ? '[^]*' : '';
    return new RegExp(`^${before}${source}${after}$`).test(cased ? actual : actual.toLowerCase());
  });
}
