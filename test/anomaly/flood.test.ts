/** A web site that learned two weeks and is flooded at a rate no fixed threshold sees: told in words within a minute, never banned for it alone. */
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { type AnomalyDetector, createAnomalyDetector } from '../../src/detectors/anomaly/anomaly-detector.ts';
import { anomalySettings } from '../../src/detectors/anomaly/settings.ts';
import type { Detector } from '../../src/detectors/detector.ts';
import { loadRules } from '../../src/detectors/sigma/load.ts';
import { readRuleFiles } from '../../src/detectors/sigma/read-files.ts';
import { createSigmaDetector } from '../../src/detectors/sigma/sigma-detector.ts';
import { unusualWords } from '../../src/kit/messages/unusual-words.ts';
import type { Detection } from '../../src/model/detection.ts';
import type { LogEvent } from '../../src/model/log-event.ts';
import { MONDAY, request, siteDays } from './made-up-site.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 180_000 });

const DAY = 86_400_000;
const BUDGET = 10;
const begin = MONDAY + 14 * DAY + 14 * 3_600_000;

/** Ten minutes, 300 addresses, each two requests a minute for usual pages: ten a second, where ten a minute are usual. */
const many = Array.from({ length: 6000 }, (_, n) =>
  request(begin + n * 100, `100.64.${(n % 300) >> 8}.${(n % 300) & 255}`, `/page/${(n * 7) % 40}`),
);
/** Ten minutes, two requests a second. */
const one = Array.from({ length: 1200 }, (_, n) => request(begin + n * 500, '100.64.9.9', `/page/${n % 40}`));

function feed(detector: Pick<Detector, 'detect'>, events: readonly LogEvent[]): Detection[] {
  const out: Detection[] = [];
  for (const [offset, event] of events.entries()) {
    const found: Detection[] = [];
    detector.detect(event, { source: 's', generation: 'g', offset, text: event.message }, found);
    out.push(...found);
  }
  return out;
}

function floodOn(detector: AnomalyDetector, flood: readonly LogEvent[], seed: number): Detection[] {
  feed(detector, siteDays(0, 14, seed));
  const day = [...siteDays(14, 1, seed), ...flood].sort((a, b) => a.time - b.time);
  const found = feed(detector, day);
  expect(found.length).toBeLessThanOrEqual(BUDGET);
  for (const { rule } of found) expect([rule.action, rule.banSeconds]).toEqual(['alert', null]);
  return found;
}

it('stays below every fixed rate', () => {
  const { set } = loadRules(readRuleFiles([join(import.meta.dirname, '../../rules')]));
  const rates = createSigmaDetector(set, { persist: false });
  expect(feed(rates, many).map(({ rule }) => rule.title)).toEqual([]);
});

it.each([1, 2, 3])('a flood from 300 addresses is told within a minute, of the service (site %i)', (seed) => {
  const found = floodOn(createAnomalyDetector(anomalySettings.parse({ alerts_per_day: BUDGET })), many, seed);
  const told = found.find(({ facts }) => facts.flood !== undefined);
  expect(told?.entity).toEqual({ 'process.name': 'webserver' });
  expect(told!.at).toBeLessThan(begin + 60_000);
  expect(unusualWords(told!.rule.id, told!.facts, 'en')[0]).toMatch(
    /^a flood or a sudden rush: about \d+ times the events this service usually gets, from about \d+ addresses; none sends half of them$/,
  );
  expect(unusualWords(told!.rule.id, told!.facts, 'tr')[0]).toMatch(/^bir sel ya da ani bir akın: .* adresten;/);
});

it.each([1, 2, 3])('a flood from one address is told within a minute, and names it (site %i)', (seed) => {
  const found = floodOn(createAnomalyDetector(anomalySettings.parse({ alerts_per_day: BUDGET })), one, seed);
  const told = found.find(({ facts }) => facts.flood !== undefined);
  expect(told?.entity).toEqual({ 'source.ip': '100.64.9.9' });
  expect(told!.at).toBeLessThan(begin + 60_000);
  expect(unusualWords(told!.rule.id, told!.facts, 'en')[0]).toMatch(/^a flood: .* from this one address$/);
  expect(unusualWords(told!.rule.id, told!.facts, 'tr')[0]).toMatch(/^bir sel: .* yalnızca bu adresten$/);
});

it('two quiet weeks hold no flood', () => {
  const detector = createAnomalyDetector(anomalySettings.parse({ alerts_per_day: BUDGET }));
  expect(feed(detector, siteDays(0, 18, 4)).filter(({ facts }) => facts.flood !== undefined)).toEqual([]);
});
