/** `bekci rules coverage`: ATT&CK techniques that rules are shown to detect, as a table and as a Navigator layer. */
import { writeFileSync } from 'node:fs';
import { t } from '../kit/messages/messages.ts';
import { TACTICS } from '../kit/techniques.ts';
import { runCase } from '../workbench/cases.ts';
import { type CoveredTechnique, coverageOf, navigatorLayer } from '../workbench/coverage.ts';
import { colours, createWriter } from './output.ts';
import { rulesGiven } from './rules-given.ts';

interface Options {
  readonly config?: string;
  readonly layer?: string;
  readonly json?: boolean;
}

/** With `layer` writes the file (`-` for standard output, and then nothing else). */
export function coverage(paths: string[], options: Options): void {
  const given = rulesGiven(paths, options.config);
  const { language } = given.config;
  const results = given.cases.map((each) => runCase(each, given.loaded));
  const { set } = given.loaded;
  const mine = {
    ...set,
    rules: set.rules.filter((each) => given.isMeant(each.info.id)),
    correlations: set.correlations.filter((each) => given.isMeant(each.info.id)),
  };
  const covered = coverageOf(mine, results);
  const layer = `${JSON.stringify(navigatorLayer(covered, 'Bekçi'), null, 1)}\n`;
  const out = createWriter();
  if (options.layer === '-') out.line(layer.trimEnd());
  else if (options.json === true) for (const each of covered) out.line(JSON.stringify(each));
  else {
    printTable(covered, out.line);
    const shown = covered.filter((each) => each.shown.length > 0).length;
    out.line(t(language, 'coverage.done', { shown, unshown: covered.length - shown }));
  }
  out.flush();
  if (options.layer === undefined || options.layer === '-') return;
  writeFileSync(options.layer, layer);
  console.error(t(language, 'coverage.written', { path: options.layer }));
}

/** Tactic by tactic; a technique stands under each of its tactics. */
function printTable(covered: readonly CoveredTechnique[], line: (text: string) => void): void {
  for (const [tactic, title] of [...Object.entries(TACTICS), ['', '-'] as const]) {
    const mine = covered.filter(
      (each) => each.shown.length > 0 && (tactic === '' ? each.tactics.length === 0 : each.tactics.includes(tactic)),
    );
    if (mine.length === 0) continue;
    line(colours.bold(title));
    for (const { id, name, shown } of mine)
      line(`  ${id.padEnd(10)} ${(name ?? '').padEnd(58)} ${String(shown.length).padStart(3)}`);
  }
}
