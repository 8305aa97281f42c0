/**
 * A model of one's own beside the other voices, in the thread: what it finds strange is told in words; a missing runtime is said, and the
 * rest goes on. The real runtime where it is installed, `BEKCI_ONNXRUNTIME` may name its entry.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { type AnomalyDetector, createAnomalyDetector } from '../../src/detectors/anomaly/anomaly-detector.ts';
import { anomalySettings } from '../../src/detectors/anomaly/settings.ts';
import { unusualWords } from '../../src/kit/messages/unusual-words.ts';
import type { Detection } from '../../src/model/detection.ts';
import type { LogEvent } from '../../src/model/log-event.ts';
import { modelsOf } from '../../src/models-desk.ts';
import { MONDAY, request } from './made-up-site.ts';

vi.setConfig({ testTimeout: 240_000 });

const HOUR = 3_600_000;
const runtime = process.env.BEKCI_ONNXRUNTIME ?? 'onnxruntime-node';
const isThere = await import(runtime).then(
  () => true,
  () => false,
);
if (!isThere) console.log(`skipped in part: ${runtime} is not installed; it is an optional peer dependency`);

const running: AnomalyDetector[] = [];
afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
});

/** A detector with a squared distance from (1, 2, 3) over three features. */
function withModel(module: string) {
  const faults: Record<string, unknown>[] = [];
  const detector = createAnomalyDetector(
    anomalySettings.parse({
      onnx_runtime: module,
      models: [
        {
          name: 'distance',
          file: join(import.meta.dirname, 'sample.onnx'),
          features: ['events', 'things', 'failures'],
        },
      ],
    }),
  );
  detector.workInThread((_level, _text, facts = {}) => void faults.push(facts));
  running.push(detector);
  return { detector, faults };
}

/** So many visitors an hour, alike; the leftover windows of an hour end with the first line after it. */
function hours(from: number, count: number): LogEvent[] {
  const out: LogEvent[] = [];
  for (let hour = from; hour < from + count; hour++)
    for (let who = 0; who < 12; who++)
      for (let n = 0; n < 6; n++)
        out.push(request(MONDAY + hour * HOUR + who * 1000 + n * 60_000, `192.0.2.${who}`, `/page/${(who + n) % 8}`));
  return out.sort((a, b) => a.time - b.time);
}

async function feed(detector: AnomalyDetector, events: readonly LogEvent[]): Promise<Detection[]> {
  const out: Detection[] = [];
  for (const [offset, event] of events.entries())
    detector.detect(event, { source: 's', generation: 'g', offset, text: event.message }, out);
  // What is in the thread has a while to come back, on a machine however busy.
  for (let n = 0; n < 400; n++) {
    detector.late?.(out);
    if (detector.stats().anomaly_deep_waiting === 0) break;
    await sleep(50);
  }
  await sleep(50);
  detector.late?.(out);
  return out.filter((each) => each.rule.id === 'bekci-own-model');
}

it.skipIf(!isThere)('tells what it finds strange, in words, and lists the model', async () => {
  const { detector } = withModel(runtime);
  expect(await feed(detector, hours(0, 40))).toEqual([]);
  const many = Array.from({ length: 400 }, (_, n) =>
    request(MONDAY + 40 * HOUR + n * 5000, '198.51.100.9', `/account/${n}`, { status: n % 2 === 0 ? 404 : 200 }),
  );
  const found = await feed(detector, [...many, ...hours(42, 1)]);
  expect(found[0]?.entity).toEqual({ 'source.ip': '198.51.100.9' });
  expect(found[0]?.rule.action).toBe('alert');
  expect(unusualWords('bekci-own-model', found[0]!.facts, 'en')[0]).toContain('your model distance');
  const listed = () => modelsOf(detector.state()).items.find((each) => each.kind === 'own');
  await vi.waitFor(() => expect(listed()).toMatchObject({ id: 'own/distance', state: 'ready', fault: null }), 20_000);
  expect(detector.rowsOf('address/hour')?.rows.length).toBeGreaterThan(0);
});

it('says that the runtime is missing, what to do, and goes on', async () => {
  const { detector, faults } = withModel('onnxruntime-absent');
  await feed(detector, hours(0, 4));
  await vi.waitFor(() => expect(faults[0]).toMatchObject({ model: 'distance', code: 'ONNX_MISSING' }), 20_000);
  expect(String(faults[0]?.hint)).toContain('npm install onnxruntime-node');
  await vi.waitFor(
    () => expect(modelsOf(detector.state()).items.find((each) => each.kind === 'own')?.state).toBe('broken'),
    20_000,
  );
  expect(detector.state().windows.find((each) => each.name === 'address/hour')?.rows).toBeGreaterThan(0);
});
