/** The order of a session's messages, learned in place: usual orders stay quiet, one never seen is told in words, after a restart too. */
import { expect, it, vi } from 'vitest';
import { type AnomalyDetector, createAnomalyDetector } from '../../src/detectors/anomaly/anomaly-detector.ts';
import { createRandom } from '../../src/detectors/anomaly/models/random.ts';
import { anomalySettings } from '../../src/detectors/anomaly/settings.ts';
import { unusualWords } from '../../src/kit/messages/unusual-words.ts';
import type { Detection } from '../../src/model/detection.ts';
import { type LogEvent, NO_FIELDS } from '../../src/model/log-event.ts';

vi.setConfig({ testTimeout: 240_000 });

const START = Date.parse('2026-11-02T00:00:00Z');
const MINUTE = 60_000;
const settings = anomalySettings.parse({ sequences: true, alerts_per_day: 20 });
const KIND = { product: 'linux', service: 'syslog', category: null };

function say(time: number, pid: number, message: string): LogEvent {
  return { time, kind: KIND, host: 'web', program: 'shop', pid, message, repeat: 1, fields: NO_FIELDS };
}

/** A visit to a shop: a basket, some goods, and paid or given up. */
function visit(time: number, pid: number, random: () => number): LogEvent[] {
  const goods = 1 + Math.floor(random() * 4);
  const middle = Array.from({ length: goods }, () => `basket ${pid}: put ${Math.floor(random() * 900)} in`);
  const isPaid = random() < 0.7;
  const words = [
    `session ${pid} opened`,
    ...middle,
    ...(isPaid
      ? [`payment of ${Math.floor(random() * 90)} asked`, 'payment confirmed', 'parcel sent']
      : ['basket given up']),
    `session ${pid} closed`,
  ];
  return words.map((message, n) => say(time + n * 2000, pid, message));
}

function feed(detector: AnomalyDetector, events: readonly LogEvent[]): Detection[] {
  const out: Detection[] = [];
  for (const [offset, event] of events.entries())
    detector.detect(event, { source: 's', generation: 'g', offset, text: event.message }, out);
  detector.late?.(out);
  return out.filter((each) => each.rule.id === 'bekci-unusual-session');
}

/** Two days of visits, one every four minutes. */
function days(from: number, count: number, seed: number): LogEvent[] {
  const random = createRandom(seed);
  return Array.from({ length: count * 360 }, (_, n) =>
    visit(START + from * 1440 * MINUTE + n * 4 * MINUTE, 1000 + ((from * 360 + n) % 30_000), random),
  ).flat();
}

let kept: { readonly key: string; readonly value: string }[] | null = null;

/** A detector that learned two days of visits before it was started again: trained once for all tests. */
function learned(): AnomalyDetector {
  if (kept === null) {
    const first = createAnomalyDetector(settings);
    feed(first, days(0, 2, 1));
    first.settle();
    for (const _ of first.trainDeep());
    kept = first.drainDirty().flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
  }
  const detector = createAnomalyDetector(settings);
  detector.restore(kept);
  return detector;
}

/** Sent without a payment. */
const theft = ['session 9 opened', 'basket 9: put 4 in', 'parcel sent', 'session 9 closed'].map((message, n) =>
  say(START + 3 * 1440 * MINUTE + n * 2000, 31_000, message),
);

it('is quiet about usual orders, tells of one never seen, and says so in both languages', () => {
  const detector = learned();
  expect(detector.state().deep[0]).toMatchObject({ name: 'shop', ready: true });
  expect(feed(detector, days(2, 1, 2)).length).toBeLessThanOrEqual(1);
  const [found] = feed(detector, theft);
  expect(found?.rule.action).toBe('alert');
  expect(found?.facts).toMatchObject({ way: 'next', program: 'shop', next: 'parcel sent' });
  expect(found?.evidence[0]?.offset).toBe(2);
  const [english] = unusualWords(found!.rule.id, found!.facts, 'en');
  const [turkish] = unusualWords(found!.rule.id, found!.facts, 'tr');
  expect(english).toContain('parcel sent');
  expect(turkish).toContain('parcel sent');
  expect(turkish).not.toBe(english);
});

it('finds a session that ends where none does', () => {
  const detector = learned();
  const cut = theft.slice(0, 2);
  // The next line, half an hour on, ends what was silent.
  const found = feed(detector, [...cut, ...visit(START + 3 * 1440 * MINUTE + 30 * MINUTE, 31_001, createRandom(5))]);
  expect(found.map((each) => each.facts.way)).toEqual(['end']);
});

it('learns nothing from the accused', () => {
  const after = learned();
  expect(feed(after, theft)).toHaveLength(1);
  const rows = after.state().deep[0]!.rows;
  const accused = { rule: { id: 'r' }, entity: {} } as Detection;
  for (const event of visit(START + 4 * 1440 * MINUTE, 32_000, createRandom(1)))
    after.detect(event, { source: 's', generation: 'g', offset: 0, text: '' }, [accused]);
  after.settle();
  // The theft was doubted, the accused visit not taken in.
  expect(after.state().deep[0]!.rows).toBe(rows);
});

it('says that it still learns', () => {
  const young = createAnomalyDetector(settings);
  feed(young, days(0, 1, 1).slice(0, 200));
  young.settle();
  expect(young.state().deep[0]).toMatchObject({ ready: false });
  expect(feed(young, theft)).toEqual([]);
});

it('takes the rest of a session that began before the start for no session', () => {
  const detector = learned();
  const rest = ['payment of 9 asked', 'payment confirmed', 'parcel sent', 'session 3 closed'].map((message, n) =>
    say(START + 3 * 1440 * MINUTE + n * 2000, 30_500, message),
  );
  const rows = detector.state().deep[0]!.rows;
  expect(feed(detector, rest)).toEqual([]);
  detector.settle();
  expect(detector.state().deep[0]!.rows).toBe(rows);
  // An hour later nothing of the kind can be: a session that begins so is odd.
  const later = rest.map((each) => ({ ...each, time: each.time + 60 * MINUTE, pid: 30_501 }));
  expect(feed(detector, later).map((each) => each.facts.way)).toEqual(['first']);
});
