/** Rows of the engine's tables as the nouns they stand for. */
import type { DecisionOrigin, DecisionState, Refusal } from '../../model/decision.ts';
import type { StoredDetection } from '../../model/detection.ts';
import type { DecisionRecord } from '../store.ts';

/** A row as the driver gives it. */
export type Row = Record<string, string | number | null>;

/** A row of `detections`. */
export function toDetection(row: Row): StoredDetection {
  return {
    id: String(row.id),
    rule: JSON.parse(String(row.rule_json)),
    at: Number(row.at),
    entity: JSON.parse(String(row.entity_json)),
    events: Number(row.events),
    evidence: JSON.parse(String(row.evidence_json)),
    facts: JSON.parse(String(row.facts_json)),
    lines: JSON.parse(String(row.lines_json)),
  };
}

/** A row of `decisions`. */
export function toDecision(row: Row): DecisionRecord {
  return {
    id: String(row.id),
    action: 'ban',
    ip: String(row.ip),
    at: Number(row.at),
    seconds: Number(row.seconds),
    expiresAt: Number(row.expires_at),
    origin: String(row.origin) as DecisionOrigin,
    rule: row.rule === null ? null : String(row.rule),
    detection: row.detection === null ? null : String(row.detection),
    reason: String(row.reason),
    offence: Number(row.offence),
    state: String(row.state) as DecisionState,
    error: row.error === null ? null : String(row.error),
    attempts: Number(row.attempts),
  };
}

/** A row of `refusals`. */
export function toRefusal(row: Row): Refusal {
  return {
    ip: String(row.ip),
    at: Number(row.at),
    rule: row.rule === null ? null : String(row.rule),
    detection: row.detection === '' ? null : String(row.detection),
    code: String(row.code),
    detail: String(row.detail),
  };
}
