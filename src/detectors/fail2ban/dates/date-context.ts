/** What gives dates their missing parts. */

/** The present, and the zone of stamps without one. */
export interface DateContext {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Minutes east of UTC of stamps without a zone; null: this machine's zone. */
  readonly offset: number | null;
}
