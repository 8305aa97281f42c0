/** Adds an event to a window, whatever its correlation counts. */
import type { CorrelationRule } from './ast.ts';
import type { Hit, WindowLimits, WindowState } from './window.ts';
import { countEvents, countValues } from './window-count.ts';
import { measure } from './window-measure.ts';
import { together } from './window-temporal.ts';

/** True when the correlation fires now. */
export function addToWindow(window: WindowState, rule: CorrelationRule, hit: Hit, limits: WindowLimits): boolean {
  if (rule.kind === 'event_count') return countEvents(window, rule, hit, limits);
  if (rule.kind === 'value_count') return hit.value !== null && countValues(window, rule, hit, limits);
  return rule.kind === 'temporal' || rule.kind === 'temporal_ordered'
    ? together(window, rule, hit, limits)
    : measure(window, rule, hit, limits);
}
