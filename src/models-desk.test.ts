/** What is learned, in the shape of the contract; what people call normal is remembered; off is said. */
import { expect, it } from 'vitest';
import { models } from './api/contract/learn.ts';
import { createAnomalyDetector } from './detectors/anomaly/anomaly-detector.ts';
import { anomalySettings } from './detectors/anomaly/settings.ts';
import { createModelsDesk } from './models-desk.ts';

const WEB = { product: null, service: 'access', category: 'webserver' };

it('keeps the contract from the first line to grown models', () => {
  const detector = createAnomalyDetector(anomalySettings.parse({ learn_lines: 1024 }));
  const desk = createModelsDesk(detector);
  expect(models.parse(desk.state())).toMatchObject({ enabled: true, learning: true, hours: 0, hoursNeeded: 24 });
  for (let n = 0; n < 60_000; n++) {
    const message = `GET /page/${n % 50} 200 ${n % 9}`;
    const event = {
      ...{ time: 1_793_000_000_000 + n * 3000, kind: WEB, host: null, program: null, pid: null, message, repeat: 1 },
      fields: {
        'event.category': 'web',
        'event.action': 'http-request',
        'event.outcome': 'success',
        'source.ip': `192.0.2.${(n * 7) % 40}`,
        'url.path': `/page/${n % 50}`,
        'http.response.status_code': 200,
        'http.response.body.bytes': 1000 + (n % 9) * 100,
      },
    };
    detector.detect(event, { source: 's', generation: 'g', offset: n, text: message }, []);
  }
  const state = models.parse(desk.state());
  expect(state).toMatchObject({ learning: false });
  expect(state.hours).toBeGreaterThan(48);
  const address = state.items.find((each) => each.id === 'address/hour')!;
  expect(address).toMatchObject({ kind: 'behaviour', entity: 'address', window: 'hour', state: 'ready' });
  expect(address.features.find((each) => each.name === 'events')?.usual).toBeGreaterThan(20);
  expect(address.scores.length).toBeGreaterThan(0);
  expect(state.items.find((each) => each.id === 'line/webserver')?.state).toBe('ready');
});

it('remembers what is normal, and says when nothing is learned', () => {
  const desk = createModelsDesk(createAnomalyDetector(anomalySettings.parse({})));
  expect(desk.setNormal('203.0.113.66', true)).toBe(true);
  expect(desk.state().normal).toEqual(['203.0.113.66']);
  desk.setNormal('203.0.113.66', false);
  expect(desk.state().normal).toEqual([]);
  expect([desk.owns('bekci-unusual-behaviour'), desk.owns('sshd-brute-force')]).toEqual([true, false]);
  const off = createModelsDesk(null);
  expect(models.parse(off.state()).enabled).toBe(false);
  expect(off.setNormal('x', true)).toBe(false);
});
