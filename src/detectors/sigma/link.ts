/** Joins rules with the correlations that rest on them. */
import { AppError } from '../../kit/errors.ts';
import type { EventKind, LogEvent } from '../../model/log-event.ts';
import { createAlikeTable } from './alike-table.ts';
import type { CorrelationRule, Logsource, RuleHead } from './ast.ts';
import { type CompiledRule, infoOf } from './compile.ts';
import type { Correlation, Feed, Feeds, ValueReader } from './correlate.ts';
import { type Accessor, ANY_SOURCE, type Readers } from './fields.ts';
import { Gate } from './gate.ts';
import { GroupTable, MAX_WAITING } from './group-table.ts';
import { judgeParts } from './parts.ts';
import type { RuleTable } from './rule-index.ts';
import type { LinkedRule, LoadedDocument, RuleSet } from './rule-set.ts';
import { createWants, keywordSearch, needlesOf } from './wants.ts';

interface Linked extends CompiledRule {
  readonly sets: Feeds[];
  alerts: boolean;
}

interface Running extends Correlation {
  readonly sets: Feeds[];
}

type Member = Linked | Running;

/** A set of feeds while it is gathered. */
interface Draft {
  readonly group: readonly Accessor[];
  readonly feeds: Feed[];
  /** The lists of fields whose values are counted. */
  readonly values: (readonly Accessor[])[];
}

const isRule = (member: Member): member is Linked => 'test' in member;

/** A rule set of compiled rules and correlations; a correlation that cannot run is reported. */
export function link(
  compiled: readonly CompiledRule[],
  written: readonly CorrelationRule[],
  loaded: readonly LoadedDocument[],
  readers: Readers,
  errors: AppError[],
): RuleSet {
  const rules: Linked[] = compiled.map((rule) => ({ ...rule, sets: [], alerts: true }));
  const correlations: Running[] = written.map((rule) => ({
    rule,
    info: infoOf(rule, 'correlation'),
    sets: [],
    alerts: true,
  }));
  const members = new Map<string, Member>();
  for (const member of [...correlations, ...rules]) for (const name of namesOf(member.rule)) members.set(name, member);
  const running = correlations.filter((each) => isSound(each, members, errors));
  const tables = new Map<string, GroupTable>();
  const feeds = new Map<Member, Map<GroupTable, Draft[]>>();
  for (const correlation of running) join(correlation, members, tables, feeds, readers);
  for (const [member, byTable] of feeds)
    for (const [table, sets] of byTable)
      for (const set of sets) {
        const made = setOf(table, set);
        table.sets.push(made);
        member.sets.push(made);
      }
  silenceEvidence(running, members);
  return ruleSetOf(rules, running, [...tables.values()], loaded, readers);
}

/** One set of feeds, and a gate for those of its events that mean nothing until another rule has matched. */
function setOf(table: GroupTable, { group, feeds, values }: Draft): Feeds {
  const patience = Math.min(MAX_WAITING, ...feeds.filter((feed) => !isGated(feed)).map(patienceOf));
  const set = { id: table.sets.length, table, group, feeds, patience, values: values.map(valueReader) };
  if (!feeds.some(isGated)) return set;
  const gate = new Gate();
  table.gates.push(gate);
  for (const { plan } of feeds.filter(isGated)) plan.gates.push(gate);
  return { ...set, feeds: feeds.map((feed) => (isGated(feed) ? { ...feed, gate } : feed)) };
}

/** The second of an ordered pair. */
function isGated({ plan: { rule }, member }: Feed): boolean {
  return rule.kind === 'temporal_ordered' && rule.rules.length === 2 && member === 1;
}

function ruleSetOf(
  rules: readonly LinkedRule[],
  correlations: readonly Correlation[],
  tables: readonly GroupTable[],
  loaded: readonly LoadedDocument[],
  readers: Readers,
): RuleSet {
  const byKind = new Map<EventKind, RuleTable<LinkedRule>>();
  const fits = (rule: LinkedRule, kind: EventKind): boolean => readers.mappings.feeds(rule.rule.logsource, kind);
  return {
    rules,
    correlations,
    tables,
    loaded,
    wants: createWants(rules, readers.mappings),
    judge: (kind, parts, varying) =>
      judgeParts(
        rules.filter((rule) => fits(rule, kind)),
        parts,
        varying,
      ),
    holdsKeyword: keywordSearch(needlesOf(rules)),
    tableFor(kind) {
      let table = byKind.get(kind);
      if (table === undefined) {
        table = createAlikeTable(rules.filter((rule) => fits(rule, kind)));
        byKind.set(kind, table);
      }
      return table;
    },
  };
}

/** Rules that only feed correlations are evidence, unless one of those says `generate`. */
function silenceEvidence(running: readonly Running[], members: ReadonlyMap<string, Member>): void {
  const named = running.flatMap(({ rule }) => rule.rules.map((name) => ({ member: members.get(name)!, rule })));
  for (const { member } of named) if (isRule(member)) member.alerts = false;
  for (const { member, rule } of named) if (isRule(member) && rule.generate) member.alerts = true;
}

function isSound(
  correlation: Running,
  members: ReadonlyMap<string, Member>,
  errors: AppError[],
  above: readonly Running[] = [],
): boolean {
  const { rule } = correlation;
  const refuse = (message: string, hint?: string): false => {
    errors.push(
      new AppError('SIGMA_CORRELATION', {
        message: `${rule.title}: ${message}`,
        at: rule.place,
        ...(hint === undefined ? {} : { hint }),
      }),
    );
    return false;
  };
  const silent: AppError[] = [];
  for (const name of rule.rules) {
    const member = members.get(name);
    if (member === undefined)
      return refuse(`it rests on \`${name}\`, which is not loaded`, 'name a rule by its id or its `name`');
    if (isRule(member)) continue;
    if (member === correlation || above.includes(member)) return refuse('it rests on itself');
    if (!isSound(member, members, silent, [...above, correlation]))
      return refuse(`it rests on \`${name}\`, which cannot run`);
    if (member.rule.closing) return refuse(`it rests on \`${name}\`, which is only known when its window has passed`);
  }
  return true;
}

function join(
  correlation: Running,
  members: ReadonlyMap<string, Member>,
  tables: Map<string, GroupTable>,
  feeds: Map<Member, Map<GroupTable, Draft[]>>,
  readers: Readers,
): void {
  const { rule } = correlation;
  const tableName = rule.groupBy.join('\u001e');
  let table = tables.get(tableName);
  if (table === undefined) {
    table = new GroupTable(tableName);
    tables.set(tableName, table);
  }
  const plan = table.planFor(rule);
  for (const [index, name] of rule.rules.entries()) {
    const member = members.get(name)!;
    const source = isRule(member) ? member.rule.logsource : sourceBelow(member, members);
    const get = (field: string): Accessor => readers.of(source, aliasFor(rule, field, namesOf(member.rule))).get;
    const group = rule.groupBy.map(get);
    const byTable = feeds.get(member) ?? new Map<GroupTable, Draft[]>();
    feeds.set(member, byTable);
    const drafts = byTable.get(table) ?? [];
    byTable.set(table, drafts);
    // Feeds that read the group from the same fields share the look-up.
    let draft = drafts.find((each) => isSame(each.group, group));
    if (draft === undefined) {
      draft = { group, feeds: [], values: [] };
      drafts.push(draft);
    }
    const value = placeIn(draft.values, rule.valueFields.map(get));
    // The window of a correlation over one rule sees the events of this set that have its value, and no others.
    const isAlone = rule.rules.length === 1 && !rule.closing && !rule.blamesValues;
    draft.feeds.push({ correlation, plan, member: index, gate: null, value, share: isAlone ? value + 1 : -1 });
  }
}

/** Where this list of fields stands among those of a set, added when it is new; -1 for none. */
function placeIn(lists: (readonly Accessor[])[], fields: readonly Accessor[]): number {
  if (fields.length === 0) return -1;
  const known = lists.findIndex((each) => isSame(each, fields));
  return known >= 0 ? known : lists.push(fields) - 1;
}

function isSame(one: readonly Accessor[], other: readonly Accessor[]): boolean {
  return one.length === other.length && one.every((each, at) => each === other[at]);
}

/** The log source of the first event rule below a correlation: its events are what the correlation hands on. */
function sourceBelow(correlation: Running, members: ReadonlyMap<string, Member>): Logsource {
  const below = members.get(correlation.rule.rules[0] ?? '');
  if (below === undefined) return ANY_SOURCE;
  return isRule(below) ? below.rule.logsource : sourceBelow(below, members);
}

function aliasFor(correlation: CorrelationRule, field: string, names: readonly string[]): string {
  const alias = correlation.aliases.get(field);
  return (
    (alias === undefined ? undefined : names.map((name) => alias.get(name)).find((each) => each !== undefined)) ?? field
  );
}

function valueReader(fields: readonly Accessor[]): ValueReader {
  const [only] = fields;
  if (only !== undefined && fields.length === 1) return (event) => textOf(only, event);
  return (event) => {
    const parts = fields.map((get) => textOf(get, event));
    return parts.some((part) => part === null) ? null : parts.join('\u001e');
  };
}

function textOf(get: Accessor, event: LogEvent): string | null {
  const value = get(event);
  return value === undefined || value === null ? null : typeof value === 'string' ? value : String(value);
}

/** How many events of a group can never make a correlation fire. */
function patienceOf({ plan: { rule } }: Feed): number {
  if (rule.closing || rule.expression !== null) return 0;
  const counts = ['event_count', 'value_count', 'temporal', 'temporal_ordered'].includes(rule.kind);
  return counts ? Math.max(0, rule.threshold - 1) : 0;
}

function namesOf(rule: Pick<RuleHead, 'id' | 'name'>): string[] {
  return rule.name === null ? [rule.id] : [rule.id, rule.name];
}
