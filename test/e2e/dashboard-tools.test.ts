/** The dashboard's pages for the morning after, in a real browser over a real daemon: search, settings, the second factor. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { decodeBase32, hotp } from '../../src/api/auth/totp.ts';
import { browserProblem, type DashboardRoom, openDashboard, refusedLogins, startBrowser } from './dashboard-room.ts';

// Searches and walks step back behind the watch, and wait long on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });
const SETTINGS = `# our house
mode: observe # until we trust it
notifiers:
  - {type: slack, name: night, webhook: "https://hooks.example/T/secret"}
`;
const RULE = `title: Three refused logins
id: 5d0a4a3c-0d6c-4c0e-8a0e-6f5b8f7c1d22
name: three_refused
correlation:
  type: event_count
  rules: [ssh_login_failure]
  group-by: [source.ip]
  timespan: 5m
  condition: { gte: 3 }
level: medium
bekci: { action: ban, ban: 30m }
`;
const PASSWORD = 'correct horse battery';

if (browserProblem !== null) console.log(`dashboard tools: left out, ${browserProblem}`);

describe.skipIf(browserProblem !== null)('dashboard tools', () => {
  let room: DashboardRoom;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    room = await openDashboard('', SETTINGS);
    room.write([...refusedLogins('203.0.113.7', 12), ...refusedLogins('198.51.100.9', 5, 'x\u202e<img/src=x>')]);
    writeFileSync(`${room.log}.1.gz`, gzipSync(`${refusedLogins('203.0.113.200', 3, 'test').join('\n')}\n`));
    browser = await startBrowser();
    context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
    context.setDefaultTimeout(45_000);
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

  it('stops a search that takes long, by button and by key, and leaves no thread behind', async () => {
    const line = refusedLogins('198.51.100.77', 1, 'stopped')[0]!;
    // Some 120 MB of log in less than one: reading it takes a while on any machine.
    writeFileSync(`${room.log}.2.gz`, gzipSync(`${line}\n`.repeat(1_200_000), { level: 1 }));
    const threads = (): number => process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length;
    const before = threads();
    try {
      for (const stop of [
        () => page.getByRole('button', { name: 'Stop', exact: true }).click(),
        () => page.keyboard.press('Escape'),
      ]) {
        await open('#/search');
        await open('#/search?range=all&q=user.name:nobody-of-this-name');
        await page.getByRole('heading', { name: /^Looking… 0 of \d/ }).waitFor();
        expect(threads()).toBeGreaterThan(before);
        await stop();
        const heading = page.getByRole('heading', { name: /^Stopped: / });
        await heading.waitFor();
        const said = await heading.textContent();
        expect(await page.getByRole('button', { name: 'Stop', exact: true }).count()).toBe(0);
        await page.waitForTimeout(1000);
        expect(await heading.textContent()).toBe(said);
        await vi.waitFor(() => expect(threads()).toBeLessThanOrEqual(before), 20_000);
      }
    } finally {
      rmSync(`${room.log}.2.gz`);
    }
    await open('#/search?range=all&q=user.name:root');
    await page.getByRole('heading', { name: /^12 of \d+ lines match/ }).waitFor();
  });

  it('changes a setting: a fault first, then the difference, then the file', async () => {
    await open('#/settings/configuration');
    const mode = page.locator('#setting-mode select');
    await mode.selectOption('enforce');
    await page.locator('#setting-keep input').fill('soon');
    await page.getByRole('button', { name: 'See the difference' }).click();
    await page.getByRole('heading', { name: '1 thing to mend first:' }).waitFor();
    expect(await page.locator('#setting-keep').textContent()).toContain('write a number');
    await page.locator('#setting-keep input').fill('30d');
    await page.getByRole('button', { name: 'See the difference' }).click();
    await page.locator('.diff-added', { hasText: 'mode: enforce # until we trust it' }).waitFor();
    await page.getByRole('button', { name: 'Write the file' }).click();
    await page.locator('.toast', { hasText: 'Written' }).waitFor();
    const written = readFileSync(room.file, 'utf8');
    expect(written).toContain('mode: enforce # until we trust it');
    expect(written).toContain('https://hooks.example/T/secret');
    expect(await page.content()).not.toContain('hooks.example');
    await page.locator('.pending').waitFor();
    await page.getByRole('button', { name: 'Send a test message' }).click();
    await page.locator('.lines .bad').waitFor({ timeout: 20_000 });
  });

  it('writes a rule: a fault, mended, tried on lines and on the logs, kept, in force', async () => {
    await open('#/rules/editor');
    const area = page.getByLabel('Rule (Sigma)');
    await area.waitFor();
    await area.fill(RULE.replace('event_count', 'event_cuont'));
    await page.locator('.bench-word .bad', { hasText: 'Line 5' }).waitFor();
    expect(await page.locator('.gutter .wrong').textContent()).toBe('5');
    expect(await page.getByRole('button', { name: 'Keep and run' }).isDisabled()).toBe(true);
    // The suggestion completes what is being written.
    await area.fill(RULE.replace('type: event_count', 'type: event_c'));
    await page.evaluate(`{const a = document.querySelector('.code-area textarea'); const at = a.value.indexOf('event_c') + 7;
      a.focus(); a.setSelectionRange(at, at)}`);
    await page.keyboard.type('ount');
    await page.locator('.bench-word', { hasText: 'Right. 1 rule.' }).waitFor();
    await page.getByLabel('Paste log lines').fill(refusedLogins('192.0.2.5', 3).join('\n'));
    await page.getByText('Line 3: Three refused logins speaks of 192.0.2.5').waitFor();
    await page.getByRole('button', { name: 'Walk the logs' }).click();
    await page.locator('.backtest .story', { hasText: /spoken \d+ times about 3 addresses/ }).waitFor();
    expect(await page.locator('.backtest rect').count()).toBeGreaterThan(0);
    await page.getByLabel('File name').fill('three_refused');
    await page.getByRole('button', { name: 'Keep and run' }).click();
    await page.getByRole('heading', { name: 'Three refused logins' }).waitFor();
    room.write(refusedLogins('192.0.2.99', 3));
    await open('#/alerts?q=Three refused');
    await page.locator('.split-list a.alert-row', { hasText: '192.0.2.99' }).waitFor();
  });

  it('switches a rule off in the configuration, at once', async () => {
    await open('#/rules?q=ssh_slow_bruteforce');
    await page.getByRole('link', { name: 'Slow SSH brute force', exact: true }).first().click();
    await page.getByLabel('In use').selectOption('false');
    await page.getByRole('button', { name: 'See the difference' }).click();
    await page.locator('.diff-added', { hasText: 'enabled: false' }).waitFor();
    await page.getByRole('button', { name: 'Write the file' }).click();
    await page.getByText('No rule in use has this id').waitFor();
    await open('#/rules/coverage');
    await page.getByRole('heading', { name: 'Credential access' }).waitFor();
  });

  it('says what each rule costs, and puts the dearest first', async () => {
    await open('#/rules');
    const cells = page.locator('tbody tr td:nth-child(4)');
    await page
      .locator('td', { hasText: /^\d+\.\d\d µs$/ })
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Cost', exact: true }).click();
    await page.locator('th[aria-sort="descending"]', { hasText: 'Cost' }).waitFor();
    const costs = (await cells.allTextContents())
      .map((text) => Number.parseFloat(text))
      .filter((n) => !Number.isNaN(n));
    expect(costs.length).toBeGreaterThan(100);
    expect(costs).toEqual(costs.toSorted((a, b) => b - a));
    expect(page.url()).toContain('sort=cost');
  });

  it('looks addresses up and says what lists would be for', async () => {
    await open('#/intelligence');
    await page.getByText('No lists yet').waitFor();
    await page.getByLabel('Paste addresses').fill('x 203.0.113.7 y');
    await page.getByRole('button', { name: 'Look up' }).click();
    await page.getByText('None of 1 is on a list.').waitFor();
  });

  it('makes a user who sets up a second factor and signs in with it', async () => {
    await open('#/settings/people');
    await page.getByText('Add a user').first().click();
    await page.getByLabel('Name').fill('ayse');
    await page.getByLabel('New password (at least').fill(PASSWORD);
    await page.getByRole('button', { name: 'Add a user' }).click();
    await page.locator('.people', { hasText: 'ayse' }).waitFor();
    const other = await browser.newContext({ locale: 'en-GB' });
    other.setDefaultTimeout(45_000);
    const hers = await other.newPage();
    await hers.goto(room.daemon().room?.url ?? '');
    const signIn = async (): Promise<void> => {
      await hers.getByLabel('Name').fill('ayse');
      await hers.getByLabel('Password').fill(PASSWORD);
      await hers.getByRole('button', { name: 'Sign in' }).click();
    };
    await signIn();
    await hers.locator('.sentence').waitFor();
    await hers.evaluate(`location.hash = '#/settings'`);
    // A viewer has an account and nothing else.
    await hers.getByText('You are signed in as ayse').waitFor();
    expect(await hers.locator('.tabs').count()).toBe(0);
    await hers.getByLabel('Present password').last().fill(PASSWORD);
    await hers.getByRole('button', { name: 'Set it up' }).click();
    await hers.locator('.qr').waitFor();
    const secret = (await hers.locator('.totp-key').textContent())?.replaceAll(' ', '') ?? '';
    const code = (ahead: number): string => hotp(decodeBase32(secret), Math.floor(Date.now() / 30_000) + ahead);
    await hers.getByLabel('Code (six digits)').fill(code(0));
    await hers.getByRole('button', { name: 'Switch it on' }).click();
    await hers.getByText('Switched on').waitFor();
    await hers.getByRole('button', { name: 'Sign out' }).click();
    await signIn();
    await hers.getByLabel('Code of your second factor').fill(code(1));
    await hers.getByRole('button', { name: 'Sign in' }).click();
    await hers.locator('.rail').waitFor();
    // Looking, not acting.
    await hers.evaluate(`location.hash = '#/decisions'`);
    await hers.getByRole('heading', { name: 'Never banned' }).waitFor();
    expect(await hers.getByText('Add bans').count()).toBe(0);
    await other.close();
    await open('#/settings/audit');
    await page.getByRole('cell', { name: 'totp.on' }).waitFor();
  });

  it('makes a token and shows it once', async () => {
    await open('#/settings/tokens');
    await page.getByText('Make a token').first().click();
    await page.getByLabel('Name').fill('nginx');
    await page.getByRole('button', { name: 'Make a token' }).click();
    expect(await page.locator('.shown-once code').textContent()).toMatch(/^bkt_/);
    await page.getByRole('button', { name: 'Revoke' }).click();
    await page.getByText('No tokens yet.').waitFor();
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
