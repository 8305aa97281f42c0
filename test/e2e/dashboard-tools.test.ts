/** The dashboard's pages for the morning after, in a real browser over a real daemon: search. */
import { writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { browserProblem, type DashboardRoom, openDashboard, refusedLogins, startBrowser } from './dashboard-room.ts';

if (browserProblem !== null) console.log(`dashboard tools: left out, ${browserProblem}`);

describe.skipIf(browserProblem !== null)('dashboard tools', () => {
  let room: DashboardRoom;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    room = await openDashboard();
    room.write([...refusedLogins('203.0.113.7', 12), ...refusedLogins('198.51.100.9', 5, 'x\u202e<img/src=x>')]);
    writeFileSync(`${room.log}.1.gz`, gzipSync(`${refusedLogins('203.0.113.200', 3, 'test').join('\n')}\n`));
    browser = await startBrowser();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(room.daemon().room?.signIn() ?? '');
    await page.locator('.sentence').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });

  const open = async (hash: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  };

  it('searches, narrows by a click, points at a fault, keeps a search', async () => {
    await open('#/search');
    await page.getByLabel('Query').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('source.ip:203.0.113.0/24');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /^15 of \d+ lines match/ }).waitFor();
    expect(await page.locator('.hit').count()).toBe(15);
    await page.locator('.facets').getByRole('button', { name: 'test', exact: true }).click();
    await page.getByRole('heading', { name: /^3 of \d+ lines match/ }).waitFor();
    expect(page.url()).toContain('user.name');
    await page.getByText('Save this search').click();
    await page.getByLabel('Name of the search').fill('tests');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('link', { name: 'tests' }).waitFor();
    await page.getByLabel('Query').fill('user.name:(root or');
    await page.keyboard.press('Enter');
    await page.getByText('Column 19: a value is missing here').waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: /^3 of \d+ lines match/ }).waitFor();
    await page.getByRole('button', { name: 'Forget “tests”' }).click();
    await page.getByRole('link', { name: 'tests' }).waitFor({ state: 'detached' });
    await open('#/search?q=usr.name:root');
    await page.getByRole('button', { name: 'Use user.name' }).click();
    await page.getByRole('heading', { name: /^12 of \d+ lines match/ }).waitFor();
  });

  it('shows hostile lines as text', async () => {
    await open('#/search?q=source.ip:198.51.100.9');
    await page.locator('.hit').first().waitFor();
    expect(await page.locator('.hit .line').first().textContent()).toContain('x\\u202e<img/src=x>');
    expect(await page.locator('#root img').count()).toBe(0);
  });

  it('never met the content security policy or an error of its own', () => {
    expect(complaints).toEqual([]);
  });
});
