/** The canary: a line of bekci's own that travels the whole chain again and again, to prove that the chain is whole. */

/** Links of the chain, in the order in which a canary passes them. */
export const CANARY_STAGES = ['write', 'source', 'decoder', 'rule', 'door', 'store', 'firewall'] as const;

/** One link. */
export type CanaryStage = (typeof CANARY_STAGES)[number];

/** How the canary fares. */
export interface CanaryStatus {
  /** Start of the last flight that is over, ms since the epoch; null before the first. */
  readonly lastRunAt: number | null;
  /** End of the last flight that came through, ms since the epoch; null before the first. */
  readonly lastSuccessAt: number | null;
  /** How long that flight took, ms; null before the first. */
  readonly latencyMs: number | null;
  /** The link where the last flight stopped; null when it came through. */
  readonly stoppedAt: CanaryStage | null;
  /** What was said there, or null. */
  readonly problem: string | null;
  /** Flights in a row that did not come through. */
  readonly failures: number;
  /** False while nobody is blocked: then the firewall is not asked. */
  readonly firewall: boolean;
}
