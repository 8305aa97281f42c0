/** Finds the text of one rule among rule files. */
import type { SigmaRule } from '../detectors/sigma/ast.ts';
import { parseSigma } from '../detectors/sigma/parse.ts';
import type { RuleFile } from '../detectors/sigma/read-files.ts';

/** A rule as it was parsed and as it is written. */
export interface RuleDocument {
  readonly rule: SigmaRule;
  readonly text: string;
}

/** The rule of this id, name or (whatever its case) title; null when no file holds it. Broken files are passed over. */
export function documentOf(files: readonly RuleFile[], asked: string): RuleDocument | null {
  const wanted = asked.toLowerCase();
  let byTitle: RuleDocument | null = null;
  for (const file of files) {
    if (!file.text.toLowerCase().includes(wanted)) continue;
    for (const document of documentsOf(file)) {
      const { rule } = document;
      if (rule.id === asked || rule.name === asked) return document;
      if (rule.title.toLowerCase() === wanted) byTitle ??= document;
    }
  }
  return byTitle;
}

/** Every rule of a file with its own text; none when the file is broken. */
export function documentsOf(file: RuleFile): RuleDocument[] {
  let rules: SigmaRule[];
  try {
    rules = parseSigma(file.text, file.path);
  } catch {
    return [];
  }
  const lines = file.text.split('\n');
  return rules.map((rule, index) => {
    const start = index === 0 ? 1 : (rule.place.line ?? 1);
    const next = rules[index + 1]?.place.line ?? lines.length + 1;
    const text = lines.slice(start - 1, next - 1).join('\n');
    return { rule, text: `${text.replace(/^---\s*$/gm, '').trim()}\n` };
  });
}
