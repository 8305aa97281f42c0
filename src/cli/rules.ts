/** `bekci rules check|match|reload`. */
import { loadConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { everyKind } from '../decoders/every-kind.ts';
import { jsonEvent } from '../detectors/sigma/json-event.ts';
import { loadRules } from '../detectors/sigma/load.ts';
import { bundledMappings } from '../detectors/sigma/mappings.ts';
import { type RuleFile, readRuleFiles } from '../detectors/sigma/read-files.ts';
import { createRuleTable } from '../detectors/sigma/rule-index.ts';
import type { LinkedRule, RuleSet } from '../detectors/sigma/rule-set.ts';
import type { Status } from '../engine/handle.ts';
import { describeError } from '../kit/errors.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import { BUNDLED_RULES, loadOptionsOf } from '../rules-in-use.ts';
import { LineCutter } from '../sources/file/lines.ts';
import { caseFilesOf, readCases } from '../workbench/cases.ts';
import { documentsOf } from '../workbench/documents.ts';
import { lintRule, type Note } from '../workbench/lint.ts';
import { lookHere, type SeenHere } from '../workbench/look-here.ts';
import { createCosts, sampleEvents } from '../workbench/rule-cost.ts';
import { ask, locate, notRunning, type Where } from './client.ts';
import { colours, createWriter } from './output.ts';

interface CheckOptions {
  readonly config?: string;
  readonly lint?: boolean;
  readonly here?: boolean;
  readonly json?: boolean;
}

/** Every fault of every file; exit 1 when there is one. What is only odd is counted, and shown with `lint`. */
export async function check(paths: string[], options: CheckOptions): Promise<void> {
  const config = configFor(options);
  const { language } = config;
  const files = readRuleFiles(paths);
  const { placeholders } = loadOptionsOf(config);
  const { set, errors, warnings } = loadRules(files, placeholders === undefined ? {} : { placeholders });
  const seen = options.here === true ? await lookHere(config) : null;
  if (seen !== null) {
    console.error(t(language, 'rules.looked', { lines: seen.lines, logs: seen.logs }));
    for (const problem of seen.problems) console.error(`bekci: ${problem}`);
  }
  const lint = options.lint === true || options.here === true;
  const notes = lint ? notesOf(files, set, seen) : [];
  const out = createWriter();
  for (const file of files) {
    const faults = errors
      .filter((each) => each.at?.file === file.path)
      .toSorted((a, b) => (a.at?.line ?? 0) - (b.at?.line ?? 0))
      .map(describeError);
    const odd = [
      ...warnings.filter((each) => each.at?.file === file.path).map(describeError),
      ...notes.filter((each) => each.at.file === file.path).map((note) => noteText(note, language)),
    ];
    if (options.json === true) {
      out.line(
        JSON.stringify({
          path: file.path,
          id: set.loaded.find((each) => each.path === file.path)?.id ?? null,
          ok: faults.length === 0,
          ...(faults.length === 0 ? {} : { error: faults.join('\n') }),
          ...(lint ? { notes: odd } : {}),
        }),
      );
      continue;
    }
    for (const fault of faults) out.line(`${colours.red('wrong')}  ${fault}`);
    if (lint) for (const each of odd) out.line(`${colours.yellow('odd')}    ${escapeControls(each)}`);
  }
  const wrong = new Set(errors.map((each) => each.at?.file)).size;
  if (options.json !== true) {
    out.line(t(language, 'rules.checked', { right: files.length - wrong, files: files.length }));
    if (!lint && warnings.length > 0) out.line(t(language, 'rules.notes', { count: warnings.length }));
  }
  out.flush();
  if (wrong > 0) process.exitCode = 1;
}

/** Rules can be right although the machine's configuration is another user's, or wrong; only what is named must be. */
function configFor({ config, here }: CheckOptions): Config {
  try {
    return loadConfig(config ?? null).config;
  } catch (error) {
    if (config !== undefined || here === true) throw error;
    return configSchema.parse({});
  }
}

function notesOf(files: readonly RuleFile[], set: RuleSet, seen: SeenHere | null): Note[] {
  const mappings = bundledMappings();
  const events = seen?.events ?? sampleEvents(readCases(caseFilesOf([BUNDLED_RULES])));
  const compiled = new Map(set.rules.map((rule) => [rule.info.id, rule]));
  const context = { mappings, kinds: everyKind, here: seen?.kinds ?? null, costOf: createCosts(events, mappings) };
  return files
    .flatMap((file) => documentsOf(file))
    .flatMap(({ rule }) => lintRule(rule, compiled.get(rule.id) ?? null, context));
}

function noteText(note: Note, language: Language): string {
  const place = [note.at.file, note.at.line, note.at.column].filter((part) => part !== undefined).join(':');
  return `${place}: ${t(language, note.key, { ...note.values, rule: note.rule })} (LINT_${note.code.toUpperCase()})`;
}

/** Tells the running daemon to read its rules anew. */
export async function reload(options: Where): Promise<void> {
  const { stateDir, config } = locate(options);
  const answer = (await ask(stateDir, 'GET', '/status')) ?? notRunning(stateDir);
  const { pid } = answer.body as Status;
  process.kill(pid, 'SIGHUP');
  console.log(t(config.language, 'rules.reloading', { pid }));
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
