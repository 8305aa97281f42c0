/** What hands do on the dashboard, in a real browser: dragging, every key of triage, files, and hostile text on every page. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { browserProblem, type DashboardRoom, openDashboard, refusedLogins, startBrowser } from './dashboard-room.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });
const HOSTILE = '<img/src=x/onerror=document.title=1>\u202e\u001b[31m';
const PAGES = [
  'now',
  'alerts',
  'alerts?q=x',
  'addresses',
  `addresses/${encodeURIComponent(HOSTILE)}`,
  'decisions?state=all',
  'rules',
  'normal',
  'intelligence',
  'sources',
  `sources?line=${encodeURIComponent(HOSTILE)}`,
  'search?range=all&q=img',
  `search?range=all&q=${encodeURIComponent(HOSTILE)}`,
  'settings/account',
  'settings/configuration',
  'settings/people',
  'settings/tokens',
  'settings/audit',
];

if (browserProblem !== null) console.log(`dashboard hands: left out, ${browserProblem}`);

describe.skipIf(browserProblem !== null)('dashboard hands', () => {
  let room: DashboardRoom;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    room = await openDashboard('', '', {
      files: { 'printed.txt': 'what a program prints and nobody can read\n' },
      sources: ['{type: command, run: [/usr/bin/tail, -n, "+1", -f, FOLDER/printed.txt]}'],
    });
    room.write([
      ...['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'].flatMap((ip) => refusedLogins(ip, 12)),
      ...refusedLogins('198.51.100.66', 12, HOSTILE),
      `nothing that anybody could read ${HOSTILE}`,
    ]);
    browser = await startBrowser();
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB' });
    context.setDefaultTimeout(Number(process.env.BEKCI_WAIT ?? 45_000));
    page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) complaints.push(message.text());
    });
    await page.goto(room.daemon().room?.signIn() ?? '');
    await page.locator('.alert-row').nth(3).waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await room?.close();
  });
  const open = async (hash: string): Promise<void> => {
    await page.evaluate(`location.hash = ${JSON.stringify(`#/${hash}`)}`);
  };

  it('chooses a stretch of time by dragging, and by the table', async () => {
    const chart = page.locator('.timeline > svg');
    const box = (await chart.boundingBox())!;
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 4, box.y + 60, { steps: 5 });
    await page.locator('.chart-drag').waitFor();
    await page.mouse.up();
    await page.waitForURL(/from=\d+&to=\d+/);
    const chosen = new URLSearchParams(page.url().split('?')[1]);
    expect(Number(chosen.get('to')) - Number(chosen.get('from'))).toBeGreaterThan(10 * 3_600_000);
    // A day in 96 steps of a quarter: the stretch is whole ones.
    expect((Number(chosen.get('to')) - Number(chosen.get('from'))) % 900_000).toBe(0);
    // The stretch goes along to the alerts, and can be taken off there.
    await page.getByRole('link', { name: 'All alerts' }).click();
    await page.waitForURL(/#\/alerts\?from=\d+&to=\d+/);
    await page.locator('.chip', { hasText: ' to ' }).click();
    await page.getByLabel('Time range').selectOption('1h');
    await page.waitForURL(/since=1h/);
    await page.locator('.split-list a.alert-row').first().waitFor();
    await open('now');
    await page.locator('.timeline').waitFor();
    await page.getByText('The same as a table').click();
    await page.locator('.chart-table td button').first().click();
    await page.waitForURL(/from=\d+&to=\d+/);
    await page.locator('fieldset button', { hasText: '×' }).click();
    await page.waitForURL((url) => !url.hash.includes('from='));
  });

  it('triages by keys: ban, lift, mute, normal, select', async () => {
    const decision = (ip: string) =>
      room
        .daemon()
        .handle.activeDecisions(1000)
        .find((each) => each.ip === ip);
    const told = (text: string) => page.locator('.toast', { hasText: text }).last().waitFor();
    await open('alerts?q=203.0.113.4');
    await page.locator('.split-list a.alert-row', { hasText: '203.0.113.4' }).waitFor();
    await page.locator('body').press('j');
    await page.keyboard.press('u');
    await told('1 ban lifted');
    expect(decision('203.0.113.4')).toBeUndefined();
    await page.keyboard.press('b');
    await told('only observes');
    expect(decision('203.0.113.4')?.state).toBe('observed');
    await page.keyboard.press('m');
    await told('Muted');
    await open('alerts?q=203.0.113');
    await page.locator('.split-list a.alert-row', { hasText: '203.0.113.3' }).waitFor();
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.type')).toBe('search');
    await page.keyboard.press('Escape');
    for (const key of ['j', 'x', 'j', 'x', 'n']) await page.keyboard.press(key);
    await told('Normal');
    await page.getByRole('button', { name: /^Undo/ }).last().click();
    await told('Taken back');
    await page.locator('.split-list a.alert-row', { hasText: '203.0.113.3' }).click();
    await page.locator('.story').waitFor();
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy link' }).click();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(page.url());
  });

  it('goes down by j and up by k, and stops at both ends', async () => {
    await open('alerts?q=203.0.113');
    const rows = page.locator('.split-list a.alert-row');
    await rows.nth(3).waitFor();
    const names = await rows.locator('.alert-who').allTextContents();
    const at = async (): Promise<number> =>
      names.indexOf((await page.locator('.pick.cursor .alert-who').textContent()) ?? '');
    await page.locator('body').press('Escape');
    const seen: number[] = [];
    for (const key of ['k', 'k', 'k', 'k', 'j', 'j', 'k', 'j', 'j', 'j', 'j', 'k']) {
      await page.keyboard.press(key);
      seen.push(await at());
    }
    expect(names.length).toBe(4);
    expect(seen.slice(3)).toEqual([0, 1, 2, 1, 2, 3, 3, 3, 2]);
    // The same with an alert opened beside the list: the key opens the next.
    await page.keyboard.press('Enter');
    await page.locator('.detail-head', { hasText: names[2]! }).waitFor();
    await page.keyboard.press('k');
    await page.locator('.detail-head', { hasText: names[1]! }).waitFor();
  });

  it('bans what a file lists', async () => {
    await open('decisions');
    await page.getByText('Add bans').click();
    const buffer = Buffer.from('# from a colleague\n198.51.100.20\r\n198.51.100.21, 198.51.100.22\n');
    await page.locator('.ban-form input[type=file]').setInputFiles({ name: 'x.txt', mimeType: 'text/plain', buffer });
    await page.getByText('3 addresses').waitFor();
    await page.getByRole('button', { name: 'Ban', exact: true }).click();
    for (const n of [20, 21, 22]) await page.getByRole('row', { name: `198.51.100.${n}` }).waitFor();
  });

  it('leads from a source to the lines nothing could read, and explains one', async () => {
    await open('sources');
    await page.getByRole('link', { name: /Show the lines that nothing could read/ }).click();
    await page.getByRole('heading', { name: /^1 of \d+ lines match/ }).waitFor();
    await page.locator('.hit summary').click();
    await page.getByRole('link', { name: 'What does Bekçi make of it?' }).click();
    await page.getByText('Nothing could read this line.').waitFor();
    await open('addresses/203.0.113.1');
    await page.getByRole('link', { name: 'Its lines in the logs' }).click();
    await page.getByRole('heading', { name: /^12 of \d+ lines match/ }).waitFor();
  });

  it('says why the unread lines of a source without a file cannot be shown', async () => {
    await open('sources');
    await page.locator('tr', { hasText: 'command:' }).getByText('Its lines lie in no file').waitFor();
  });

  it('shows hostile text as text on every page', async () => {
    await page.evaluate(`fetch('/api/v1/auth/session').then((r) => r.json()).then(({ csrf }) => Promise.all([
      ['/tokens', { name: ${JSON.stringify(HOSTILE)}, role: 'viewer' }],
      ['/search/saved', { name: ${JSON.stringify(HOSTILE)}, query: 'img' }],
      ['/allowlist', { value: '192.0.2.0/24', note: ${JSON.stringify(HOSTILE)} }],
      ['/decisions', { addresses: ['198.51.100.99'], seconds: 600, reason: ${JSON.stringify(HOSTILE)} }],
    ].map(([path, body]) => fetch('/api/v1' + path, { method: 'POST', body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'x-bekci-csrf': csrf } }).then((r) => { if (!r.ok) throw new Error(path + r.status); }))))`);
    const seen: string[] = [];
    for (const each of PAGES) {
      await open(each);
      await page.locator('.page h1').first().waitFor();
      await page.locator('.skeleton').first().waitFor({ state: 'detached' });
      const found = await page.evaluate<{ images: number; title: string; raw: boolean; shown: boolean }>(`({
        images: document.querySelectorAll('#root img').length, title: document.title,
        raw: [...document.querySelectorAll('#root *')].some((each) => each.tagName !== 'TEXTAREA' &&
          [...each.childNodes].some((node) => node.nodeType === 3 && node.data.includes('\\u202e'))),
        shown: document.querySelector('#root').textContent.includes('<img/src=x') })`);
      expect([each, found.images, found.raw, found.title === '1']).toEqual([each, 0, false, false]);
      if (found.shown) seen.push(each.replace(/[/?].*/, ''));
    }
    // Where it must have been seen, or this looked at nothing.
    for (const name of ['addresses', 'decisions', 'sources', 'search', 'settings']) expect(seen).toContain(name);
  });

  it('never met the content security policy or an error of its own', () => {
    expect(complaints).toEqual([]);
  });
});
