/** Rules loaded together: compiled, linked to their correlations, faults set aside. */
import { AppError } from '../../kit/errors.ts';
import type { Level, RuleAction, RuleInfo } from '../../model/detection.ts';
import type { EventKind } from '../../model/log-event.ts';
import type { CorrelationRule, EventRule, RuleHead, SigmaRule } from './ast.ts';
import { type CompiledRule, compileRule, createRuleTable, fitsKind, infoOf, type RuleTable } from './compile.ts';
import { type Correlation, type Feed, fieldFor, GroupTable } from './correlate.ts';
import { type Accessor, isEnvelopeField } from './fields.ts';
import { parseSigma } from './parse.ts';

/** What a configuration may change of a rule without editing it. */
export interface RuleOverride {
  readonly enabled?: boolean | undefined;
  readonly level?: Level | undefined;
  readonly action?: RuleAction | undefined;
  /** A rule that bans only notes whom it would have banned. */
  readonly observe?: boolean | undefined;
  readonly banSeconds?: number | undefined;
  readonly threshold?: number | undefined;
  readonly timespanMs?: number | undefined;
}

/** A linked event rule: which correlations it feeds and whether it speaks by itself. */
export interface LinkedRule extends CompiledRule {
  readonly feeds: readonly Feed[];
  readonly alerts: boolean;
}

/** Everything that can be matched. */
export interface RuleSet {
  readonly rules: readonly LinkedRule[];
  readonly correlations: readonly Correlation[];
  readonly tables: readonly GroupTable[];
  tableFor(kind: EventKind): RuleTable;
  /** Whether a rule could match an event of this kind and `event.action`; null stands for an event without fields. */
  wants(kind: EventKind, action: string | null): boolean;
  /** One entry a document, in the order read. */
  readonly loaded: readonly {
    readonly path: string;
    readonly id: string;
    readonly title: string;
    readonly type: SigmaRule['type'];
  }[];
}

/** Rules and the faults of the files that were left out. */
export interface LoadedRules {
  readonly set: RuleSet;
  readonly errors: readonly AppError[];
}

/** Compiles the given files. A broken file, rule or correlation is reported and does not touch the others. */
export function loadRules(
  files: readonly { readonly path: string; readonly text: string }[],
  overrides: Readonly<Record<string, RuleOverride>> = {},
): LoadedRules {
  const errors: AppError[] = [];
  const parsed: SigmaRule[] = [];
  const loaded: { path: string; id: string; title: string; type: SigmaRule['type'] }[] = [];
  for (const file of files) {
    attempt(errors, file.path, () => {
      for (const rule of parseSigma(file.text, file.path)) {
        loaded.push({ path: file.path, id: rule.id, title: rule.title, type: rule.type });
        const changed = override(rule, overrides[rule.id] ?? (rule.name === null ? undefined : overrides[rule.name]));
        if (changed !== null) parsed.push(changed);
      }
    });
  }
  const unique = dropDuplicates(parsed, errors);
  const compiled: CompiledRule[] = [];
  for (const rule of unique)
    if (rule.type === 'rule') attempt(errors, rule.place.file, () => void compiled.push(compileRule(rule)));
  const correlations = unique.filter((rule): rule is CorrelationRule => rule.type === 'correlation');
  return { set: link(compiled, correlations, loaded, errors), errors };
}

function attempt(errors: AppError[], file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    errors.push(
      error instanceof AppError
        ? error
        : new AppError('SIGMA_FORM', {
            message: error instanceof Error ? error.message : String(error),
            at: { file },
            cause: error,
          }),
    );
  }
}

function override(rule: SigmaRule, change: RuleOverride | undefined): SigmaRule | null {
  if (change === undefined) return rule;
  if (change.enabled === false) return null;
  const action = change.action ?? rule.action;
  const head = {
    level: change.level ?? rule.level,
    action: action === 'ban' && change.observe === true ? ('observe' as const) : action,
    banSeconds: change.banSeconds ?? rule.banSeconds,
  };
  if (rule.type === 'rule') return { ...rule, ...head };
  return {
    ...rule,
    ...head,
    threshold: change.threshold ?? rule.threshold,
    timespanMs: change.timespanMs ?? rule.timespanMs,
  };
}

function dropDuplicates(rules: readonly SigmaRule[], errors: AppError[]): SigmaRule[] {
  const seen = new Map<string, RuleHead>();
  return rules.filter((rule) => {
    const first = seen.get(rule.id);
    if (first === undefined) {
      seen.set(rule.id, rule);
      return true;
    }
    errors.push(
      new AppError('SIGMA_DUPLICATE', {
        message: `the id ${rule.id} is already used in ${first.place.file}`,
        hint: 'give this rule an id of its own',
        at: rule.place,
      }),
    );
    return false;
  });
}

interface Linked extends CompiledRule {
  readonly feeds: Feed[];
  alerts: boolean;
}

function link(
  compiled: readonly CompiledRule[],
  written: readonly CorrelationRule[],
  loaded: RuleSet['loaded'],
  errors: AppError[],
): RuleSet {
  const rules: Linked[] = compiled.map((rule) => ({ ...rule, feeds: [], alerts: true }));
  const rulesByName = new Map<string, Linked>();
  for (const rule of rules) for (const name of namesOf(rule.rule)) rulesByName.set(name, rule);
  const correlations: Correlation[] = written.map((rule) => ({ rule, info: infoOf(rule, 'correlation'), feeds: [] }));
  const correlationsByName = new Map<string, Correlation>();
  for (const correlation of correlations)
    for (const name of namesOf(correlation.rule)) correlationsByName.set(name, correlation);
  const tables = new Map<string, GroupTable>();
  const sharedGroups = new Map<string, readonly Accessor[]>();
  const keptAlerting = new Set<Linked>();
  const running: Correlation[] = [];

  for (const correlation of correlations) {
    const { rule } = correlation;
    const members = rule.rules.map((name) => rulesByName.get(name) ?? correlationsByName.get(name));
    const missing = rule.rules.find((_, index) => members[index] === undefined);
    if (missing !== undefined) {
      errors.push(
        new AppError('SIGMA_CORRELATION', {
          message: `${rule.title}: it rests on \`${missing}\`, which is not loaded`,
          at: rule.place,
          hint: 'name a rule by its id or its `name`',
        }),
      );
      continue;
    }
    if (restsOnItself(correlation, members, correlationsByName)) {
      errors.push(new AppError('SIGMA_CORRELATION', { message: `${rule.title}: it rests on itself`, at: rule.place }));
      continue;
    }
    running.push(correlation);
    const tableName = rule.groupBy.join('\u001e');
    let table = tables.get(tableName);
    if (table === undefined) {
      table = new GroupTable(tableName);
      tables.set(tableName, table);
    }
    const slot = table.slotOf(correlation);
    for (const [member, target] of members.entries()) {
      const names = namesOf('test' in target! ? target.rule : target!.rule);
      const feed: Feed = {
        correlation,
        member,
        table,
        slot,
        group: groupReaders(rule, names, tableName, sharedGroups),
        value: rule.valueFields.length === 0 ? null : fieldFor(rule, rule.valueFields[0]!, names),
      };
      target!.feeds.push(feed);
      if ('test' in target!) {
        target.alerts = false;
        if (rule.generate) keptAlerting.add(target);
      }
    }
  }
  for (const rule of keptAlerting) rule.alerts = true;
  // Feeds that share a table stand together, so that the group is looked up once.
  for (const rule of rules)
    rule.feeds.sort((a, b) => (a.table.name < b.table.name ? -1 : a.table.name > b.table.name ? 1 : 0));

  const byKind = new Map<EventKind, RuleTable>();
  return {
    rules,
    correlations: running,
    tables: [...tables.values()],
    loaded,
    wants: (kind, action) => rules.some((rule) => fitsKind(rule.rule as EventRule, kind) && couldMatch(rule, action)),
    tableFor(kind) {
      let table = byKind.get(kind);
      if (table === undefined) {
        table = createRuleTable(rules.filter((rule) => fitsKind(rule.rule as EventRule, kind)));
        byKind.set(kind, table);
      }
      return table;
    },
  };
}

/** False only where what the rule demands cannot be there. */
function couldMatch(rule: CompiledRule, action: string | null): boolean {
  return rule.demands.every(({ field, values }) => {
    if (field === 'event.action') return action !== null && values.includes(action);
    return action !== null || isEnvelopeField(field);
  });
}

/** Readers without aliases are shared by all rules of a table, which lets feeds share their group. */
function groupReaders(
  rule: CorrelationRule,
  names: readonly string[],
  tableName: string,
  shared: Map<string, readonly Accessor[]>,
): readonly Accessor[] {
  if (rule.aliases.size > 0) return rule.groupBy.map((field) => fieldFor(rule, field, names));
  let readers = shared.get(tableName);
  if (readers === undefined) {
    readers = rule.groupBy.map((field) => fieldFor(rule, field, []));
    shared.set(tableName, readers);
  }
  return readers;
}

function restsOnItself(
  start: Correlation,
  members: readonly (Linked | Correlation | undefined)[],
  byName: ReadonlyMap<string, Correlation>,
): boolean {
  const open = members.filter((member): member is Correlation => member !== undefined && !('test' in member));
  const seen = new Set<Correlation>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === start) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    for (const name of next.rule.rules) {
      const inner = byName.get(name);
      if (inner !== undefined) open.push(inner);
    }
  }
  return false;
}

function namesOf(rule: RuleHead): string[] {
  return rule.name === null ? [rule.id] : [rule.id, rule.name];
}

/** Facts of all rules and correlations that run, for lists and detections. */
export function allInfos(set: RuleSet): RuleInfo[] {
  return [...set.rules.map((rule) => rule.info), ...set.correlations.map((correlation) => correlation.info)];
}
