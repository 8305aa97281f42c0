/** Adds an event to a window, whatever its correlation counts. */
import { addEvidence, type Hit, type WindowLimits, type WindowPlan, type WindowState } from './window.ts';
import { countEvents } from './window-count.ts';
import { measure } from './window-measure.ts';
import { together } from './window-temporal.ts';
import { countValues } from './window-values.ts';

/** True when the correlation fires now. */
export function addToWindow(window: WindowState, plan: WindowPlan, hit: Hit, limits: WindowLimits): boolean {
  const { kind } = plan.rule;
  if (kind === 'event_count') return countEvents(window, plan, hit, limits);
  if (kind === 'value_count') return hit.value !== null && countValues(window, plan, hit, limits);
  return kind === 'temporal' || kind === 'temporal_ordered'
    ? together(window, plan, hit, limits)
    : measure(window, plan.rule, hit, limits);
}

/** Adds what waited at the gates of an ordered pair, now that its window is made. It cannot fire: its first rule has not matched yet. */
export function admitHeld(window: WindowState, plan: WindowPlan, row: number, limits: WindowLimits): void {
  for (const gate of plan.gates)
    gate.each(row, (time, offset, origin) => {
      addEvidence(window, offset, origin);
      addToWindow(window, plan, { time, member: 1, repeat: 1, value: null }, limits);
    });
}
