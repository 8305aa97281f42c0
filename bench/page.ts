/**
 * How soon the dashboard can be used with 100,000 alerts in the store: a real daemon, a real Chromium, a fresh profile for each
 * load. `tools/node bench/page.ts [alerts] [loads]`. Fails when the median is over a second or the first load is too heavy.
 */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { openRoom } from '../test/api/room.ts';
import { browserProblem, startBrowser } from '../test/e2e/dashboard-room.ts';
import { fillWithAlerts } from './alerts-in-store.ts';

const ALERTS = Number(process.argv[2] ?? 100_000);
const LOADS = Number(process.argv[3] ?? 7);
const MAX_MS = 1000;
const MAX_SCRIPT = 200 * 1024;
if (browserProblem !== null) throw new Error(browserProblem);

const room = await openRoom();
fillWithAlerts(join(room.folder, 'bekci.db'), ALERTS);
const admin = await room.as('admin');
const browser = await startBrowser();

/** A page of a visitor who was never here, signed in. */
async function visitor(): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const [name, value] = admin.cookie.split('=');
  await context.addCookies([{ name: name!, value: value!, url: room.base }]);
  return context.newPage();
}
const middle = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Painted, with its rows there, and answering: the time at which a frame after the rows was drawn and a task could run. */
const READY = (rows: string): string => `new Promise((resolve) => {
  const look = () => document.querySelector(${JSON.stringify(rows)}) === null ? requestAnimationFrame(look)
    : requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
  look(); })`;

let failed = false;
let script = 0;
for (const [name, hash, rows] of [
  ['now', '#/now', '.alert-row'],
  ['alerts', '#/alerts', '.split-list .alert-row'],
  ['decisions', '#/decisions', '.page h1'],
] as const) {
  const ready: number[] = [];
  const painted: number[] = [];
  const shifts: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const page = await visitor();
    const bodies: Promise<Buffer>[] = [];
    page.on('response', (response) => {
      if (response.url().endsWith('.js')) bodies.push(response.body());
    });
    await page.addInitScript(`window.shift = 0; new PerformanceObserver((list) => { for (const each of list.getEntries())
      if (!each.hadRecentInput) window.shift += each.value; }).observe({ type: 'layout-shift', buffered: true })`);
    await page.goto(`${room.base}/${hash}`, { waitUntil: 'commit' });
    ready.push(await page.evaluate<number>(READY(rows)));
    painted.push(
      await page.evaluate<number>(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0`),
    );
    await page.waitForTimeout(500);
    shifts.push(await page.evaluate<number>('window.shift'));
    script = Math.max(
      script,
      (await Promise.all(bodies)).reduce((sum, body) => sum + gzipSync(body).length, 0),
    );
    await page.context().close();
  }
  const [at, first] = [Math.round(middle(ready)), Math.round(middle(painted))];
  const worst = Math.round(Math.max(...ready));
  console.log(
    `${name.padEnd(10)} painted ${first} ms, usable ${at} ms (worst of ${LOADS}: ${worst} ms), layout shift ${Math.max(...shifts).toFixed(3)}`,
  );
  if (at > MAX_MS) failed = true;
}
console.log(`first load: ${(script / 1024).toFixed(1)} KiB of script after gzip`);

// Scrolling through the list by key, as a person does who looks for something.
const page = await visitor();
await page.goto(`${room.base}/#/alerts`);
await page.locator('.split-list .alert-row').first().waitFor();
const frames = await page.evaluate<{ frames: number; longest: number }>(`new Promise((resolve) => {
  let [last, longest, frames] = [performance.now(), 0, 0];
  const step = (now) => { longest = Math.max(longest, now - last); last = now;
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'j', bubbles: true }));
    ++frames < 300 ? requestAnimationFrame(step) : resolve({ frames, longest: Math.round(longest) }); };
  requestAnimationFrame(step); })`);
console.log(`three hundred rows down by key: ${frames.frames} frames, the longest ${frames.longest} ms`);
await browser.close();
await room.close();
if (failed || script > MAX_SCRIPT) {
  console.error(`asked: usable within ${MAX_MS} ms, at most ${MAX_SCRIPT / 1024} KiB of script`);
  process.exitCode = 1;
}
