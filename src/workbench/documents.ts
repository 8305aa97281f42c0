/** Finds the text of one rule among rule files. */
import type { SigmaRule } from '../detectors/sigma/ast.ts';
import { parseEach } from '../detectors/sigma/parse.ts';
import type { RuleFile } from '../detectors/sigma/read-files.ts';

/** A rule as it was parsed and as it is written. */
export interface RuleDocument {
  readonly rule: SigmaRule;
  readonly text: string;
}

/** The rule of this id, name or (whatever its case) title; null when no file holds it. Broken documents are passed over. */
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

/** Every sound rule of a file with its own text: from its first key, or the comment at the file's top, to the next `---`. */
export function documentsOf(file: RuleFile): RuleDocument[] {
  const lines = file.text.split('\n');
  return parseEach(file.text, file.path).rules.map((rule, index) => {
    const first = rule.place.line ?? 1;
    const end = lines.findIndex((line, at) => at >= first && /^---(?:\s|$)/.test(line));
    const start = index === 0 && !lines.slice(0, first - 1).some((line) => /^[^#\s-]/.test(line)) ? 1 : first;
    const text = lines.slice(start - 1, end < 0 ? undefined : end).join('\n');
    return { rule, text: `${text.replace(/^---\s*$/gm, '').trim()}\n` };
  });
}
