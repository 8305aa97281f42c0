/** `bekci rules check|list|match`. */
import { loadConfig } from '../config/load.ts';
import { jsonEvent } from '../detectors/sigma/json-event.ts';
import { loadRules } from '../detectors/sigma/load.ts';
import { readRuleFiles } from '../detectors/sigma/read-files.ts';
import { createRuleTable } from '../detectors/sigma/rule-index.ts';
import type { LinkedRule } from '../detectors/sigma/rule-set.ts';
import { describeError } from '../kit/errors.ts';
import { buildPipeline } from '../pipeline.ts';
import { LineCutter } from '../sources/file/lines.ts';
import { colours, createWriter, levelText } from './output.ts';

/** One answer a file; exit 1 when one is wrong. */
export function check(paths: string[], options: { readonly json?: boolean }): void {
  const files = readRuleFiles(paths);
  const { set, errors } = loadRules(files);
  const out = createWriter();
  for (const file of files) {
    const error = errors.find((each) => each.at?.file === file.path);
    const ids = set.loaded.filter((each) => each.path === file.path).map((each) => each.id);
    if (options.json === true) {
      out.line(
        JSON.stringify({
          path: file.path,
          id: ids[0] ?? null,
          ok: error === undefined,
          ...(error === undefined ? {} : { error: describeError(error) }),
        }),
      );
    } else if (error !== undefined) {
      out.line(`${colours.red('wrong')}  ${describeError(error)}`);
    }
  }
  const wrong = new Set(errors.map((each) => each.at?.file)).size;
  if (options.json !== true) out.line(`${files.length - wrong} of ${files.length} files are right`);
  out.flush();
  if (wrong > 0) process.exitCode = 1;
}

/** The rules in use. */
export function list(options: { readonly config?: string; readonly json?: boolean }): void {
  const { config } = loadConfig(options.config ?? null);
  const { rules, ruleErrors } = buildPipeline(config, { persist: false });
  const out = createWriter();
  const infos = [
    ...rules.rules.map((rule) => ({ info: rule.info, role: rule.alerts ? 'alert' : 'evidence', name: rule.rule.name })),
    ...rules.correlations.map((each) => ({ info: each.info, role: 'alert', name: each.rule.name })),
  ];
  for (const { info, role, name } of infos) {
    if (options.json === true)
      out.line(
        JSON.stringify({
          id: info.id,
          name,
          title: info.title,
          level: info.level,
          kind: info.kind,
          role,
          action: info.action,
          tags: info.tags,
        }),
      );
    else if (role === 'alert')
      out.line(
        `${levelText(info.level, info.level.padEnd(13))} ${(info.action === 'alert' ? '' : info.action).padEnd(7)} ${(name ?? info.id).padEnd(30)} ${info.title}`,
      );
  }
  for (const error of ruleErrors) console.error(`bekci: a rule was left out: ${describeError(error)}`);
  out.flush();
}

/** Which rules match each event, whatever its log source. */
export async function match(options: { readonly rules: string[] }): Promise<void> {
  const { set, errors } = loadRules(readRuleFiles(options.rules));
  for (const error of errors) console.error(`bekci: a rule was left out: ${describeError(error)}`);
  const table = createRuleTable(set.rules);
  const out = createWriter();
  const cutter = new LineCutter(0);
  let n = 0;
  const answer = (text: string): void => {
    n++;
    const found: LinkedRule[] = [];
    try {
      table.match(jsonEvent(JSON.parse(text) as Record<string, unknown>), found);
    } catch (error) {
      console.error(`bekci: line ${n} is no JSON object: ${error instanceof Error ? error.message : String(error)}`);
    }
    out.line(JSON.stringify({ n, matches: [...new Set(found.map((rule) => rule.info.id))] }));
  };
  for await (const chunk of process.stdin as AsyncIterable<Buffer>)
    for (const text of cutter.push(chunk).texts) answer(text);
  const last = cutter.flush();
  if (last !== null) answer(last.text);
  out.flush();
}
