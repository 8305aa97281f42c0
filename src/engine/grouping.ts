/** One message per attacker: detections about one entity within a short window are told together, then only news. */
import { createHash } from 'node:crypto';
import type { StateEntry } from '../kit/state.ts';
import type { Alert, AlertItem } from '../model/alert.ts';
import type { Refusal } from '../model/decision.ts';
import { LEVELS, type Level, type StoredDetection } from '../model/detection.ts';
import type { DecisionRecord, QueuedAlert } from '../store/store.ts';
import type { Grouping } from './engine.ts';

/** How messages are made. */
export interface GroupingSettings {
  /** Wait for what else comes about the same entity. */
  readonly waitMs: number;
  /** No second message about an entity within this, unless the level rises. */
  readonly quietMs: number;
  readonly maxEntities: number;
  readonly notifiers: readonly { readonly id: string; readonly minLevel: Level }[];
  readonly host: string;
  readonly now: () => number;
}

const MAX_ITEMS = 8;

interface Open {
  readonly field: string;
  readonly entity: string;
  /** First deciding detection's id: the message's own id follows from it. */
  readonly first: string;
  readonly openedAt: number;
  items: AlertItem[];
  more: number;
  decision: Alert['decision'];
  refusal: Alert['refusal'];
}

/** Kept: [time of the last message, level told]. */
type Told = [number, number];

/** Grouping with memory across restarts. */
export function createGrouping(settings: GroupingSettings): Grouping {
  const open = new Map<string, Open>();
  const told = new Map<string, Told>();
  const dirty = new Set<string>();

  function add(detection: StoredDetection, decision: DecisionRecord | null, refusal: Refusal | null): void {
    if (settings.notifiers.length === 0) return;
    const [field, entity] = mainEntity(detection);
    const key = `${field}=${entity}`;
    const last = told.get(key);
    const rank = LEVELS.indexOf(detection.rule.level);
    // A time still to come was noted before the clock was set back: it says nothing.
    const since = last === undefined ? 0 : settings.now() - last[0];
    if (last !== undefined && since >= 0 && since < settings.quietMs && rank <= last[1]) return;
    let group = open.get(key);
    if (group === undefined) {
      if (open.size >= settings.maxEntities) return;
      group = {
        field,
        entity,
        first: detection.id,
        openedAt: settings.now(),
        items: [],
        more: 0,
        decision: null,
        refusal: null,
      };
      open.set(key, group);
    }
    if (decision !== null) group.decision = { ip: decision.ip, state: decision.state, seconds: decision.seconds };
    else if (refusal !== null && refusal.code !== 'active')
      group.refusal = { code: refusal.code, detail: refusal.detail };
    if (group.items.length < MAX_ITEMS) group.items.push(itemOf(detection));
    else group.more++;
    dirty.add(key);
  }

  function due(now: number): QueuedAlert[] {
    const out: QueuedAlert[] = [];
    for (const [key, group] of open) {
      if (now >= group.openedAt && now - group.openedAt < settings.waitMs) continue;
      open.delete(key);
      dirty.add(key);
      const alert = alertOf(group, settings.host);
      const rank = LEVELS.indexOf(alert.level);
      remember(key, [now, rank]);
      for (const notifier of settings.notifiers) {
        if (rank >= LEVELS.indexOf(notifier.minLevel))
          out.push({ id: alert.id, notifier: notifier.id, alert, attempts: 0, nextAt: now });
      }
    }
    return out;
  }

  function remember(key: string, value: Told): void {
    told.delete(key);
    told.set(key, value);
    if (told.size <= settings.maxEntities) return;
    const oldest = told.keys().next().value!;
    told.delete(oldest);
    dirty.add(oldest);
  }

  return {
    name: 'grouping',
    add,
    due,
    drainDirty() {
      if (dirty.size === 0) return [];
      const entries = [...dirty].map((key): StateEntry => {
        const group = open.get(key);
        const last = told.get(key);
        return { key, value: group === undefined && last === undefined ? null : JSON.stringify({ group, last }) };
      });
      dirty.clear();
      return entries;
    },
    restore(entries) {
      for (const { key, value } of entries) {
        const saved = JSON.parse(value) as { group?: Open; last?: Told };
        if (saved.group !== undefined) open.set(key, saved.group);
        if (saved.last !== undefined) told.set(key, saved.last);
      }
    },
  };
}

function mainEntity(detection: StoredDetection): readonly [string, string] {
  const { entity } = detection;
  const ip = entity['source.ip'];
  if (ip !== undefined) return ['source.ip', ip];
  return Object.entries(entity)[0] ?? ['host.hostname', ''];
}

function itemOf(detection: StoredDetection): AlertItem {
  const { rule } = detection;
  return {
    detection: detection.id,
    rule: rule.id,
    title: rule.title,
    level: rule.level,
    tags: rule.tags,
    at: detection.at,
    events: detection.events,
    lines: detection.lines,
    facts: detection.facts,
  };
}

function alertOf(group: Open, host: string): Alert {
  const items = group.items.toSorted((a, b) => LEVELS.indexOf(b.level) - LEVELS.indexOf(a.level));
  const times = items.map((item) => item.at);
  return {
    id: createHash('sha256').update(`alert\0${group.first}`).digest('hex').slice(0, 24),
    entityField: group.field,
    entity: group.entity,
    level: items[0]?.level ?? 'informational',
    firstAt: Math.min(...times),
    lastAt: Math.max(...times),
    items,
    more: group.more,
    decision: group.decision,
    refusal: group.decision === null ? group.refusal : null,
    host,
  };
}
