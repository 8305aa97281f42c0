/** Rules that run together, and what the rest of the program may ask of them. */
import type { AppError } from '../../kit/errors.ts';
import type { RuleInfo } from '../../model/detection.ts';
import type { EventKind } from '../../model/log-event.ts';
import type { SigmaRule } from './ast.ts';
import type { CompiledRule } from './compile.ts';
import type { Correlation, Feeds } from './correlate.ts';
import type { GroupTable } from './group-table.ts';
import type { JudgePart } from './parts.ts';
import type { RuleTable } from './rule-index.ts';

/** A linked event rule: which correlations it feeds and whether it speaks by itself. */
export interface LinkedRule extends CompiledRule {
  readonly sets: readonly Feeds[];
  readonly alerts: boolean;
}

/** What was read, one entry a document. */
export interface LoadedDocument {
  readonly path: string;
  readonly id: string;
  readonly title: string;
  readonly type: SigmaRule['type'];
}

/** Everything that can be matched. */
export interface RuleSet {
  readonly rules: readonly LinkedRule[];
  readonly correlations: readonly Correlation[];
  readonly tables: readonly GroupTable[];
  tableFor(kind: EventKind): RuleTable<LinkedRule>;
  /** Whether a rule could match an event of this kind, `event.action` (null: an event without fields) and, where known, `event.category` and `event.outcome`. */
  wants(kind: EventKind, action: string | null, category?: string, outcome?: string): boolean;
  /** A judge of parts of events of a kind, see `judgeParts`. */
  judge(kind: EventKind, parts: readonly ReadonlySet<string>[], varying: ReadonlySet<string>): JudgePart | null;
  /** Whether ASCII bytes hold a word that some rule looks for anywhere: they may matter even where `wants` says no. Null: there is none. */
  readonly holdsKeyword: ((bytes: Uint8Array, start: number, end: number) => boolean) | null;
  readonly loaded: readonly LoadedDocument[];
}

/** Rules, the faults of the files that were left out, and what is odd. */
export interface LoadedRules {
  readonly set: RuleSet;
  readonly errors: readonly AppError[];
  readonly warnings: readonly AppError[];
  /** Changes that no rule is meant by: names of overrides, places in the list of selections. */
  readonly unused: { readonly overrides: readonly string[]; readonly select: readonly number[] };
  /** The same rules once more, with windows of their own that are empty. */
  again(): RuleSet;
}

/** Facts of all rules and correlations that run, for lists and detections. */
export function allInfos(set: RuleSet): RuleInfo[] {
  return [...set.rules.map((rule) => rule.info), ...set.correlations.map((correlation) => correlation.info)];
}
