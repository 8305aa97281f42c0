/** How long the next ban of an address is. */
import type { BanGrowth } from '../model/detection.ts';
import type { DecisionSettings } from './settings.ts';

/** Seconds: the base, multiplied once for each remembered ban or by the rule's own steps, under the ceiling. */
export function escalate(
  baseSeconds: number,
  priorBans: number,
  settings: Pick<DecisionSettings, 'escalation' | 'ceiling'>,
  growth?: BanGrowth,
): number {
  const factor = growth === undefined ? settings.escalation ** Math.min(priorBans, 20) : stepOf(growth, priorBans);
  const ceiling = growth?.ceiling ?? settings.ceiling;
  return Math.max(1, Math.min(Math.round(baseSeconds * factor), Math.max(ceiling, baseSeconds)));
}

function stepOf({ steps }: BanGrowth, priorBans: number): number {
  return priorBans < 1 ? 1 : (steps[Math.min(priorBans, steps.length) - 1] ?? 1);
}
