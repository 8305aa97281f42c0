/** `bekci backtest`: what other rules or thresholds would have found and banned, beside what is active now. */
import { statSync } from 'node:fs';
import { loadConfig } from '../config/load.ts';
import { type Config, ruleChange } from '../config/schema.ts';
import { systemProtected } from '../decisions/protected.ts';
import { labelOf } from '../decoders/label-of.ts';
import { loadRules } from '../detectors/sigma/load.ts';
import { type RuleFile, readRuleFiles } from '../detectors/sigma/read-files.ts';
import { describeError, fail } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { loadOptionsOf, ruleFilesOf } from '../rules-in-use.ts';
import { type BacktestReport, backtest } from '../workbench/backtest.ts';
import { chooseThreshold } from '../workbench/choose-threshold.ts';
import { type MachineLog, machineLogs } from '../workbench/machine-logs.ts';
import { choiceJson, printChoices, printReport, reportJson } from './backtest-text.ts';
import { createWriter } from './output.ts';
import { createProgressBar } from './progress-bar.ts';
import { checkZone } from './scan.ts';

interface Options {
  readonly config?: string;
  readonly days?: string;
  readonly set?: string[];
  readonly choose?: string;
  readonly thresholds?: string;
  readonly program?: string;
  readonly timezone?: string;
  readonly year?: string;
  readonly addresses?: boolean;
  readonly json?: boolean;
}

const DAY_MS = 86_400_000;

/** Compares and prints. */
export async function runBacktest(paths: string[], options: Options): Promise<void> {
  const { config } = loadConfig(options.config ?? null);
  checkZone(options.timezone);
  const rules = readRuleFiles(paths.filter(isRules));
  const days = options.days === undefined ? null : numberOf(options.days, '--days');
  const named = paths.filter((path) => !isRules(path));
  const logs = named.length > 0 ? named.map((path) => givenLog(path, options)) : ownLogs(config, days);
  const bar = createProgressBar(options.json !== true);
  const shared = {
    rules,
    logs,
    from: days === null ? 0 : Date.now() - days * DAY_MS,
    // Of another machine's logs it is not known whom that machine protects.
    systemProtected: named.length > 0 ? [] : systemProtected(),
    year: options.year === undefined ? null : numberOf(options.year, '--year'),
    progress: bar.at,
    fault: (error: unknown, text: string) =>
      console.error(
        `bekci: a line was skipped because of a fault: ${String(error)}: ${escapeControls(text.slice(0, 120))}`,
      ),
  };
  const { changed, ids } = withChanges(config, options.set ?? [], rules);
  const out = createWriter();
  if (options.choose === undefined) {
    const report = await backtest({ ...shared, present: config, proposed: changed });
    bar.clear();
    sayErrors(report);
    const focus = focusOf(rules, ids);
    if (options.json === true) reportJson(report, focus, options.addresses === true, out.line);
    else
      printReport(
        report,
        { focus, logs: logs.length, addresses: options.addresses === true, language: config.language },
        out.line,
      );
  } else {
    const thresholds = (options.thresholds ?? '').split(',').filter((each) => each !== '');
    const report = await chooseThreshold({
      ...shared,
      config: changed,
      rule: options.choose,
      thresholds: thresholds.map((each) => numberOf(each, '--thresholds')),
    });
    bar.clear();
    if (options.json === true) choiceJson(report, out.line);
    else printChoices(report, config.language, out.line);
  }
  out.flush();
}

/** Rule files, folders and archives; everything else is a log. */
function isRules(path: string): boolean {
  return (
    /\.(?:ya?ml|zip|tar|tgz|tar\.gz)$/.test(path) || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  );
}

function givenLog(path: string, { program, timezone }: Options): MachineLog {
  return { name: path, files: [path], program: program ?? labelOf(path), timezone: timezone ?? null, journal: null };
}

function ownLogs(config: Config, days: number | null): MachineLog[] {
  if (days === null)
    fail('USAGE_LOGS', { message: 'no logs to look at', hint: 'name log files, or --days 7 for this machine’s own' });
  const { logs, problems } = machineLogs(config);
  for (const problem of problems) console.error(`bekci: ${problem}`);
  if (logs.length === 0)
    fail('USAGE_LOGS', { message: t(config.language, 'backtest.noLogs'), hint: 'see `bekci doctor`' });
  return logs;
}

function numberOf(text: string, option: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number <= 0)
    fail('USAGE_NUMBER', { message: `${option}: \`${text}\` is no number above 0`, hint: 'for example --days 7' });
  return number;
}

/** `rule.threshold=3` and the like, on top of the configuration; the ids of the rules they name. */
function withChanges(
  config: Config,
  changes: readonly string[],
  rules: readonly RuleFile[],
): { changed: Config; ids: string[] } {
  if (changes.length === 0) return { changed: config, ids: [] };
  // Also those that the configuration switches off.
  const { set } = loadRules([...rules, ...ruleFilesOf(config)], {
    ...loadOptionsOf(config),
    overrides: {},
    select: [],
  });
  const known = new Map(
    [...set.rules, ...set.correlations].flatMap(({ rule, info }) =>
      [rule.name ?? info.id, info.id].map((name) => [name, { id: info.id, name: rule.name }] as const),
    ),
  );
  const overrides = { ...config.rules.overrides };
  const ids: string[] = [];
  for (const change of changes) {
    const [, name, key, value] = /^(.+)\.(\w+)=(.+)$/s.exec(change) ?? [];
    const rule = known.get(name ?? '');
    if (rule === undefined)
      return fail('USAGE_SET', {
        message: `--set ${change}: ${name === undefined ? 'not of the form RULE.KEY=VALUE' : `there is no rule \`${name}\``}`,
        hint: 'for example --set ssh_bruteforce.threshold=3',
      });
    const parsed = ruleChange.safeParse({ [key!]: scalarOf(value!) });
    if (!parsed.success)
      return fail('USAGE_SET', {
        message: `--set ${change}: ${parsed.error.issues[0]!.message}`,
        hint: `keys: ${Object.keys(ruleChange.shape).join(', ')}`,
      });
    overrides[rule.id] = { ...(rule.name === null ? {} : overrides[rule.name]), ...overrides[rule.id], ...parsed.data };
    ids.push(rule.id);
  }
  return { changed: { ...config, rules: { ...config.rules, overrides } }, ids };
}

function scalarOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Rules the comparison is about; empty when it is about all. */
function focusOf(rules: readonly RuleFile[], ids: readonly string[]): ReadonlyMap<string, string> {
  const set = rules.length === 0 ? null : loadRules(rules).set;
  const evidence = new Set(set?.rules.filter(({ alerts }) => !alerts).map(({ info }) => info.id));
  const own = set?.loaded.filter(({ id, type }) => type !== 'filter' && !evidence.has(id)) ?? [];
  return new Map([...own.map(({ id, title }) => [id, title] as const), ...ids.map((id) => [id, id] as const)]);
}

function sayErrors({ ruleErrors }: BacktestReport): void {
  for (const error of ruleErrors) console.error(`bekci: a rule was left out: ${describeError(error)}`);
}
