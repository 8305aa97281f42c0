/** The trade of a threshold: for each, whom the rule would have banned, who of them came back in good faith, and how much got through first. */
import { parse, stringify } from 'yaml';
import type { Config } from '../config/schema.ts';
import type { Protected } from '../decisions/door-check.ts';
import type { CorrelationRule } from '../detectors/sigma/ast.ts';
import type { Correlation } from '../detectors/sigma/correlate.ts';
import { bundledMappings } from '../detectors/sigma/mappings.ts';
import type { RuleFile } from '../detectors/sigma/read-files.ts';
import { createRuleTable, type RuleTable } from '../detectors/sigma/rule-index.ts';
import type { LinkedRule, RuleSet } from '../detectors/sigma/rule-set.ts';
import { fail } from '../kit/errors.ts';
import { copyText } from '../kit/text.ts';
import type { Detection } from '../model/detection.ts';
import type { EventKind, LogEvent } from '../model/log-event.ts';
import { buildPipeline } from '../pipeline.ts';
import { ruleFilesOf } from '../rules-in-use.ts';
import { type Aftermath, aftermathOf } from './backtest.ts';
import type { Banned } from './ban-tally.ts';
import { idsByName } from './cases.ts';
import { documentOf } from './documents.ts';
import { walkLogs } from './log-streams.ts';
import type { MachineLog } from './machine-logs.ts';
import { createSide, type Side } from './side.ts';

/** What is chosen for. */
export interface ChooseOptions {
  readonly config: Config;
  /** Rules besides, in place of those with the same id. */
  readonly rules: readonly RuleFile[];
  /** Id or name of a correlation. */
  readonly rule: string;
  /** Thresholds to try; around the present one when empty. */
  readonly thresholds: readonly number[];
  readonly logs: readonly MachineLog[];
  readonly from: number;
  readonly systemProtected: readonly Protected[];
  readonly year: number | null;
  progress?(done: number, lines: number): void;
  fault(error: unknown, text: string): void;
}

/** One threshold. */
export interface Choice {
  readonly threshold: number;
  readonly isPresent: boolean;
  readonly after: Aftermath;
  /** Of those it bans, whom other active rules ban as well. */
  readonly others: number;
  /** Door code to refusals, `active` left out. */
  readonly refused: ReadonlyMap<string, number>;
  /** Events of the rule from an address before its ban: the middle and the most. */
  readonly middleBefore: number;
  readonly mostBefore: number;
}

/** The trade, threshold by threshold. */
export interface ChoiceReport {
  readonly rule: CorrelationRule;
  readonly lines: number;
  readonly elapsedMs: number;
  readonly choices: readonly Choice[];
  /** Addresses beyond the bound: figures before a ban are the least there were. */
  readonly forgotten: number;
}

const COUNTS = [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000];
const SHARES = [0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5];
const MOST_CHOICES = 24;
/** Addresses whose events are counted. */
const MAX_ADDRESSES = 200_000;
const MARK = '\u0000threshold ';

/** Walks the logs once with a copy of the rule for every threshold. Throws USAGE_RULE for a rule that has none. */
export async function chooseThreshold(options: ChooseOptions): Promise<ChoiceReport> {
  const started = performance.now();
  const { config, year } = options;
  const plain = buildPipeline(config, { persist: false, year, rules: { instead: options.rules } });
  const present = presentOf(options, plain.rules);
  const thresholds = thresholdsOf(present.rule, options.thresholds);
  const text = documentOf([...options.rules, ...ruleFilesOf(config)], present.info.id)?.text ?? '';
  const copies = thresholds.map((threshold) => copyOf(text, present.rule, threshold));
  const pipeline = buildPipeline(config, { persist: false, year, rules: { instead: [...options.rules, ...copies] } });
  const { systemProtected } = options;
  const active = createSide({ config, detector: null, systemProtected });
  const counted = createCounter(present, pipeline.rules);
  let current: LogEvent | null = null;
  const onBan = (banned: Banned): void => {
    banned.before = current === null ? 0 : counted.of(current);
  };
  const sides = new Map(
    thresholds.map((each) => [each, createSide({ config, detector: null, systemProtected, onBan })]),
  );
  const banSeconds = present.info.banSeconds;
  const found: Detection[] = [];

  function hand(detection: Detection): void {
    const threshold = thresholdIn(detection.rule.id);
    if (threshold === null) active.consider([detection]);
    else sides.get(threshold)!.consider([{ ...detection, rule: { ...detection.rule, action: 'ban', banSeconds } }]);
  }

  const totals = await walkLogs(
    { logs: options.logs, from: options.from, decoderOf: pipeline.decoderOf },
    {
      event(event, place) {
        current = event;
        counted.count(event);
        active.notice(event);
        for (const side of sides.values()) side.notice(event);
        pipeline.detector.detect(event, place, found);
        for (const detection of found) hand(detection);
        found.length = 0;
        for (const side of sides.values()) side.after(event);
      },
      fault: options.fault,
      ...(options.progress === undefined ? {} : { progress: options.progress }),
    },
  );
  return {
    rule: present.rule,
    lines: totals.lines,
    elapsedMs: Math.round(performance.now() - started),
    forgotten: counted.forgotten(),
    choices: thresholds.map((threshold) => choiceOf(threshold, present, sides.get(threshold)!, active)),
  };
}

function choiceOf(threshold: number, present: Correlation, side: Side, active: Side): Choice {
  const banned = [...side.bans.all.values()];
  const byOthers = ({ ip }: Banned): boolean => {
    const rules = active.bans.covering(ip)?.rules;
    return rules !== undefined && [...rules].some((rule) => rule !== present.info.id);
  };
  const counts = banned.map((each) => each.before).sort((a, b) => a - b);
  return {
    threshold,
    isPresent: threshold === boundOf(present.rule),
    after: aftermathOf(banned),
    others: banned.filter(byOthers).length,
    refused: side.refused,
    middleBefore: counts[counts.length >> 1] ?? 0,
    mostBefore: counts.at(-1) ?? 0,
  };
}

function presentOf({ rule }: ChooseOptions, set: RuleSet): Correlation {
  const id = idsByName(set).get(rule);
  const correlation = set.correlations.find(({ info }) => info.id === id);
  if (correlation === undefined)
    return fail('USAGE_RULE', {
      message: `there is no correlation \`${rule}\` in use`,
      hint: 'a threshold is a correlation’s; `bekci rules list` lists their names',
    });
  const { kind, bounds } = correlation.rule;
  if (kind.startsWith('temporal') || !bounds.some(({ op }) => op === 'gte' || op === 'gt'))
    return fail('USAGE_RULE', {
      message: `\`${rule}\` has no threshold: it is ${kind}`,
      hint: 'choose one that counts or measures, with gte or gt',
    });
  return correlation;
}

function boundOf(rule: CorrelationRule): number {
  return rule.kind === 'event_count' || rule.kind === 'value_count'
    ? rule.threshold
    : (rule.bounds.find(({ op }) => op === 'gte' || op === 'gt')?.value ?? 0);
}

function thresholdsOf(rule: CorrelationRule, asked: readonly number[]): number[] {
  const present = boundOf(rule);
  const counts = rule.kind === 'event_count' || rule.kind === 'value_count';
  const around = counts
    ? COUNTS.filter((each) => each >= present / 5 && each <= present * 6)
    : SHARES.map((share) => present * share);
  return [...new Set([...(asked.length > 0 ? asked : around), present])].sort((a, b) => a - b).slice(0, MOST_CHOICES);
}

/** The rule with another threshold, under an id of its own; it only tells, so that it is in nobody's way. */
function copyOf(text: string, rule: CorrelationRule, threshold: number): RuleFile {
  const raw = parse(text) as Record<string, unknown>;
  const { bekci: _bekci, name: _name, ...rest } = raw;
  const correlation = raw.correlation as Record<string, unknown>;
  const { gte: _gte, gt: _gt, eq: _eq, ...condition } = correlation.condition as Record<string, unknown>;
  return {
    path: `${rule.place.file}${MARK}${threshold}`,
    text: stringify({
      ...rest,
      id: `${rule.id}${MARK}${threshold}`,
      correlation: {
        ...correlation,
        timespan: spanText(rule.timespanMs),
        condition: { ...condition, gte: threshold },
      },
    }),
  };
}

/** A Sigma timespan: one number and the largest unit that fits. */
function spanText(ms: number): string {
  for (const [unit, size] of [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const)
    if (ms % size === 0) return `${ms / size}${unit}`;
  return `${Math.round(ms / 1000)}s`;
}

function thresholdIn(id: string): number | null {
  const at = id.indexOf(MARK);
  return at < 0 ? null : Number(id.slice(at + MARK.length));
}

interface Counter {
  count(event: LogEvent): void;
  /** How many so far from the address of this event. */
  of(event: LogEvent): number;
  forgotten(): number;
}

/** Counts the events of the rules below a correlation, by address. */
function createCounter(correlation: Correlation, set: RuleSet): Counter {
  const ids = idsByName(set);
  const names = new Set(correlation.rule.rules.map((name) => ids.get(name)));
  const base = set.rules.filter(({ info }) => names.has(info.id));
  const mappings = bundledMappings();
  const tables = new Map<EventKind, RuleTable<LinkedRule> | null>();
  const counts = new Map<string, number>();
  const matched: LinkedRule[] = [];
  let forgotten = 0;

  function tableFor(kind: EventKind): RuleTable<LinkedRule> | null {
    let table = tables.get(kind);
    if (table === undefined) {
      const mine = base.filter(({ rule }) => mappings.feeds(rule.logsource, kind));
      table = mine.length === 0 ? null : createRuleTable(mine);
      tables.set(kind, table);
    }
    return table;
  }

  return {
    forgotten: () => forgotten,
    of: ({ fields }) => counts.get(String(fields['source.ip'])) ?? 0,
    count(event) {
      const ip = event.fields['source.ip'];
      if (typeof ip !== 'string') return;
      const table = tableFor(event.kind);
      if (table === null) return;
      matched.length = 0;
      table.match(event, matched);
      if (matched.length === 0) return;
      const known = counts.get(ip);
      if (known === undefined && counts.size >= MAX_ADDRESSES) {
        counts.delete(counts.keys().next().value!);
        forgotten++;
      }
      counts.set(known === undefined ? copyText(ip) : ip, (known ?? 0) + event.repeat);
    },
  };
}
