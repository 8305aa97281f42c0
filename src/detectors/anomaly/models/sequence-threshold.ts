/** Where a session becomes unusual, from the scores of usual sessions the model was not trained on. */
import { Spot } from './spot.ts';

/** Share of usual sessions that may lie above. */
const RISK = 0.004;

/** The threshold: by extreme value theory where there are enough scores, a little above the highest otherwise. */
export function sequenceThreshold(scores: readonly number[], risk = RISK): number {
  const highest = Math.max(0, ...scores);
  if (scores.length < 300) return highest + 0.5;
  const threshold = new Spot(Float64Array.from(scores), { risk, level: 0.95 }).threshold();
  // Scores that are nearly all equal have no tail to fit.
  return Number.isFinite(threshold) ? threshold : highest + 0.5;
}
