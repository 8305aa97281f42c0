/** Rule files to rules that run: parsed, changed as configured, filtered, compiled, linked. Faults are set aside. */
import { AppError } from '../../kit/errors.ts';
import type { CorrelationRule, EventRule, FilterRule, Logsource, RuleHead, SigmaRule } from './ast.ts';
import { type CompiledRule, compileRule } from './compile.ts';
import { createReaders, type Readers } from './fields.ts';
import { link } from './link.ts';
import { bundledMappings, type Mappings } from './mappings.ts';
import { parseEach } from './parse.ts';
import { parsedBefore } from './parsed-rules.ts';
import { NO_PLACEHOLDERS, type Placeholders } from './placeholders.ts';
import { type Warn, warningOf } from './places.ts';
import type { LoadedDocument, LoadedRules } from './rule-set.ts';
import { fits, type RuleOverride, type RuleSelection, tune } from './tuning.ts';

/** How rules are loaded. */
export interface LoadOptions {
  /** Changes by id or name. */
  readonly overrides?: Readonly<Record<string, RuleOverride>>;
  /** Changes by tag, level, log source or path, in order. */
  readonly select?: readonly RuleSelection[];
  readonly placeholders?: Placeholders;
  readonly mappings?: Mappings;
}

/** Compiles the given files. A broken file, document or correlation is reported and does not touch the others. */
export function loadRules(
  files: readonly { readonly path: string; readonly text: string }[],
  options: LoadOptions = {},
): LoadedRules {
  const errors: AppError[] = [];
  const warnings: AppError[] = [];
  const warn: Warn = (...parts) => void warnings.push(warningOf(...parts));
  const loaded: LoadedDocument[] = [];
  const parsed: SigmaRule[] = [];
  const overrides = new Set(Object.keys(options.overrides ?? {}));
  const select = new Set((options.select ?? []).keys());
  for (const file of files) {
    attempt(errors, file.path, () => {
      const before = parsedBefore(file.text, file.path);
      const { rules, faults } = before === null ? parseEach(file.text, file.path, warn) : { rules: before, faults: [] };
      errors.push(...faults);
      for (const rule of rules) {
        loaded.push({ path: file.path, id: rule.id, title: rule.title, type: rule.type });
        for (const name of [rule.id, rule.name ?? '']) overrides.delete(name);
        for (const at of select) if (fits(options.select![at]!, rule)) select.delete(at);
        const changed = tune(rule, options.select ?? [], options.overrides ?? {});
        if (changed !== null) parsed.push(changed);
      }
    });
  }
  const unique = dropDuplicates(parsed, errors);
  const readers = createReaders(options.mappings ?? bundledMappings());
  const rules = unique.filter((rule): rule is EventRule => rule.type === 'rule');
  const correlations = unique.filter((rule): rule is CorrelationRule => rule.type === 'correlation');
  const filters = unique.filter((rule): rule is FilterRule => rule.type === 'filter');
  const compiled = compileAll(rules, filters, readers, options.placeholders ?? NO_PLACEHOLDERS, errors, warn);
  return {
    set: link(compiled, correlations, loaded, readers, errors),
    errors,
    warnings,
    unused: { overrides: [...overrides], select: [...select] },
    again: () => link(compiled, correlations, loaded, readers, []),
  };
}

function compileAll(
  rules: readonly EventRule[],
  filters: readonly FilterRule[],
  readers: Readers,
  placeholders: Placeholders,
  errors: AppError[],
  warn: Warn,
): CompiledRule[] {
  const context = { readers, placeholders };
  const sound = filters.filter((filter) => attempt(errors, filter.place.file, () => void tryFilter(filter, context)));
  const used = new Set<FilterRule>();
  const compiled: CompiledRule[] = [];
  for (const rule of rules) {
    const mine = sound.filter((filter) => applies(filter, rule));
    for (const filter of mine) used.add(filter);
    attempt(errors, rule.place.file, () => void compiled.push(compileRule(rule, mine, context)));
  }
  for (const filter of sound)
    if (!used.has(filter))
      warn(
        'SIGMA_FILTER',
        `the filter \`${filter.title}\` applies to no rule that is loaded`,
        filter.place,
        'name rules by id or `name`; the log source must be theirs',
      );
  return compiled;
}

/** A filter with a fault is reported as such, instead of at every rule it is for. */
function tryFilter(
  filter: FilterRule,
  context: { readonly readers: Readers; readonly placeholders: Placeholders },
): void {
  compileRule({ ...filter, type: 'rule' }, [], context);
}

function applies(filter: FilterRule, rule: EventRule): boolean {
  const named =
    filter.rules === null || filter.rules.includes(rule.id) || (rule.name !== null && filter.rules.includes(rule.name));
  return named && covers(filter.logsource, rule.logsource);
}

/** Every part that the filter names is the rule's. */
function covers(filter: Logsource, rule: Logsource): boolean {
  return (['product', 'service', 'category'] as const).every(
    (part) => filter[part] === null || filter[part] === rule[part],
  );
}

function attempt(errors: AppError[], file: string, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    errors.push(
      error instanceof AppError
        ? error
        : new AppError('SIGMA_FORM', {
            message: error instanceof Error ? error.message : String(error),
            at: { file },
            cause: error,
          }),
    );
    return false;
  }
}

function dropDuplicates(rules: readonly SigmaRule[], errors: AppError[]): SigmaRule[] {
  const seen = new Map<string, RuleHead>();
  return rules.filter((rule) => {
    const first = seen.get(rule.id);
    if (first === undefined) {
      seen.set(rule.id, rule);
      return true;
    }
    errors.push(
      new AppError('SIGMA_DUPLICATE', {
        message: `the id ${rule.id} is already used in ${first.place.file}`,
        hint: 'give this rule an id of its own',
        at: rule.place,
      }),
    );
    return false;
  });
}
