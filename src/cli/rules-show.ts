/** `bekci rules show`: one rule with all that is known of it. */
import { relative } from 'node:path';
import type { Config } from '../config/schema.ts';
import { everyKind } from '../decoders/every-kind.ts';
import type { Correlation } from '../detectors/sigma/correlate.ts';
import { bundledMappings } from '../detectors/sigma/mappings.ts';
import { parseSigma } from '../detectors/sigma/parse.ts';
import type { LinkedRule, RuleSet } from '../detectors/sigma/rule-set.ts';
import { fail } from '../kit/errors.ts';
import { durationText, type MessageKey, t } from '../kit/messages/messages.ts';
import { techniqueName, techniqueOf } from '../kit/techniques.ts';
import { escapeControls } from '../kit/text.ts';
import { casesByRule, idsByName } from '../workbench/cases.ts';
import { documentOf } from '../workbench/documents.ts';
import { itemsOf } from '../workbench/lint.ts';
import { createCosts, sampleEvents } from '../workbench/rule-cost.ts';
import { locate, type Where } from './client.ts';
import { colours, createWriter, levelText } from './output.ts';
import { type GivenRules, rulesWith } from './rules-given.ts';
import { hitsOf } from './rules-list.ts';

interface Options extends Where {
  readonly rules?: string[];
  readonly json?: boolean;
}

/** Everything `show` says, as data. */
interface Shown {
  readonly id: string;
  readonly name: string | null;
  readonly title: string;
  readonly description: string | null;
  readonly level: LinkedRule['info']['level'];
  readonly action: string;
  readonly banSeconds: number | null;
  readonly enabled: boolean;
  readonly role: 'alert' | 'evidence';
  readonly path: string;
  readonly line: number;
  readonly techniques: readonly { readonly id: string; readonly name: string | null }[];
  readonly falsepositives: readonly string[];
  readonly needs: readonly { readonly logsource: string; readonly fields: readonly string[] }[];
  readonly fedBy: readonly string[];
  readonly does: string;
  readonly restsOn: readonly string[];
  readonly feeds: readonly string[];
  readonly cases: {
    readonly fires: readonly string[];
    readonly silent: readonly string[];
    readonly hostile: readonly string[];
  };
  readonly costMicros: number | null;
  readonly hits: number;
  readonly lastHit: string | null;
  readonly overridden: boolean;
  readonly text: string;
}

/** Prints a rule by id, name or title. */
export function show(asked: string, options: Options): void {
  const { config, stateDir } = locate(options);
  const given = rulesWith(config, options.rules ?? []);
  const shown = shownOf(asked, given, config, stateDir);
  const out = createWriter();
  if (options.json === true) out.line(JSON.stringify(shown));
  else print(shown, config, out.line);
  out.flush();
}

function shownOf(asked: string, { loaded, files, cases }: GivenRules, config: Config, stateDir: string): Shown {
  const { set } = loaded;
  const document = documentOf(files, asked);
  if (document === null)
    return fail('USAGE_RULE', {
      message: t(config.language, 'rules.unknown', { rule: asked }),
      hint: '`bekci rules list --all` lists names and ids',
    });
  const { rule, text } = document;
  const linked = set.rules.find(({ info }) => info.id === rule.id) ?? null;
  const correlation = set.correlations.find(({ info }) => info.id === rule.id) ?? null;
  const running = linked ?? correlation;
  const head = running?.rule ?? rule;
  const bases = linked !== null ? [linked] : basesOf(correlation, set);
  const needs = bases.map((base) => ({
    logsource: sourceText(base.rule.logsource),
    fields: fieldsOf(documentOf(files, base.info.id)?.text ?? '', base.info.id),
  }));
  const mappings = bundledMappings();
  const fedBy = everyKind
    .filter((kind) => bases.some((base) => mappings.feeds(base.rule.logsource, kind)))
    .map(sourceText);
  const costOf = createCosts(sampleEvents(cases), mappings);
  const hit = hitsOf(stateDir)?.get(rule.id) ?? null;
  const { overrides } = config.rules;
  const role = linked !== null && !linked.alerts ? 'evidence' : 'alert';
  return {
    id: rule.id,
    name: rule.name,
    title: rule.title,
    description: rule.description,
    level: head.level,
    action: head.action,
    banSeconds: head.action === 'alert' ? null : (head.banSeconds ?? config.decisions.ban),
    enabled: running !== null,
    role,
    path: rule.place.file,
    line: rule.place.line ?? 1,
    techniques: rule.tags
      .map(techniqueOf)
      .filter((id) => id !== null)
      .map((id) => ({ id, name: techniqueName(id) })),
    falsepositives: rule.falsepositives,
    needs,
    fedBy: [...new Set(fedBy)],
    does: doesText(linked, correlation, config),
    restsOn: correlation?.rule.rules ?? [],
    feeds: feedsOf(rule.id, set),
    cases: casesByRule(cases, set).get(rule.id) ?? { fires: [], silent: [], hostile: [] },
    costMicros: linked === null ? null : costOf(linked),
    hits: hit?.hits ?? 0,
    lastHit: hit === null ? null : new Date(hit.lastAt).toISOString(),
    overridden: Object.hasOwn(overrides, rule.id) || (rule.name !== null && Object.hasOwn(overrides, rule.name)),
    text,
  };
}

/** The event rules at the bottom of a correlation. */
function basesOf(correlation: Correlation | null, set: RuleSet, above: readonly Correlation[] = []): LinkedRule[] {
  if (correlation === null || above.includes(correlation)) return [];
  const ids = idsByName(set);
  return correlation.rule.rules.flatMap((name) => {
    const id = ids.get(name);
    const rule = set.rules.find(({ info }) => info.id === id);
    const below = set.correlations.find(({ info }) => info.id === id) ?? null;
    return rule !== undefined ? [rule] : basesOf(below, set, [...above, correlation]);
  });
}

function feedsOf(id: string, set: RuleSet): string[] {
  const ids = idsByName(set);
  return set.correlations
    .filter(({ rule }) => rule.rules.some((name) => ids.get(name) === id))
    .map(({ rule, info }) => rule.name ?? info.id);
}

function fieldsOf(text: string, id: string): string[] {
  const rule = text === '' ? undefined : parseSigma(text, id)[0];
  if (rule === undefined || rule.type === 'correlation') return [];
  return [...new Set(itemsOf(rule).map((item) => item.field ?? '*'))].sort();
}

function sourceText(source: LinkedRule['rule']['logsource']): string {
  return Object.values(source)
    .filter((part) => part !== null)
    .join('/');
}

function doesText(linked: LinkedRule | null, correlation: Correlation | null, config: Config): string {
  const { language } = config;
  const running = linked ?? correlation;
  if (running === null) return t(language, 'show.isOff');
  const { action, banSeconds } = running.info;
  const span = durationText(language, banSeconds ?? config.decisions.ban);
  const first = correlation === null ? t(language, 'show.single') : countText(correlation, config);
  if (linked !== null && !linked.alerts) return `${first}; ${t(language, 'show.silent')}`;
  const then = action === 'ban' ? 'show.bans' : action === 'observe' ? 'show.observes' : 'show.tells';
  return `${first}; ${t(language, then, { span })}`;
}

function countText({ rule }: Correlation, { language }: Config): string {
  const span = durationText(language, rule.timespanMs / 1000);
  const group = rule.groupBy.length === 0 ? t(language, 'show.everything') : rule.groupBy.join(' + ');
  const bound = rule.bounds.map(({ op, value }) => `${OPERATORS[op]} ${value}`).join(', ');
  if (bound === '') return t(language, 'show.together', { span, group });
  const kind = rule.valueFields.length === 0 ? rule.kind : `${rule.kind}(${rule.valueFields.join(', ')})`;
  return t(language, 'show.counts', { kind, bound, span, group });
}

const OPERATORS = { gt: '>', gte: '≥', lt: '<', lte: '≤', eq: '=', neq: '≠' } as const;

function print(shown: Shown, config: Config, line: (text: string) => void): void {
  const { language } = config;
  const row = (key: MessageKey, text: string): void => {
    if (text !== '') line(`  ${colours.dim(t(language, key).padEnd(18))} ${escapeControls(text)}`);
  };
  line(`${colours.bold(escapeControls(shown.title))}  ${levelText(shown.level)}  ${shown.name ?? ''}`);
  if (shown.description !== null) line(`  ${escapeControls(shown.description)}`);
  row('show.does', shown.does);
  row('show.attack', shown.techniques.map(({ id, name }) => (name === null ? id : `${id} ${name}`)).join('; '));
  for (const { logsource, fields } of shown.needs) row('show.needs', `${logsource}: ${fields.join(', ')}`);
  row('show.fed', shown.fedBy.length === 0 ? t(language, 'show.fedNone') : shortened(shown.fedBy));
  row('show.restsOn', shown.restsOn.join(', '));
  row('show.feeds', shown.feeds.join(', '));
  row('show.false', shown.falsepositives.join('; '));
  const { fires, silent, hostile } = shown.cases;
  row(
    'show.cases',
    t(language, 'show.caseCounts', { fires: fires.length, silent: silent.length, hostile: hostile.length }),
  );
  for (const name of [...new Set([...fires, ...silent])])
    line(`  ${' '.repeat(18)} ${colours.dim(`- ${escapeControls(name)}`)}`);
  if (shown.costMicros !== null) row('show.cost', t(language, 'show.costOf', { cost: shown.costMicros.toFixed(2) }));
  if (shown.lastHit !== null) row('show.hits', t(language, 'rules.hits', { count: shown.hits, time: shown.lastHit }));
  if (shown.overridden) row('show.changed', t(language, 'show.overrides'));
  row('show.id', shown.id);
  row('show.file', `${relative(process.cwd(), shown.path) || shown.path}:${shown.line}`);
  line('');
  for (const each of shown.text.trimEnd().split('\n')) line(escapeControls(each));
}

function shortened(list: readonly string[]): string {
  return list.length <= 6 ? list.join(', ') : `${list.slice(0, 6).join(', ')} … (${list.length})`;
}
