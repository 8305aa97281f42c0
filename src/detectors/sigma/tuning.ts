/** What a configuration changes of rules without editing them: by id or name, or by tag, level, log source or place. */
import type { Level, RuleAction } from '../../model/detection.ts';
import type { SigmaRule } from './ast.ts';

/** What may be changed. */
export interface RuleOverride {
  readonly enabled?: boolean | undefined;
  readonly level?: Level | undefined;
  readonly action?: RuleAction | undefined;
  /** A rule that bans only notes whom it would have banned. */
  readonly observe?: boolean | undefined;
  readonly banSeconds?: number | undefined;
  readonly threshold?: number | undefined;
  readonly timespanMs?: number | undefined;
}

/** Which rules a change is for: all that is given must fit. */
export interface RuleSelection extends RuleOverride {
  /** Id or name. */
  readonly rule?: string | undefined;
  /** A whole tag, or its beginning: `attack.t1110` also means `attack.t1110.001`. */
  readonly tag?: string | undefined;
  readonly levels?: readonly Level[] | undefined;
  readonly status?: string | undefined;
  readonly product?: string | undefined;
  readonly service?: string | undefined;
  readonly category?: string | undefined;
  /** Part of the file's path. */
  readonly path?: string | undefined;
}

/** The rule as changed, or null when it is switched off. Later selections win, overrides by id win over all. */
export function tune(
  rule: SigmaRule,
  selections: readonly RuleSelection[],
  overrides: Readonly<Record<string, RuleOverride>>,
): SigmaRule | null {
  const own = (key: string | null): RuleOverride | undefined =>
    key !== null && Object.hasOwn(overrides, key) ? overrides[key] : undefined;
  const changes: RuleOverride[] = selections.filter((selection) => fits(selection, rule));
  const named = own(rule.id) ?? own(rule.name);
  if (named !== undefined) changes.push(named);
  const pick = <K extends keyof RuleOverride>(key: K): RuleOverride[K] =>
    changes.findLast((change) => change[key] !== undefined)?.[key];
  if (changes.length === 0) return rule;
  if (pick('enabled') === false) return null;
  const action = pick('action') ?? rule.action;
  const head = {
    level: pick('level') ?? rule.level,
    action: action === 'ban' && pick('observe') === true ? ('observe' as const) : action,
    banSeconds: pick('banSeconds') ?? rule.banSeconds,
  };
  if (rule.type !== 'correlation') return { ...rule, ...head };
  const threshold = pick('threshold');
  return {
    ...rule,
    ...head,
    threshold: threshold ?? rule.threshold,
    bounds: threshold === undefined ? rule.bounds : [{ op: 'gte', value: threshold }],
    timespanMs: pick('timespanMs') ?? rule.timespanMs,
  };
}

/** Whether a rule is meant by a selection. */
export function fits(selection: RuleSelection, rule: SigmaRule): boolean {
  const { tag } = selection;
  const source = rule.type === 'correlation' ? null : rule.logsource;
  return (
    (selection.rule === undefined || selection.rule === rule.id || selection.rule === rule.name) &&
    (tag === undefined || rule.tags.some((each) => each === tag || each.startsWith(`${tag}.`))) &&
    (selection.levels === undefined || selection.levels.includes(rule.level)) &&
    (selection.status === undefined || selection.status === rule.status) &&
    (selection.path === undefined || rule.place.file.includes(selection.path)) &&
    (['product', 'service', 'category'] as const).every(
      (part) => selection[part] === undefined || source?.[part] === selection[part],
    )
  );
}
