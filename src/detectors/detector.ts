/** The contract of detectors: look at one event, say what it means. */
import type { Stateful } from '../kit/state.ts';
import type { Detection, RuleInfo } from '../model/detection.ts';
import type { SourceRef } from '../model/line.ts';
import type { LogEvent } from '../model/log-event.ts';

/** The place of the line under the lamp. One mutable object is reused; a detector copies the numbers it keeps. */
export interface LinePlace {
  source: string;
  generation: string;
  offset: number;
  /** The raw text, only valid during the call. */
  text: string;
}

/** Looks at every line of a source as it was read, understood or not. `now`: the time of reading, ms since the epoch. */
export type LineWatcher = (text: string, now: number, place: LinePlace, out: Detection[]) => void;

/** Something that looks at events one by one. Synchronous, bounded in time and memory, deterministic on the log's clock. */
export interface Detector extends Stateful {
  /** Appends what it found to `out`. */
  detect(event: LogEvent, place: LinePlace, out: Detection[]): void;
  /** Appends what threads of its own found since: asked now and then, also when no line comes. */
  late?(out: Detection[]): void;
  /** Who wants to see the raw lines of a source; null when nobody does. */
  watcherOf?(source: SourceRef): LineWatcher | null;
  /** For `explain`: every rule that matches this one event, evidence rules included, without touching any window. */
  explain(event: LogEvent): MatchedRule[];
  /** Size figures for metrics, e.g. `{ rules: 60, windows: 120, dropped: 0 }`. */
  stats(): Readonly<Record<string, number>>;
}

/** A rule that matched one event. `evidence` rules only feed correlations. */
export interface MatchedRule {
  readonly rule: RuleInfo;
  readonly role: 'evidence' | 'alert';
}
