/**
 * How quickly list pages are answered with 100,000 alerts in the store, and how 200 live clients fare: a real daemon, real HTTP.
 * `tools/node bench/api.ts [alerts] [requests a route]`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRoom } from '../test/api/room.ts';
import { mmdb } from '../test/labs/mmdb.ts';
import { EVENTS_EACH, fillWithAlerts } from './alerts-in-store.ts';

const ALERTS = Number(process.argv[2] ?? 100_000);
const REQUESTS = Number(process.argv[3] ?? 300);
// A country and a network for every fourth address, as the map wants them.
const atlas = join(mkdtempSync(join(tmpdir(), 'bekci-bench-')), 'x.mmdb');
const places = Array.from({ length: 256 }, (_, n) => [
  `198.18.${n}.0/24`,
  {
    country: { iso_code: ['TR', 'US', 'CN', 'DE', 'BR'][n % 5]! },
    asn: `AS${64_496 + (n % 16)}`,
    as_name: `Network ${n % 16}`,
  },
]);
writeFileSync(atlas, mmdb('Bench', Object.fromEntries(places)));
const room = await openRoom(`geo: {databases: [${atlas}]}\n`);
const took = fillWithAlerts(join(room.folder, 'bekci.db'), ALERTS);
console.log(`${ALERTS} alerts, ${ALERTS * EVENTS_EACH} events written in ${Math.round(took)} ms`);

const viewer = await room.as('viewer');
const first = JSON.parse((await viewer.raw('GET', '/api/v1/alerts?limit=500')).text) as {
  items: { id: string; entity: string }[];
  next: string;
};
const paths = {
  now: () => '/api/v1/now',
  alerts: () => '/api/v1/alerts',
  'alerts, second page': () => `/api/v1/alerts?cursor=${first.next}`,
  'alerts of a state and level': () => '/api/v1/alerts?state=new&level=high',
  'alerts of a rule': () => '/api/v1/alerts?rule=rule-7',
  'alerts of a source': () => '/api/v1/alerts?source=file:/var/log/3.log',
  'alerts with a text': () => '/api/v1/alerts?q=number%207',
  'alerts with a text that is nowhere': () => '/api/v1/alerts?q=nowhere',
  'one alert': (n: number) => `/api/v1/alerts/${first.items[n % 500]!.id}`,
  detections: () => '/api/v1/detections',
  decisions: () => '/api/v1/decisions',
  entities: () => '/api/v1/entities',
  'entities of a network': () => '/api/v1/entities?q=198.18.7.0/24',
  'one entity': (n: number) => `/api/v1/entities/${first.items[n % 500]!.entity}`,
  'timeline of a month': () => `/api/v1/timeline?from=${Date.now() - 30 * 86_400_000}`,
  'top of a month': () => `/api/v1/top?by=entity&from=${Date.now() - 30 * 86_400_000}`,
  rules: () => '/api/v1/rules',
  'places of a day': () => '/api/v1/places',
  'places of a month': () => `/api/v1/places?from=${Date.now() - 30 * 86_400_000}`,
};

async function measure(name: string, path: (n: number) => string): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < REQUESTS + 20; n++) {
    const start = performance.now();
    const { status, text } = await viewer.raw('GET', path(n));
    if (status !== 200) throw new Error(`${name}: ${status} ${text}`);
    if (n >= 20) times.push(performance.now() - start);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): string => times[Math.min(times.length - 1, Math.floor(times.length * share))]!.toFixed(1);
  console.log(`${name.padEnd(38)} p50 ${at(0.5).padStart(7)} ms  p99 ${at(0.99).padStart(7)} ms`);
}

for (const [name, path] of Object.entries(paths)) await measure(name, path);

let heard = 0;
const clients = await Promise.all(
  Array.from(
    { length: 200 },
    () =>
      new Promise<{ destroy(): unknown }>((resolve) => {
        const req = get(`${room.base}/api/v1/live`, { headers: { cookie: viewer.cookie }, agent: false }, (res) => {
          res.setEncoding('utf8').on('data', (text: string) => {
            heard += text.split('event: decision').length - 1;
          });
          resolve(req);
        });
        req.on('error', () => undefined);
      }),
  ),
);
const lived = performance.now();
for (let n = 0; n < 50; n++) {
  room.daemon.handle.ban(`203.0.113.${n + 1}`, 600, 'bench', 'api');
  await new Promise((resolve) => setTimeout(resolve, 20));
}
while (heard < 200 * 50 && performance.now() - lived < 20_000) await new Promise((resolve) => setTimeout(resolve, 20));
console.log(
  `200 live clients, 50 events in a second: ${heard} of 10000 heard, the last after ${Math.round(performance.now() - lived)} ms`,
);
await measure('alerts, with 200 live clients', paths.alerts);
for (const client of clients) client.destroy();
await room.close();
rmSync(dirname(atlas), { recursive: true });
