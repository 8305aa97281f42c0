/**
 * Pictures of every page in both themes, over some made-up days: docs/images/dashboard-PAGE-THEME.png, and one of
 * a phone. Needs chromium.
 * `tools/node tools/dashboard-images.ts [page ...]`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { MONDAY, siteDays } from '../test/anomaly/made-up-site.ts';
import { browserProblem, openDashboard, refusedLogins, startBrowser } from '../test/e2e/dashboard-room.ts';
import { mmdb } from '../test/labs/mmdb.ts';

const IMAGES = join(import.meta.dirname, '..', 'docs', 'images');
const RULE = 'e2b36d0a-556f-514e-afd9-8eae6be9c76d';
const PAGES: Readonly<Record<string, string>> = {
  now: 'now',
  map: 'now',
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

/** Made-up homes of attackers, the busiest first. */
const ORIGINS = [
  ['CN', 'Example Backbone'],
  ['US', 'Sample Cloud'],
  ['RU', 'Specimen Telecom'],
  ['NL', 'Sample Cloud'],
  ['VN', 'Fictional Net'],
  ['BR', 'Exemplo Rede'],
  ['IN', 'Fictional Net'],
  ['DE', 'Muster Hosting'],
  ['SG', 'Sample Cloud'],
  ['TR', 'Örnek İletişim'],
  ['ZA', 'Specimen Telecom'],
] as const;
const PASSWORD = 'correct horse battery';

if (browserProblem !== null) throw new Error(browserProblem);
const wanted = process.argv.slice(2);
const atlas = join(mkdtempSync(join(tmpdir(), 'bekci-images-')), 'Country-ASN.mmdb');
writeFileSync(
  atlas,
  mmdb(
    'Made-up Country-ASN',
    Object.fromEntries(
      ORIGINS.map(([country, network], index) => [
        `198.18.${index}.0/24`,
        { country, asn: `AS${64_496 + ORIGINS.findIndex(([, name]) => name === network)}`, as_name: network },
      ]),
    ),
  ),
);
const stamp = (ago: number): string => new Date(Date.now() - ago).toISOString();
/** Days of a made-up web server up to now, as its access log: enough to learn from. */
function visits(days: number): string {
  const shift = Date.now() - MONDAY - days * 86_400_000;
  return siteDays(0, days, 7)
    .filter(({ fields }) => fields['url.path'] !== undefined)
    .map(({ time, message }) => `${message.replace('[x]', `[${clfStamp(time + shift)}]`)}\n`)
    .join('');
}
/** `24/Nov/2026:10:00:00 +0000`, as web servers write it. */
function clfStamp(at: number): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(at).toUTCString())!;
  return `${day}/${month}/${year}:${time} +0000`;
}
const room = await openDashboard(`geo: {databases: [${atlas}]}\n`, SETTINGS, {
  anomaly: '{learn_hours: 12, learn_lines: 1000}',
  files: { 'web.log': visits(4) },
  sources: ['{type: file, path: FOLDER/web.log, from: start}'],
});
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
  ...ORIGINS.flatMap((_, index) =>
    Array.from({ length: 14 - index }, (_each, n) => refusedLogins(`198.18.${index}.${n + 1}`, 6, 'root')).flat(),
  ),
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
await new Promise((resolve) => setTimeout(resolve, 12_000));
const browser = await startBrowser();
const context = await browser.newContext({
  viewport: { width: 1120, height: 720 },
  locale: 'en-GB',
  reducedMotion: 'reduce',
});
context.setDefaultTimeout(60_000);
const page = await context.newPage();
// Under a name: a passkey is among what is shown.
await page.goto((room.daemon().room?.signIn() ?? '').replace('127.0.0.1', 'localhost'));
await page.locator('.sentence').waitFor();
const cdp = await context.newCDPSession(page);
await cdp.send('WebAuthn.enable');
await cdp.send('WebAuthn.addVirtualAuthenticator', {
  options: {
    protocol: 'ctap2',
    transport: 'internal',
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
    automaticPresenceSimulation: true,
  },
});
await page.evaluate(`fetch('/api/v1/auth/session').then((r) => r.json()).then(({ csrf }) => fetch('/api/v1/users', {
  method: 'POST', headers: { 'content-type': 'application/json', 'x-bekci-csrf': csrf },
  body: JSON.stringify({ name: 'ayse', password: ${JSON.stringify(PASSWORD)}, role: 'admin' }) }))`);
await page.getByRole('button', { name: 'Sign out' }).click();
await page.getByLabel('Name').fill('ayse');
await page.getByLabel('Password').fill(PASSWORD);
await page.getByRole('button', { name: 'Sign in', exact: true }).click();
await page.locator('.rail').waitFor();
await page.evaluate(`location.hash = '#/settings/account'`);
await page.getByLabel('Name of the passkey').fill('telephone');
await page.locator('form', { hasText: 'Name of the passkey' }).getByLabel('Present password').fill(PASSWORD);
await page.getByRole('button', { name: 'Make a passkey' }).click();
await page.locator('.passkeys').waitFor();
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
    if (name === 'rules') await page.locator('td', { hasText: ' µs' }).first().waitFor();
    if (name === 'map') await page.locator('.places').scrollIntoViewIfNeeded();
    if (name === 'map') await page.locator('.page').evaluate('(each) => each.scrollBy(0, 500)');
    if (name === 'account') await page.locator('.passkeys').scrollIntoViewIfNeeded();
    await page.waitForTimeout(1500);
    const path = join(IMAGES, `dashboard-${name}-${theme}.png`);
    await page.screenshot({ path });
  }
if (wanted.length === 0 || wanted.includes('phone')) {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.evaluate(`localStorage.setItem('bekci.theme', 'light'); localStorage.setItem('bekci.language', 'tr');
    location.hash = '#/now'`);
  await page.reload();
  await page.locator('.sentence').waitFor();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(IMAGES, 'dashboard-phone.png') });
}
await browser.close();
await room.close();
rmSync(dirname(atlas), { recursive: true });
