/** Event rules to tests, and tests to a table per log source: a rule is only tried when a value it demands is there. */
import type { RuleInfo } from '../../model/detection.ts';
import type { EventKind, LogEvent } from '../../model/log-event.ts';
import type { Condition, CorrelationRule, EventRule, RuleHead, Search } from './ast.ts';
import { type Accessor, accessorOf } from './fields.ts';
import { type CompiledItem, compileItem, type EventTest } from './item.ts';

/** A rule ready to run. */
export interface CompiledRule {
  readonly rule: EventRule;
  readonly info: RuleInfo;
  readonly test: EventTest;
  /** Fields of which one of the listed values must be there for the rule to match. */
  readonly demands: readonly { readonly field: string; readonly values: readonly string[] }[];
}

/** Compiles one event rule. Throws AppError. */
export function compileRule(rule: EventRule): CompiledRule {
  const demands: { field: string; values: readonly string[] }[] = [];
  const searches = new Map<string, { test: EventTest; demands: CompiledRule['demands'] }>();
  for (const [name, search] of rule.searches) searches.set(name, compileSearch(search));
  const test = compileCondition(rule.condition, (name) => searches.get(name)!.test);
  collectDemands(rule.condition, (name) => searches.get(name)!.demands, demands);
  return { rule, info: infoOf(rule, 'sigma'), test, demands };
}

/** What detections say of a rule. */
export function infoOf(rule: RuleHead | CorrelationRule, kind: 'sigma' | 'correlation'): RuleInfo {
  return {
    id: rule.id,
    title: rule.title,
    level: rule.level,
    tags: rule.tags,
    kind,
    action: rule.action,
    banSeconds: rule.banSeconds,
  };
}

function compileSearch(search: Search): { test: EventTest; demands: CompiledRule['demands'] } {
  const maps = search.map((items) => items.map((item) => compileItem(item)));
  const tests = maps.map((items) => allOf(items.map((item) => item.test)));
  const only = maps.length === 1 ? maps[0]! : [];
  return {
    test: anyOf(tests),
    demands: only.flatMap((item: CompiledItem) => (item.equals === null ? [] : [item.equals])),
  };
}

function compileCondition(condition: Condition, testOf: (name: string) => EventTest): EventTest {
  if (condition.op === 'search') return testOf(condition.name);
  if (condition.op === 'not') {
    const inner = compileCondition(condition.of, testOf);
    return (event) => !inner(event);
  }
  const parts = condition.of.map((part) => compileCondition(part, testOf));
  return condition.op === 'and' ? allOf(parts) : anyOf(parts);
}

/** Demands of the parts that every match must satisfy. */
function collectDemands(
  condition: Condition,
  of: (name: string) => CompiledRule['demands'],
  out: { field: string; values: readonly string[] }[],
): void {
  if (condition.op === 'search') out.push(...of(condition.name));
  else if (condition.op === 'and') for (const part of condition.of) collectDemands(part, of, out);
}

function allOf(tests: readonly EventTest[]): EventTest {
  const [one, two] = tests;
  if (one !== undefined && tests.length === 1) return one;
  if (one !== undefined && two !== undefined && tests.length === 2) return (event) => one(event) && two(event);
  return (event) => {
    for (const test of tests) if (!test(event)) return false;
    return true;
  };
}

function anyOf(tests: readonly EventTest[]): EventTest {
  const one = tests[0];
  if (one !== undefined && tests.length === 1) return one;
  return (event) => {
    for (const test of tests) if (test(event)) return true;
    return false;
  };
}

/** The rules of one log source, found by the values an event carries. */
export interface RuleTable {
  /** Appends the rules that match. */
  match(event: LogEvent, out: CompiledRule[]): void;
}

/** Raw values remembered per field, so that a value is put in lower case once. */
const MAX_REMEMBERED = 4096;

interface FieldIndex {
  readonly get: Accessor;
  readonly byValue: Map<string, CompiledRule[]>;
  readonly remembered: Map<string, readonly CompiledRule[]>;
}

const NONE: readonly CompiledRule[] = [];

/** Builds the table of the rules that fit a log source. */
export function createRuleTable(rules: readonly CompiledRule[]): RuleTable {
  const fieldUse = new Map<string, number>();
  for (const rule of rules)
    for (const field of new Set(rule.demands.map((demand) => demand.field)))
      fieldUse.set(field, (fieldUse.get(field) ?? 0) + 1);
  const indexes = new Map<string, FieldIndex>();
  const always: CompiledRule[] = [];
  for (const rule of rules) {
    // The field most rules share keeps the number of look-ups per event small; an action says more than a category.
    const demand = rule.demands.toSorted((a, b) => rank(b.field, fieldUse) - rank(a.field, fieldUse))[0];
    if (demand === undefined) {
      always.push(rule);
      continue;
    }
    let index = indexes.get(demand.field);
    if (index === undefined) {
      index = { get: accessorOf(demand.field), byValue: new Map(), remembered: new Map() };
      indexes.set(demand.field, index);
    }
    for (const value of new Set(demand.values)) index.byValue.set(value, [...(index.byValue.get(value) ?? []), rule]);
  }
  const fields = [...indexes.values()];

  return {
    match(event, out) {
      for (const index of fields) {
        const value = index.get(event);
        if (value === undefined || value === null) continue;
        if (Array.isArray(value)) {
          const seen = new Set<CompiledRule>();
          for (const element of value) for (const rule of candidates(index, String(element))) seen.add(rule);
          for (const rule of seen) if (rule.test(event)) out.push(rule);
          continue;
        }
        for (const rule of candidates(index, typeof value === 'string' ? value : String(value)))
          if (rule.test(event)) out.push(rule);
      }
      for (const rule of always) if (rule.test(event)) out.push(rule);
    },
  };
}

function rank(field: string, use: ReadonlyMap<string, number>): number {
  return field === 'event.action'
    ? 1e9
    : field === 'event.category' || field === 'event.outcome'
      ? -1
      : (use.get(field) ?? 0);
}

function candidates(index: FieldIndex, value: string): readonly CompiledRule[] {
  const known = index.remembered.get(value);
  if (known !== undefined) return known;
  const found = index.byValue.get(value.toLowerCase()) ?? NONE;
  if (index.remembered.size < MAX_REMEMBERED && value.length < 64)
    index.remembered.set(Buffer.from(value).toString(), found);
  return found;
}

/** True when every part the rule names is the event's. */
export function fitsKind(rule: EventRule, kind: EventKind): boolean {
  const { product, service, category } = rule.logsource;
  return (
    (product === null || product === kind.product) &&
    (service === null || service === kind.service) &&
    (category === null || category === kind.category)
  );
}
