/** Armed: a ban from the page is held by the kernel's set, and taken back it is gone from there. Real chromium, real nftables. */
import { spawnSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProblem, type DashboardRoom, openDashboard, startBrowser } from './dashboard-room.ts';
import { labProblem } from './lab.ts';

const problem = browserProblem ?? labProblem([]);
if (problem !== null) console.log(`dashboard, armed: left out, ${problem}`);
const NAMESPACE = `bkd${process.pid}`;
const ADDRESS = '203.0.113.77';

function kernelHolds(address: string): boolean {
  return spawnSync('ip', ['netns', 'exec', NAMESPACE, 'nft', 'list', 'ruleset'], { encoding: 'utf8' }).stdout.includes(
    address,
  );
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error('the kernel does not follow');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe.skipIf(problem !== null)('dashboard, armed', () => {
  let room: DashboardRoom;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    spawnSync('ip', ['netns', 'add', NAMESPACE]);
    room = await openDashboard(
      `mode: enforce\nresponders: [{type: nftables, command: [ip, netns, exec, ${NAMESPACE}, nft]}]\n`,
    );
    browser = await startBrowser();
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    context.setDefaultTimeout(20_000);
    page = await context.newPage();
    await page.goto(room.daemon().room?.signIn() ?? '');
    await page.locator('.sentence').waitFor();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await room?.close();
    spawnSync('ip', ['netns', 'delete', NAMESPACE]);
  });

  it('says that it is armed, bans, proves it, and takes it back', async () => {
    expect(await page.locator('.mode-word').textContent()).toBe('Armed');
    await page.evaluate(`location.hash = '#/decisions'`);
    await page.getByText('Add bans').click();
    await page.getByLabel('Addresses or networks, one a line').fill(ADDRESS);
    await page.getByRole('button', { name: 'Ban', exact: true }).click();
    await page.getByRole('row', { name: new RegExp(`${ADDRESS}.*Shut out`) }).waitFor();
    expect(kernelHolds(ADDRESS)).toBe(true);
    await page.getByRole('button', { name: /^Undo/ }).click();
    await page.locator('.toast', { hasText: 'Taken back' }).waitFor();
    await until(() => !kernelHolds(ADDRESS));
    await page.getByText('Nobody is shut out.').waitFor();
  }, 90_000);
});
