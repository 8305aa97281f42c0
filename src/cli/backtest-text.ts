/** What `backtest` prints, for people and as JSON lines. */
import { durationText, type Language, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { Aftermath, BacktestReport, RuleReport } from '../workbench/backtest.ts';
import { type Banned, NORMAL_USE, usedNormally } from '../workbench/ban-tally.ts';
import type { Choice, ChoiceReport } from '../workbench/choose-threshold.ts';
import { MAX_ENTITIES } from '../workbench/side.ts';
import { colours, levelText } from './output.ts';

type Line = (text: string) => void;

/** What is printed. */
export interface PrintOptions {
  /** Id to title of the rules it is about; empty for all. */
  readonly focus: ReadonlyMap<string, string>;
  readonly logs: number;
  /** List those that only the proposal bans. */
  readonly addresses: boolean;
  readonly language: Language;
}

const WIDTH = 40;

/** The comparison as a page. */
export function printReport(report: BacktestReport, options: PrintOptions, line: Line): void {
  const { language } = options;
  const { lines, decoded } = report;
  if (decoded === 0) {
    line(t(language, 'backtest.nothing'));
    return;
  }
  line(
    t(language, 'backtest.span', {
      ...{ from: time(report.firstAt), to: time(report.lastAt), logs: options.logs, lines: lines.toLocaleString() },
      ...{ percent: Math.round((100 * decoded) / lines), seconds: (report.elapsedMs / 1000).toFixed(1) },
    }),
  );
  line('');
  line(
    colours.dim(
      `${''.padEnd(WIDTH)}${t(language, 'backtest.present').padStart(10)}${t(language, 'backtest.proposed').padStart(10)}`,
    ),
  );
  const row = (key: 'backtest.banned' | 'backtest.loggedIn' | 'backtest.usedSite', part: keyof Aftermath): void =>
    line(
      `${t(language, key).padEnd(WIDTH)}${String(report.present[part]).padStart(10)}${String(report.proposed[part]).padStart(10)}`,
    );
  row('backtest.banned', 'banned');
  row('backtest.loggedIn', 'loggedIn');
  row('backtest.usedSite', 'usedSite');
  const { added, gone, both, addedAfter } = report;
  line(
    t(language, 'backtest.added', {
      ...{ added: added.length, gone: gone.length, both },
      ...{ loggedIn: addedAfter.loggedIn, usedSite: addedAfter.usedSite },
    }),
  );
  for (const [side, codes] of [
    ['backtest.present', report.refusedPresent],
    ['backtest.proposed', report.refusedProposed],
  ] as const)
    if (codes.size > 0) line(t(language, 'backtest.refused', { side: t(language, side), codes: codesText(codes) }));
  for (const rule of chosen(report, options.focus)) printRule(rule, language, line);
  for (const [id, title] of options.focus)
    if (!report.rules.some(({ tally }) => tally.info.id === id))
      line(`\n${t(language, 'backtest.ruleSilent', { rule: escapeControls(title) })}`);
  if (options.addresses && added.length > 0) {
    line(`\n${colours.bold(t(language, 'backtest.onlyNew'))}`);
    for (const each of added) line(`  ${addressText(each, report, language)}`);
  }
  if (report.dropped > 0) line(colours.yellow(t(language, 'backtest.dropped', { count: report.dropped })));
  line('');
  line(colours.dim(definitions(language)));
}

function chosen({ rules }: BacktestReport, focus: ReadonlyMap<string, string>): RuleReport[] {
  return rules
    .filter(({ tally }) => focus.size === 0 || focus.has(tally.info.id))
    .sort((a, b) => b.after.banned - a.after.banned || b.tally.detections - a.tally.detections);
}

function printRule({ tally, after, alsoNow, sooner, before }: RuleReport, language: Language, line: Line): void {
  const { info, detections, entities, firstAt, lastAt, refused } = tally;
  line(`\n${colours.bold(escapeControls(info.title))}  ${levelText(info.level)}`);
  line(
    `  ${t(language, 'backtest.rule', {
      ...{
        detections,
        entities: entities.size < MAX_ENTITIES ? entities.size : `${MAX_ENTITIES}+`,
        from: time(firstAt),
        to: time(lastAt),
      },
      before: before === null ? '-' : before.detections,
    })}`,
  );
  if (info.action === 'alert') line(`  ${t(language, 'backtest.tells')}`);
  else line(`  ${t(language, 'backtest.ruleBanned', { ...after, also: alsoNow, sooner })}`);
  if (refused.size > 0) line(`  ${t(language, 'backtest.ruleRefused', { codes: codesText(refused) })}`);
}

function addressText(each: Banned, report: BacktestReport, language: Language): string {
  const rule = report.rules.find(({ tally }) => tally.info.id === each.rule)?.tally.info.title ?? each.rule;
  const { ip, at, logins, served, unserved } = each;
  return t(language, 'backtest.address', { ip, at: time(at), rule: escapeControls(rule), logins, served, unserved });
}

function definitions(language: Language): string {
  return t(language, 'backtest.definitions', { ...NORMAL_USE, share: NORMAL_USE.share * 100 });
}

/** Columns of the chooser: title and value. */
const COLUMNS = [
  ['backtest.threshold', ({ threshold }: Choice) => String(threshold)],
  ['backtest.shortBanned', ({ after }: Choice) => String(after.banned)],
  ['backtest.shortLoggedIn', ({ after }: Choice) => String(after.loggedIn)],
  ['backtest.shortUsedSite', ({ after }: Choice) => String(after.usedSite)],
  ['backtest.others', ({ others }: Choice) => String(others)],
  [
    'backtest.refusedShort',
    ({ refused }: Choice) => String([...refused.values()].reduce((sum, each) => sum + each, 0)),
  ],
] as const;

/** The trade of a threshold as a table. */
export function printChoices(report: ChoiceReport, language: Language, line: Line): void {
  const { rule, choices } = report;
  const kind = rule.valueFields.length === 0 ? rule.kind : `${rule.kind}(${rule.valueFields.join(', ')})`;
  const span = durationText(language, rule.timespanMs / 1000);
  const present = choices.find((each) => each.isPresent)?.threshold ?? rule.threshold;
  const group = rule.groupBy.length === 0 ? t(language, 'show.everything') : rule.groupBy.join(' + ');
  line(colours.bold(t(language, 'backtest.choose', { rule: rule.name ?? rule.title, kind, span, group, present })));
  const titles = COLUMNS.map(([key]) => t(language, key));
  line(colours.dim([...titles, t(language, 'backtest.before')].join('  ')));
  for (const choice of choices) {
    const cells = COLUMNS.map(([, value], index) => value(choice).padStart(titles[index]!.length));
    const { middleBefore: middle, mostBefore: most } = choice;
    const text = [...cells, t(language, 'backtest.mostBefore', { middle, most })].join('  ');
    line(choice.isPresent ? colours.bold(`${text}  ${t(language, 'backtest.presentMark')}`) : text);
  }
  if (report.forgotten > 0) line(colours.yellow(t(language, 'backtest.forgotten', { count: report.forgotten })));
  line('');
  line(colours.dim(definitions(language)));
}

/** The comparison as JSON lines: a line a rule, one a newly banned address where asked for, then the summary. */
export function reportJson(
  report: BacktestReport,
  focus: ReadonlyMap<string, string>,
  addresses: boolean,
  line: Line,
): void {
  for (const { tally, after, alsoNow, sooner, before } of chosen(report, focus))
    line(
      JSON.stringify({
        type: 'rule',
        rule: { id: tally.info.id, title: tally.info.title, level: tally.info.level, action: tally.info.action },
        detections: tally.detections,
        detectionsNow: before?.detections ?? 0,
        entities: tally.entities.size,
        first: new Date(tally.firstAt).toISOString(),
        last: new Date(tally.lastAt).toISOString(),
        ...after,
        bannedNowToo: alsoNow,
        sooner,
        refused: Object.fromEntries(tally.refused),
      }),
    );
  for (const each of addresses ? report.added : [])
    line(
      JSON.stringify({
        type: 'banned',
        ip: each.ip,
        at: new Date(each.at).toISOString(),
        rule: each.rule,
        logins: each.logins,
        served: each.served,
        unserved: each.unserved,
        usedSite: usedNormally(each),
      }),
    );
  const { present, proposed, added, gone, both, addedAfter, lines, decoded, faults, elapsedMs } = report;
  line(
    JSON.stringify({
      type: 'summary',
      ...{ lines, decoded, faults, elapsedMs },
      ...{ first: new Date(report.firstAt).toISOString(), last: new Date(report.lastAt).toISOString() },
      ...{ present, proposed, both, added: { ...addedAfter, banned: added.length }, gone: gone.length },
      refused: {
        present: Object.fromEntries(report.refusedPresent),
        proposed: Object.fromEntries(report.refusedProposed),
      },
      normalUse: NORMAL_USE,
      dropped: report.dropped,
    }),
  );
}

/** The trade as JSON lines. */
export function choiceJson(report: ChoiceReport, line: Line): void {
  const { rule, choices, lines, elapsedMs, forgotten } = report;
  for (const { threshold, isPresent, after, others, refused, middleBefore, mostBefore } of choices)
    line(
      JSON.stringify({
        ...{ type: 'threshold', threshold, present: isPresent, ...after, othersBanToo: others },
        ...{ refused: Object.fromEntries(refused), eventsBefore: { middle: middleBefore, most: mostBefore } },
      }),
    );
  line(
    JSON.stringify({
      type: 'summary',
      rule: { id: rule.id, title: rule.title },
      lines,
      elapsedMs,
      forgotten,
      normalUse: NORMAL_USE,
    }),
  );
}

function codesText(codes: ReadonlyMap<string, number>): string {
  return [...codes].map(([code, count]) => `${code} ${count}`).join(', ');
}

function time(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replace('T', ' ');
}
