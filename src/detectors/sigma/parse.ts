/** Sigma YAML to documents, strictly: what is not understood is an error with file, line, column and key, never ignored. */

import { AppError, fail } from '../../kit/errors.ts';
import { yaml } from '../../kit/yaml.ts';
import type { SigmaRule } from './ast.ts';
import { ConditionError } from './condition.ts';
import { parseCorrelation } from './parse-correlation.ts';
import { parseEventRule, parseFilter, parseHead } from './parse-rule.ts';
import { type KeyAt, keyFinder, placeOf, type Source, type Warn } from './places.ts';
import { readPlainYaml } from './plain-yaml.ts';

/** Largest rule file read. */
const MAX_BYTES = 4 * 1024 * 1024;
/** More aliases than this are an attempt to blow the file up. */
const MAX_ALIASES = 100;

/** What one file holds: its sound documents, and the fault of each other. */
export interface Parsed {
  readonly rules: readonly SigmaRule[];
  readonly faults: readonly AppError[];
}

/** All documents of one file. Throws AppError at the first fault; what is only odd goes to `warn`. */
export function parseSigma(text: string, file: string, warn: Warn = () => undefined): SigmaRule[] {
  const { rules, faults } = parseEach(text, file, warn);
  const [first] = faults;
  if (first !== undefined) throw first;
  return [...rules];
}

/** Every document of one file by itself: a broken one does not touch its neighbours. */
export function parseEach(text: string, file: string, warn: Warn = () => undefined): Parsed {
  const rules: SigmaRule[] = [];
  const faults: AppError[] = [];
  const attempt = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      faults.push(error);
    }
  };
  attempt(() => {
    if (text.length > MAX_BYTES)
      fail('SIGMA_TOO_LARGE', { message: 'the rule file is larger than 4 MiB', at: { file } });
    for (const document of documentsOf(text, file, (fault) => faults.push(fault)))
      attempt(() => void rules.push(parseDocument(document, warn)));
    if (rules.length === 0 && faults.length === 0)
      fail('SIGMA_EMPTY', { message: 'the file holds no rule', at: { file } });
  });
  return { rules, faults };
}

/** A document and where its keys stand. */
interface Document {
  readonly raw: Record<string, unknown>;
  readonly keyAt: KeyAt;
}

function documentsOf(text: string, file: string, broken: (fault: AppError) => void): Document[] {
  const plain = readPlainYaml(text);
  if (plain === null) return anyYaml(text, file, broken);
  const starts = lineStarts(text);
  return plain.map(({ raw, offsetOf }) => ({
    raw,
    keyAt: (...path) => {
      const offset = offsetOf(path);
      const line = lineAt(starts, offset);
      return { file, line, column: offset - starts[line - 1]! + 1 };
    },
  }));
}

/** Where each line begins. */
function lineStarts(text: string): number[] {
  const starts: number[] = [];
  for (let at = 0; at >= 0; at = text.indexOf('\n', at) + 1 || -1) starts.push(at);
  return starts;
}

/** The line, counted from 1, in which an offset lies. */
function lineAt(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle;
  }
  return low + 1;
}

/** What is not plain, or not YAML at all. */
function anyYaml(text: string, file: string, broken: (fault: AppError) => void): Document[] {
  const lines = new (yaml().LineCounter)();
  const documents = yaml().parseAllDocuments(text, { lineCounter: lines, logLevel: 'silent' });
  const source: Source = { file, lines };
  const out: Document[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const error = document.errors[0];
    if (error !== undefined) {
      const { line, col: column } = lines.linePos(error.pos[0]);
      broken(new AppError('SIGMA_YAML', { message: wordsOf(error.message), at: { file, line, column } }));
    } else if (document.contents !== null && !yaml().isMap(document.contents)) {
      const at = placeOf(source, document.contents);
      broken(new AppError('SIGMA_FORM', { message: 'a Sigma document is a map of keys', at }));
    } else if (document.contents !== null) {
      const raw = document.toJS({ maxAliasCount: MAX_ALIASES }) as Record<string, unknown>;
      out.push({ raw, keyAt: keyFinder(source, document.contents) });
    }
  }
  return out;
}

/** The first line of what the parser says, without the place, which we give ourselves. */
function wordsOf(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '') || 'bad YAML';
}

function parseDocument({ raw, keyAt }: Document, warn: Warn): SigmaRule {
  if (raw.action !== undefined) {
    return fail('SIGMA_ACTION', {
      message: '`action: global/repeat/reset` was removed from Sigma in version 2',
      hint: 'write each rule out as a document of its own, with its own id',
      at: keyAt('action'),
    });
  }
  const kinds = ['detection', 'correlation', 'filter'].filter((key) => raw[key] !== undefined);
  if (kinds.length > 1)
    fail('SIGMA_FORM', {
      message: `a document is either a rule, a correlation or a filter, this one has ${kinds.join(' and ')}`,
      hint: 'write them as documents of their own, with `---` between them',
      at: keyAt(kinds[1]!),
    });
  const head = parseHead(raw, keyAt(), keyAt, warn);
  try {
    if (raw.correlation !== undefined) return parseCorrelation(raw.correlation, head, keyAt, warn);
    return raw.filter === undefined ? parseEventRule(raw, head, keyAt, warn) : parseFilter(raw, head, keyAt, warn);
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const part = kinds[0] ?? 'detection';
    return fail('SIGMA_CONDITION', {
      message: error.message,
      at: keyAt(part, 'condition'),
      ...(error.hint === null ? {} : { hint: error.hint }),
    });
  }
}
