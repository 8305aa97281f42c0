/** A detection: a rule, an indicator or a model spoke about an entity, with the lines that made it speak. */
import type { LineRef } from './line.ts';

/** Sigma's five levels, from a note to a fire. */
export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** Levels in rising order. */
export const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

/** What a rule asks for once it has spoken. `ban` needs an address; `alert` only tells; `observe` notes whom it would have banned. */
export type RuleAction = 'alert' | 'ban' | 'observe';

/** How a rule's bans grow, where it does not leave that to the policy. */
export interface BanGrowth {
  /** What the length is multiplied by after one earlier ban, after two, and so on; the last goes on. Empty: no growth. */
  readonly steps: readonly number[];
  /** Seconds; null for the policy's own. */
  readonly ceiling: number | null;
}

/** The part of a rule that detections, alerts and the command line need. */
export interface RuleInfo {
  readonly id: string;
  readonly title: string;
  readonly level: Level;
  /** Sigma tags such as `attack.t1110.001`. */
  readonly tags: readonly string[];
  readonly kind: 'sigma' | 'correlation' | 'indicator' | 'anomaly';
  readonly action: RuleAction;
  /** Ban length in seconds the rule asks for, or null for the policy's own. */
  readonly banSeconds: number | null;
  /** Absent: the policy's own growth. */
  readonly growth?: BanGrowth;
}

/** What a detector hands over for one event; the engine adds the id and the texts of the evidence. */
export interface Detection {
  readonly rule: RuleInfo;
  /** Milliseconds since the epoch, on the log's clock: the time of the event that completed it. */
  readonly at: number;
  /** ECS field to value: whom it is about, e.g. `{ 'source.ip': '203.0.113.7' }`. Values are copies, never slices of a chunk. */
  readonly entity: Readonly<Record<string, string>>;
  /** How many events (or distinct values) it rests on. */
  readonly events: number;
  /** The last few lines it rests on, oldest first, the deciding line last. At most 10. */
  readonly evidence: readonly LineRef[];
  /** Facts for people, by dictionary key parameters: `{ distinct: 12, feed: 'x' }`. Small and flat. */
  readonly facts: Readonly<Record<string, string | number>>;
}

/** A detection as it is kept: with its deterministic id and the evidence texts that could still be read. */
export interface StoredDetection extends Detection {
  readonly id: string;
  readonly lines: readonly string[];
}

/** The one value a detection is listed under: the address where there is one. */
export function mainEntity(entity: Readonly<Record<string, string>>): string {
  return entity['source.ip'] ?? Object.values(entity)[0] ?? '';
}
