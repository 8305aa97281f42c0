/** How long the next ban of an address is. */
import type { DecisionSettings } from './settings.ts';

/** Seconds: the base, multiplied once for each remembered ban, under the ceiling. */
export function escalate(
  baseSeconds: number,
  priorBans: number,
  settings: Pick<DecisionSettings, 'escalation' | 'ceiling'>,
): number {
  const grown = baseSeconds * settings.escalation ** Math.min(priorBans, 20);
  return Math.max(1, Math.min(Math.round(grown), Math.max(settings.ceiling, baseSeconds)));
}
