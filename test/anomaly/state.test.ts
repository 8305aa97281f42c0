/** What a detector keeps stays bounded and is saved quickly; a first day tells of nothing; a clock that jumps neither alarms nor breaks anything. */
import { expect, it, vi } from 'vitest';
import { type AnomalyDetector, createAnomalyDetector } from '../../src/detectors/anomaly/anomaly-detector.ts';
import { anomalySettings } from '../../src/detectors/anomaly/settings.ts';
import type { Detection } from '../../src/model/detection.ts';
import type { LogEvent } from '../../src/model/log-event.ts';
import { login, MONDAY, request, siteDays } from './made-up-site.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function feed(detector: AnomalyDetector, events: Iterable<LogEvent>): Detection[] {
  const all: Detection[] = [];
  for (const event of events) {
    const out: Detection[] = [];
    detector.detect(event, { source: 's', generation: 'g', offset: 0, text: '' }, out);
    all.push(...out);
  }
  return all;
}

it('keeps no more entities than it has places, and saves what it keeps of 65,536 in little time and room', () => {
  const detector = createAnomalyDetector(anomalySettings.parse({}));
  function* crowd(): Generator<LogEvent> {
    for (let turn = 0; turn < 2; turn++)
      for (let n = 0; n < 65_536; n++)
        yield n % 8 === 0
          ? login(MONDAY + turn * HOUR + n * 50, `user${n}`, `100.64.${n >> 8}.${n & 255}`, n)
          : request(MONDAY + turn * HOUR + n * 50, `100.64.${n >> 8}.${n & 255}`, `/page/${n}`);
  }
  feed(detector, crowd());
  expect(detector.stats().anomaly_addresses).toBe(16_384);
  detector.keepRunning();
  const began = process.cpuUsage();
  const saved = detector.drainDirty();
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1e6).toBeLessThan(5);
  expect(saved.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)).toBeLessThan(24e6);
  const again = createAnomalyDetector(anomalySettings.parse({}));
  again.restore(saved.flatMap(({ key, value }) => (value === null ? [] : [{ key, value }])));
  expect(again.stats().anomaly_addresses).toBeGreaterThan(0);
});

it.each([1, 2, 3])('tells of nothing on its first day (site %i)', (seed) => {
  const detector = createAnomalyDetector(anomalySettings.parse({}));
  expect(feed(detector, siteDays(0, 1, seed))).toEqual([]);
});

it('bears a clock that jumps a year ahead and back', () => {
  const budget = 5;
  const detector = createAnomalyDetector(anomalySettings.parse({ alerts_per_day: budget }));
  feed(detector, siteDays(0, 7, 1));
  const before = detector.state().hours;
  const ahead = siteDays(7, 1, 1).map((event) => ({ ...event, time: event.time + 365 * DAY }));
  const found = feed(detector, [...ahead, ...siteDays(8, 2, 1)]);
  expect(found.length).toBeLessThanOrEqual(4 * budget);
  // Hours that were skipped were not learned from.
  expect(detector.state().hours).toBeLessThanOrEqual(before + 3 * 24 + 1);
  const crawler = Array.from({ length: 600 }, (_, n) =>
    request(MONDAY + 10 * DAY + n * 130_000, '192.0.2.77', `/account/${n}`, { bytes: 5000 }),
  );
  const day = [...siteDays(10, 2, 1), ...crawler].sort((a, b) => a.time - b.time);
  expect(feed(detector, day).some(({ entity }) => entity['source.ip'] === '192.0.2.77')).toBe(true);
});
