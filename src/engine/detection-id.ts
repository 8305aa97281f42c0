/** Deterministic ids: the same lines give the same detection, also after a crash and a second reading. */
import { hash } from 'node:crypto';
import type { Detection } from '../model/detection.ts';

/** 24 hex digits over rule, entity and the place of the deciding line. */
export function detectionId(detection: Detection): string {
  const last = detection.evidence.at(-1);
  let text = `${detection.rule.id}\0${detection.at}\0${last?.source ?? ''}\0${last?.generation ?? ''}\0${last?.offset ?? ''}`;
  const names = Object.keys(detection.entity);
  if (names.length > 1) names.sort();
  for (const name of names) text += `\0${name}\0${detection.entity[name]}`;
  return hash('sha256', text).slice(0, 24);
}
