/** `bekci rules test`: runs the cases beside rules. */
import { relative } from 'node:path';
import { describeError } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { type CaseResult, casesByRule, runCase } from '../workbench/cases.ts';
import { colours, createWriter } from './output.ts';
import { type GivenRules, rulesGiven } from './rules-given.ts';

interface Options {
  readonly config?: string;
  readonly strict?: boolean;
  readonly json?: boolean;
}

/** Exit 1 when a case fails, a rule is broken, or with `strict` when a rule has no case in which it speaks. */
export function testRules(paths: string[], options: Options): void {
  const given = rulesGiven(paths, options.config);
  const { language } = given.config;
  const out = createWriter();
  const results = given.cases.map((each) => runCase(each, given.loaded));
  const failed = results.filter(({ faults }) => faults.length > 0);
  const { untested, noHostile } = gapsOf(given, results);
  const errors = given.loaded.errors.filter((error) => given.files.some((file) => file.path === error.at?.file));
  for (const result of results) {
    if (options.json === true) out.line(JSON.stringify(resultJson(result)));
    else if (result.faults.length > 0) {
      const file = relative(process.cwd(), result.case.file);
      out.line(`${colours.red(t(language, 'rules.caseWrong'))}  ${file}: ${escapeControls(result.case.name)}`);
      for (const fault of result.faults) out.line(`        ${escapeControls(fault)}`);
    }
  }
  for (const error of errors) console.error(`bekci: ${describeError(error)}`);
  const passed = results.length - failed.length;
  if (options.json === true)
    out.line(JSON.stringify({ type: 'summary', cases: results.length, passed, untested, noHostile }));
  else {
    if (results.length === 0) out.line(t(language, 'rules.casesNone', { paths: paths.join(', ') }));
    else out.line(t(language, 'rules.casesDone', { passed, count: results.length }));
    if (untested.length > 0) out.line(colours.yellow(t(language, 'rules.untested', { rules: untested.join(', ') })));
    if (noHostile.length > 0) out.line(colours.dim(t(language, 'rules.noHostile', { rules: noHostile.join(', ') })));
  }
  out.flush();
  if (failed.length > 0 || errors.length > 0 || results.length === 0) process.exitCode = 1;
  if (options.strict === true && untested.length > 0) process.exitCode = 1;
}

/** Rules that alert and never spoke in a passing case, and rules that ban without a case that imitates them. */
function gapsOf(
  { loaded, cases, isMeant }: GivenRules,
  results: readonly CaseResult[],
): { untested: string[]; noHostile: string[] } {
  const proved = new Set(results.flatMap((each) => each.proved));
  const { set } = loaded;
  const mine = [...set.rules, ...set.correlations].filter((each) => each.alerts && isMeant(each.info.id));
  const byRule = casesByRule(cases, set);
  const name = ({ rule, info }: (typeof mine)[number]): string => rule.name ?? info.id;
  return {
    untested: mine.filter(({ info }) => !proved.has(info.id)).map(name),
    noHostile: mine
      .filter(({ info }) => info.action === 'ban' && (byRule.get(info.id)?.hostile.length ?? 0) === 0)
      .map(name),
  };
}

function resultJson({ case: each, faults, spoke }: CaseResult): Record<string, unknown> {
  return { type: 'case', file: each.file, name: each.name, ok: faults.length === 0, faults, spoke: [...spoke] };
}
