/**
 * Pictures of every page in both themes, over a made-up day: docs/images/dashboard-PAGE-THEME.png. Needs chromium.
 * `tools/node tools/dashboard-images.ts [page ...]`
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { browserProblem, openDashboard, refusedLogins, startBrowser } from '../test/e2e/dashboard-room.ts';

const IMAGES = join(import.meta.dirname, '..', 'docs', 'images');
const RULE = 'e2b36d0a-556f-514e-afd9-8eae6be9c76d';
const PAGES: Readonly<Record<string, string>> = {
  now: 'now',
  alerts: 'alerts',
  addresses: 'addresses',
  address: 'addresses/203.0.113.7',
  decisions: 'decisions',
  rules: 'rules',
  rule: `rules/${RULE}`,
  coverage: 'rules/coverage',
  editor: `rules/editor?from=${RULE}`,
  normal: 'normal',
  intelligence: 'intelligence',
  sources: 'sources',
  search: 'search?range=all&q=source.ip:203.0.113.0/24',
  settings: 'settings/configuration',
  account: 'settings/account',
  people: 'settings/people',
  tokens: 'settings/tokens',
  audit: 'settings/audit',
};
const SETTINGS = `# our house
mode: observe # until we trust it
decisions:
  allowlist: [192.0.2.0/24]
notifiers:
  - {type: slack, name: night watch, webhook: {file: /etc/bekci/slack}}
`;

if (browserProblem !== null) throw new Error(browserProblem);
const wanted = process.argv.slice(2);
const room = await openDashboard('', SETTINGS);
const stamp = (ago: number): string => new Date(Date.now() - ago).toISOString();
room.write([
  ...Array.from(
    { length: 300 },
    (_, n) =>
      `${stamp(n * 290_000)} web1 CRON[${n}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)`,
  ),
  ...Array.from(
    { length: 40 },
    (_, n) =>
      `${stamp(n * 1_700_000)} web1 sshd[${n}]: Accepted publickey for ayse from 192.0.2.${10 + (n % 3)} port ${5000 + n} ssh2`,
  ),
  ...refusedLogins('203.0.113.7', 40),
  ...refusedLogins('203.0.113.9', 14, 'oracle'),
  ...refusedLogins('198.51.100.9', 12, 'admin'),
  ...refusedLogins('2001:db8::5', 12, 'test'),
]);
writeFileSync(
  `${room.log}.1.gz`,
  gzipSync(
    Array.from(
      { length: 900 },
      (_, n) =>
        `${stamp(86_400_000 + n * 60_000)} web1 sshd[${n}]: Failed password for invalid user test from 203.0.113.${n % 90} port ${5000 + n} ssh2`,
    ).join('\n'),
  ),
);
await new Promise((resolve) => setTimeout(resolve, 4000));
const browser = await startBrowser();
const context = await browser.newContext({
  viewport: { width: 1120, height: 720 },
  locale: 'en-GB',
  reducedMotion: 'reduce',
});
context.setDefaultTimeout(60_000);
const page = await context.newPage();
await page.goto(room.daemon().room?.signIn() ?? '');
await page.locator('.sentence').waitFor();
for (const theme of ['dark', 'light'])
  for (const [name, hash] of Object.entries(PAGES)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    await page.evaluate(`localStorage.setItem('bekci.theme', '${theme}'); location.hash = '#/${hash}'`);
    await page.reload();
    await page.locator('.page h1').first().waitFor();
    await page.locator('.skeleton').first().waitFor({ state: 'detached' });
    if (name === 'alerts') {
      await page.locator('.split-list a.alert-row').first().click();
      await page.locator('.story').waitFor();
    }
    await page.waitForTimeout(1500);
    const path = join(IMAGES, `dashboard-${name}-${theme}.png`);
    await page.screenshot({ path });
  }
await browser.close();
await room.close();
