/** How near to speaking the windows of somebody are: for `why not`. Reads what is kept of windows; touches none. */
import type { RuleInfo } from '../../model/detection.ts';
import type { LineRef } from '../../model/line.ts';
import type { CorrelationRule } from './ast.ts';
import type { RuleSet } from './rule-set.ts';
import { type ReadWindow, readGroup } from './saved-group.ts';

/** One window of one correlation. */
export interface Progress {
  readonly rule: RuleInfo;
  /** Field to value of the group. */
  readonly group: Readonly<Record<string, string>>;
  /** Events, distinct values or rules that its newest window holds. */
  readonly held: number;
  /** How many make it speak. */
  readonly needed: number;
  readonly spanMs: number;
  /** Time of the newest event, ms since the epoch. */
  readonly newestAt: number;
  /** It spoke, and keeps quiet until the window has emptied. */
  readonly spoke: boolean;
  readonly evidence: readonly LineRef[];
}

const SEPARATOR = '\u001f';

/** The windows of groups that one of these names is part of, nearest to speaking first. */
export function progressOf(
  { correlations }: Pick<RuleSet, 'correlations'>,
  entries: Iterable<{ readonly key: string; readonly value: string }>,
  names: ReadonlySet<string>,
): Progress[] {
  const infos = new Map(correlations.map(({ rule, info }) => [rule, info]));
  const out: Progress[] = [];
  for (const { key, value } of entries) {
    const values = key.slice(key.indexOf(SEPARATOR + SEPARATOR) + 2).split(SEPARATOR);
    if (!values.some((each) => names.has(each))) continue;
    const saved = readGroup(value, infos.keys());
    if (saved === null) continue;
    for (const window of saved.windows) {
      const { rule } = window;
      const newestAt = newestOf(window) ?? saved.newestAt;
      out.push({
        rule: infos.get(rule)!,
        group: Object.fromEntries(rule.groupBy.map((field, index) => [field, values[index] ?? ''])),
        held: heldOf(window, newestAt),
        needed: neededOf(rule),
        spanMs: rule.timespanMs,
        newestAt,
        spoke: window.firedAt !== 0,
        evidence: window.evidence,
      });
    }
  }
  return out.sort((a, b) => b.held / b.needed - a.held / a.needed || b.newestAt - a.newestAt);
}

function neededOf(rule: CorrelationRule): number {
  if (rule.kind.startsWith('temporal') && rule.bounds.length === 0) return rule.rules.length;
  const [bound] = rule.bounds;
  return Math.max(1, bound === undefined ? rule.threshold : bound.op === 'gt' ? bound.value + 1 : bound.value);
}

function newestOf({ rule, times }: ReadWindow): number | null {
  if (times.length === 0) return null;
  if (rule.kind === 'value_count') return times[0] ?? null;
  return (rule.kind === 'event_count' ? times.at(-1) : times.at(-2)) ?? null;
}

function heldOf({ rule, times, values }: ReadWindow, newest: number): number {
  const after = newest - rule.timespanMs;
  if (rule.closing) return times[1] ?? 0;
  if (rule.kind === 'value_count') return (values ?? []).filter(([, at]) => at > after).length;
  if (rule.kind === 'event_count') return times.filter((at) => at > after).length;
  const young = times.filter((_, index) => index % 2 === 1 && times[index - 1]! > after);
  return rule.kind.startsWith('temporal') ? new Set(young).size : young.length;
}
