/** From the store's nouns to the contract's. */
import { refusalText } from '../../kit/messages/messages.ts';
import type { StoredDetection } from '../../model/detection.ts';
import type { Given } from '../contract.ts';
import type { Call } from '../http/call.ts';

/** A detection as the contract has it: without places in files. */
export function toDetection(detection: StoredDetection): Given<'detection'> {
  const { id, at, rule, entity, events, facts, lines, evidence } = detection;
  return {
    id,
    at,
    rule: {
      id: rule.id,
      title: rule.title,
      level: rule.level,
      tags: rule.tags,
      kind: rule.kind,
      action: rule.action,
    },
    entity,
    events,
    facts,
    lines,
    sources: [...new Set(evidence.map((each) => each.source))],
  };
}

/** What the door refuses, with its reason in words. */
export function inWords<T extends { readonly code: string; readonly detail: string }>(
  refusal: T,
): T & { readonly why: { readonly en: string; readonly tr: string } } {
  return { ...refusal, why: { en: refusalText(refusal, 'en'), tr: refusalText(refusal, 'tr') } };
}

/** A range of time; the last hour by default. */
export function rangeOf(
  query: { readonly from?: number | undefined; readonly to?: number | undefined },
  now: number,
  span = 3_600_000,
): { readonly from: number; readonly to: number } {
  const to = query.to ?? now;
  return { from: Math.min(query.from ?? to - span, to), to };
}

/** Clock of a call. */
export function nowOf(call: Call): number {
  return call.desk.now();
}
