/** What a person is told: detections about one entity, grouped. */
import type { AlarmNews } from './alarm.ts';
import type { DecisionState } from './decision.ts';
import type { Level } from './detection.ts';

/** One detection inside an alert, ready for any notifier. Log text in it is raw: every notifier escapes it for its own medium. */
export interface AlertItem {
  readonly detection: string;
  readonly rule: string;
  readonly title: string;
  readonly level: Level;
  readonly tags: readonly string[];
  readonly at: number;
  readonly events: number;
  readonly lines: readonly string[];
  readonly facts: Readonly<Record<string, string | number>>;
}

/** One message about one entity. */
export interface Alert {
  readonly id: string;
  /** `source.ip`, `user.name` ... and its value. */
  readonly entityField: string;
  readonly entity: string;
  readonly level: Level;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly items: readonly AlertItem[];
  /** Detections that were folded into this message beyond `items`. */
  readonly more: number;
  /** What was done, if anything. */
  readonly decision: { readonly ip: string; readonly state: DecisionState; readonly seconds: number } | null;
  /** Why nothing was done, if the door refused. */
  readonly refusal: { readonly code: string; readonly detail: string } | null;
  readonly host: string;
  /** Instead of detections: what bekci says about itself. */
  readonly alarms?: AlarmNews;
}
