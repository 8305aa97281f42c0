/**
 * A made-up server: two quiet weeks, then attacks that no rule names. Few alerts in the quiet weeks, never more than the budget, and each
 * attack among what is told. Also: an attacker who grows slowly, a world that changes, and memory across a restart.
 */
import { expect, it, vi } from 'vitest';
import { type AnomalyDetector, createAnomalyDetector } from '../../src/detectors/anomaly/anomaly-detector.ts';
import { anomalySettings } from '../../src/detectors/anomaly/settings.ts';
import type { Detection } from '../../src/model/detection.ts';
import type { LogEvent } from '../../src/model/log-event.ts';
import { login, MONDAY, request, siteDays } from './made-up-site.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

const DAY = 86_400_000;
const HOUR = 3_600_000;

function feed(detector: AnomalyDetector, events: readonly LogEvent[]): Detection[] {
  const all: Detection[] = [];
  for (const [offset, event] of events.entries()) {
    const out: Detection[] = [];
    detector.detect(event, { source: 's', generation: 'g', offset, text: event.message }, out);
    all.push(...out);
  }
  return all;
}

function perDay(found: readonly Detection[]): Map<number, number> {
  const days = new Map<number, number>();
  for (const { at } of found) days.set(Math.floor(at / DAY), (days.get(Math.floor(at / DAY)) ?? 0) + 1);
  return days;
}

const byTime = (events: LogEvent[]): LogEvent[] => events.sort((a, b) => a.time - b.time);
const start = MONDAY + 14 * DAY;

/** Walks accounts, one every two minutes or so, for a day. */
const crawler = Array.from({ length: 600 }, (_, n) =>
  request(start + n * 130_000 + ((n * 7919) % 40_000), '192.0.2.77', `/account/${1000 + n}`, { bytes: 5000 }),
);
/** Known pages, but 1.8 GB of them. */
const leak = Array.from({ length: 30 }, (_, n) =>
  request(start + DAY + 14 * HOUR + n * 60_000, '198.18.2.88', `/page/${n % 5}`, { bytes: 60_000_000 }),
);
/** Alice works by day from two networks. */
const night = [login(start + 2 * DAY + 3 * HOUR, 'alice', '198.18.7.9', 77_777)];

it.each([1, 2, 3, 4, 5])(
  'is quiet in quiet weeks and finds what no rule names (site %i)',
  (seed) => {
    const detector = createAnomalyDetector(anomalySettings.parse({ alerts_per_day: 10 }));
    const quiet = feed(detector, siteDays(0, 14, seed));
    for (const [day, count] of perDay(quiet)) expect(count, `alerts on day ${day}`).toBeLessThanOrEqual(10);
    // What is asked is ten a day; this is what there is.
    expect(quiet.length).toBeLessThanOrEqual(28);
    const found = feed(detector, byTime([...siteDays(14, 4, seed), ...crawler, ...leak, ...night]));
    for (const count of perDay(found).values()) expect(count).toBeLessThanOrEqual(10);
    const about = (field: string, value: string, from: number): Detection | undefined =>
      found.find((each) => each.entity[field] === value && each.at >= from);
    expect(about('source.ip', '192.0.2.77', start)?.facts).toMatchObject({ feature1: 'news', things: 'path' });
    expect(about('source.ip', '198.18.2.88', start + DAY)?.facts).toMatchObject({ feature1: 'bytes' });
    expect(about('user.name', 'alice', start + 2 * DAY)?.facts).toMatchObject({ new1: 'network', new2: 'hour' });
    for (const { rule } of [...quiet, ...found]) expect(rule.action).toBe('alert');
  },
  120_000,
);

it('still finds an attacker who asks a tenth more each hour for two days', () => {
  const detector = createAnomalyDetector(anomalySettings.parse({}));
  feed(detector, siteDays(0, 7, 1));
  const slow: LogEvent[] = [];
  for (let hour = 0; hour < 48; hour++) {
    const count = Math.round(10 * 1.1 ** hour);
    for (let n = 0; n < count; n++)
      slow.push(request(MONDAY + 7 * DAY + hour * HOUR + (n * HOUR) / count, '192.0.2.99', `/page/${(n * 17) % 400}`));
  }
  const found = feed(detector, byTime([...siteDays(7, 3, 1), ...slow]));
  const his = found.filter((each) => each.entity['source.ip'] === '192.0.2.99');
  expect(his.length).toBeGreaterThan(0);
  // The busiest usual client asks 130 times an hour; he is found before he asks three times as often.
  expect(his[0]!.at).toBeLessThan(MONDAY + 7 * DAY + 38 * HOUR);
});

it('goes on after a restart with what it learned', () => {
  const settings = anomalySettings.parse({ alerts_per_day: 10 });
  const before = createAnomalyDetector(settings);
  const saved = new Map<string, string>();
  for (let day = 0; day < 14; day++) {
    feed(before, siteDays(day, 1, 1));
    for (const { key, value } of before.drainDirty()) saved.set(key, value!);
  }
  const after = createAnomalyDetector(settings);
  after.restore([...saved].map(([key, value]) => ({ key, value })));
  expect(after.state()).toMatchObject({ learning: false, users: { known: 8 } });
  const found = feed(after, byTime([...siteDays(14, 3, 1), ...crawler, ...night]));
  const named = new Set(found.flatMap((each) => Object.values(each.entity)));
  expect([named.has('192.0.2.77'), named.has('alice')]).toEqual([true, true]);
});

it('says nothing of what a person called normal, and remembers it', () => {
  const detector = createAnomalyDetector(anomalySettings.parse({ alerts_per_day: 10 }));
  feed(detector, siteDays(0, 14, 1));
  detector.setNormal('192.0.2.77', true);
  const saved = detector.drainDirty().find((each) => each.key === 'normal');
  expect(saved?.value).toBe('["192.0.2.77"]');
  const found = feed(detector, byTime([...siteDays(14, 1, 1), ...crawler]));
  expect(found.some((each) => each.entity['source.ip'] === '192.0.2.77')).toBe(false);
});
