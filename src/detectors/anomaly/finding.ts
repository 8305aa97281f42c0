/** What a part of the learning detector found, before the budget decides whether it is told. */
import type { Level } from '../../model/detection.ts';
import type { LineRef } from '../../model/line.ts';

/** The ways of finding something; each is a rule's name. */
export type FindingKind = 'line' | 'message' | 'habit' | 'behaviour' | 'session' | 'own';

/** One finding. */
export interface Finding {
  readonly kind: FindingKind;
  readonly entity: Readonly<Record<string, string>>;
  /** Nats: how unlikely it is here. */
  readonly surprise: number;
  /** How often a day such a thing is to be expected here. */
  readonly perDay: number;
  readonly events: number;
  readonly level: Level;
  /** The line it rests on when that is not the one at hand. */
  readonly place?: LineRef;
  readonly facts: Readonly<Record<string, string | number>>;
}

/** What the parts share. */
export interface Clock {
  /** Time of the line at hand, ms since the epoch, on the log's clock. */
  time: number;
  /** Hours in which lines were seen, over all runs. */
  hours: number;
}

/** Days of lines seen, at least one. */
export function daysOf(clock: Clock): number {
  return Math.max(1, clock.hours / 24);
}
