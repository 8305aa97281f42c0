/** Event rules to tests: conditions over searches, filters taken out, and the demands by which the index finds them. */
import type { RuleInfo } from '../../model/detection.ts';
import type { Condition, CorrelationRule, EventRule, FilterRule, RuleHead, Search } from './ast.ts';
import type { CompiledItem, Demand, EventTest } from './compiled.ts';
import { type CompileContext, compileItem } from './item.ts';

/** A rule ready to run. */
export interface CompiledRule {
  readonly rule: Omit<EventRule, 'searches' | 'condition'>;
  readonly info: RuleInfo;
  readonly test: EventTest;
  /** Each must be satisfied for the rule to match. */
  readonly demands: readonly Demand[];
  /** Our names of the fields that the test reads, or WHOLE_EVENT. */
  readonly reads: readonly string[];
}

type Part = CompiledItem;

/** A list of keys longer than this finds a rule too often to be worth the room. */
const MAX_KEYS = 4096;

/** Compiles one event rule with the filters that apply to it. Throws AppError. */
export function compileRule(
  rule: EventRule,
  filters: readonly FilterRule[],
  context: Omit<CompileContext, 'logsource'>,
): CompiledRule {
  const own = { ...context, logsource: rule.logsource };
  const part = compileDetection(rule, own);
  const without = filters.map((filter) => compileDetection(filter, own));
  const outs = without.map((filter) => filter.test);
  const { searches: _searches, condition: _condition, ...head } = rule;
  return {
    rule: head,
    info: infoOf(rule, 'sigma'),
    test: outs.length === 0 ? part.test : (event) => part.test(event) && !outs.some((out) => out(event)),
    demands: part.demands,
    reads: [...new Set([part, ...without].flatMap((each) => each.reads))],
  };
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

function compileDetection(rule: EventRule | FilterRule, context: CompileContext): Part {
  const searches = new Map<string, Part>();
  for (const [name, search] of rule.searches) searches.set(name, compileSearch(search, context));
  return compileCondition(rule.condition, (name) => searches.get(name)!);
}

function compileSearch(search: Search, context: CompileContext): Part {
  return anyOf(search.map((items) => allOf(items.map((item) => compileItem(item, context)))));
}

function compileCondition(condition: Condition, partOf: (name: string) => Part): Part {
  if (condition.op === 'search') return partOf(condition.name);
  if (condition.op === 'not') {
    const inner = compileCondition(condition.of, partOf);
    return { ...inner, test: (event) => !inner.test(event), demands: [] };
  }
  const parts = condition.of.map((part) => compileCondition(part, partOf));
  return condition.op === 'and' ? allOf(parts) : anyOf(parts);
}

/** All must hold; the cheapest is asked first. */
function allOf(parts: readonly Part[]): Part {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const tests = parts.toSorted((a, b) => a.cost - b.cost).map((part) => part.test);
  const [one, two] = tests;
  return {
    demands: parts.flatMap((part) => part.demands),
    cost: parts.reduce((sum, part) => sum + part.cost, 0),
    reads: parts.flatMap((part) => part.reads),
    test:
      one !== undefined && two !== undefined && tests.length === 2
        ? (event) => one(event) && two(event)
        : (event) => {
            for (const test of tests) if (!test(event)) return false;
            return true;
          },
  };
}

/** Any may hold: what is demanded is one demand of each, whichever it be. */
function anyOf(parts: readonly Part[]): Part {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const tests = parts.toSorted((a, b) => a.cost - b.cost).map((part) => part.test);
  const chosen = parts.map((part) => part.demands.toSorted((a, b) => weightOf(a) - weightOf(b))[0]);
  const union = chosen.every((demand) => demand !== undefined) ? chosen.flat() : [];
  return {
    demands: union.length === 0 || union.length > MAX_KEYS ? [] : [union],
    cost: parts.reduce((sum, part) => sum + part.cost, 0),
    reads: parts.flatMap((part) => part.reads),
    test: (event) => {
      for (const test of tests) if (test(event)) return true;
      return false;
    },
  };
}

/** A guess at how often a demand is met: short texts and mere presence often, long texts and whole values seldom. */
export function weightOf(demand: Demand): number {
  // Keywords mean a pass over the whole event.
  let sum = demand.some(({ reader }) => reader === null) ? 0.05 : 0;
  for (const { kind, text, reader } of demand) {
    if (kind === 'there') sum += 1;
    else if ((reader !== null && COMMON.has(reader.ours)) || isCommonText(text)) sum += 0.5;
    else sum += kind === 'eq' ? 0.02 : 0.5 ** Math.min(text.length, 16);
  }
  return sum;
}

/** Fields with a handful of values that half the events share. */
const COMMON: ReadonlySet<string> = new Set([
  'event.category',
  'event.outcome',
  'event.type',
  'http.request.method',
  'http.response.status_code',
  'winlog.channel',
]);

/** What paths and command lines are full of: a piece of these says little. */
const COMMON_TEXTS: readonly string[] = [
  'c:\\windows\\system32\\',
  'c:\\windows\\syswow64\\',
  'c:\\program files (x86)\\',
  'c:\\program files\\',
  'c:\\users\\',
  '\\appdata\\local\\temp\\',
  '\\appdata\\roaming\\',
  '\\svchost.exe -k netsvcs -p -s ',
  '\\services.exe',
  '\\windowspowershell\\v1.0\\powershell.exe',
  '\\cmd.exe /c ',
  '\\explorer.exe',
  '\\microsoft\\windows\\currentversion\\',
  'https://',
  '/usr/bin/',
  '/usr/sbin/',
];
const commonTexts = new Map<string, boolean>();

function isCommonText(text: string): boolean {
  let common = commonTexts.get(text);
  if (common === undefined) {
    common = COMMON_TEXTS.some((each) => each.includes(text));
    if (commonTexts.size < MAX_KEYS) commonTexts.set(text, common);
  }
  return common;
}
