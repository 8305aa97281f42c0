/** `bekci why` about a real daemon: what was done, what was not and why not; the page is safe whatever an attacker wrote. */
import { execFile } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { until } from '../e2e/lab.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const BROWSER = '/usr/bin/chromium';
const noBrowser = !existsSync(BROWSER);
if (noBrowser) console.log(`skipped in part: ${BROWSER} is not installed`);

const folder = mkdtempSync(join(tmpdir(), 'bekci-why-'));
const log = join(folder, 'auth.log');
let daemon: Daemon;

interface Told {
  readonly entity: string;
  readonly verdict: { readonly code: string; readonly text: string };
  readonly reasons: readonly { readonly code: string; readonly text: string }[];
  readonly [key: string]: unknown;
}

function why(...args: string[]): Promise<{ code: number; stdout: string }> {
  return new Promise((resolve) =>
    // The daemon lives in this process: it must be able to answer meanwhile.
    execFile(
      join(ROOT, 'tools', 'bekci'),
      ['why', ...args, '-c', join(folder, 'bekci.yaml')],
      { env: { ...process.env, SUDO_USER: 'murat' }, maxBuffer: 1 << 24 },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout: stdout + stderr }),
    ),
  );
}

async function told(what: string): Promise<Told> {
  return JSON.parse((await why(what, '--json')).stdout) as Told;
}

const HOSTILE = `<img src=x onerror=alert(1)>"'\u202e`;
const stamp = new Date().toISOString();
const failed = (ip: string, user = 'root'): string =>
  `${stamp} web sshd[9]: Failed password for ${user} from ${ip} port 22 ssh2`;

beforeAll(async () => {
  writeFileSync(log, '');
  const text = `state_dir: ${folder}\nmode: enforce\nhttp: {enabled: false}\nanomaly: {enabled: false}\ndecisions: {allowlist: [203.0.113.99]}\nresponders: [{type: command, add: [/bin/true]}]\nsources: [{type: file, path: ${log}, from: start}]\n`;
  writeFileSync(join(folder, 'bekci.yaml'), text);
  daemon = await startDaemon({ config: parseConfig(text, 'bekci.yaml'), log: () => {} });
  const lines = [
    ...Array.from({ length: 6 }, () => failed('203.0.113.7')),
    ...Array.from({ length: 6 }, () => failed('203.0.113.99', HOSTILE)),
    ...Array.from({ length: 3 }, () => failed('203.0.113.8', 'alice')),
    `${stamp} web foo[9]: hello from 203.0.113.10`,
    'something that nobody understands 203.0.113.11',
  ];
  appendFileSync(log, `${lines.join('\n')}\n`);
  await until('all lines are read', () => daemon.handle.status().lines === lines.length);
  daemon.handle.ban('198.51.100.4', 3600, 'abuse report');
  await until(
    'both bans are in force',
    () => daemon.handle.activeDecisions(10).filter((each) => each.state === 'applied').length === 2,
  );
});

afterAll(async () => {
  await daemon.stop();
  removeFolder(folder);
});

describe('says in one sentence', () => {
  it('who is shut out, by which rule, with the lines', { timeout: 60_000 }, async () => {
    const { stdout } = await why('203.0.113.7');
    expect(stdout).toMatch(/^203\.0\.113\.7 is shut out until .*: SSH brute force\.$/m);
    expect(stdout).toContain(failed('203.0.113.7'));
    expect(stdout).toContain('by a rule');
    expect((await told('203.0.113.7')).reasons).toEqual([]);
  });

  it('who was let in again, and by whom', { timeout: 60_000 }, async () => {
    await new Promise((resolve) =>
      execFile(
        join(ROOT, 'tools', 'bekci'),
        ['decisions', 'delete', '198.51.100.4', '-c', join(folder, 'bekci.yaml')],
        { env: { ...process.env, SUDO_USER: 'murat' } },
        resolve,
      ),
    );
    const { verdict, reasons } = await told('198.51.100.4');
    expect(verdict.code).toBe('is.lifted');
    expect(reasons.map((each) => each.text)).toContain('The last ban was lifted (cli:murat).');
  });

  it('whom the door protected', { timeout: 60_000 }, async () => {
    const { verdict, reasons } = await told('203.0.113.99');
    expect(verdict.text).toContain('the door refused to shut it out: on the allowlist (203.0.113.99)');
    expect(reasons.map((each) => each.code)).toEqual(expect.arrayContaining(['not.protected', 'not.refused']));
  });

  it('how far from the threshold somebody is, with the lines that count', { timeout: 60_000 }, async () => {
    const { verdict, counting } = await told('203.0.113.8');
    expect(verdict.text).toContain('3 of 5 for “SSH brute force”');
    expect((counting as { lines: string[] }[])[0]!.lines).toEqual(Array(3).fill(failed('203.0.113.8', 'alice')));
    expect((await told('alice')).verdict.code).toBe('is.counted');
  });

  it('that no rule asks, that a line is not understood, that nobody wrote of it', { timeout: 60_000 }, async () => {
    const [asked, garbled, unseen] = await Promise.all(['203.0.113.10', '203.0.113.11', '203.0.113.1'].map(told));
    expect([asked!.verdict.code, asked!.reasons.map((each) => each.code)]).toEqual(['is.mentioned', ['not.elsewhere']]);
    expect([garbled!.verdict.code, garbled!.reasons.map((each) => each.code)]).toEqual([
      'is.mentioned',
      ['not.undecoded'],
    ]);
    // Not found inside 203.0.113.10 and .11 either.
    expect([unseen!.verdict.code, unseen!.reasons.map((each) => each.code)]).toEqual(['is.unknown', ['not.unseen']]);
  });

  it('what a line means, and of whom it speaks', { timeout: 60_000 }, async () => {
    const { entity, line, verdict } = await told(failed('203.0.113.8', 'bob'));
    expect(entity).toBe('203.0.113.8');
    expect(verdict.code).toBe('is.counted');
    expect(JSON.stringify(line)).toContain('"title":"SSH brute force","needed":5,"seconds":600');
    expect((await told('no format at all')).verdict.code).toBe('lineNot');
  });

  it('in Turkish when asked', { timeout: 60_000 }, async () => {
    expect((await why('203.0.113.8', '--language', 'tr')).stdout).toContain('saldırgan denecek kadarını yapmadı');
  });
});

describe('the page', () => {
  it('loads nothing, runs nothing and is closed to others', { timeout: 60_000 }, async () => {
    const path = join(folder, 'incident.html');
    expect((await why('203.0.113.99', '--html', path)).stdout).toContain(path);
    const page = readFileSync(path, 'utf8');
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(page).toMatch(
      /http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-[\w+/]{43}='/,
    );
    expect(page.replaceAll('&lt;img src=x', '')).not.toMatch(/<script|<img|<link|<iframe|<a |https?:|\u202e| on\w+="/i);
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;\\u202e');
  });

  it.skipIf(noBrowser)(
    'shows the attacker’s words as words in a real browser, on a telephone too',
    { timeout: 120_000 },
    async () => {
      const path = join(folder, 'real.html');
      await why('203.0.113.99', '--html', path);
      const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
      try {
        for (const [width, colorScheme] of [
          [390, 'dark'],
          [1280, 'light'],
        ] as const) {
          const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
          const faults: string[] = [];
          const asked: string[] = [];
          page.on('dialog', () => faults.push('dialog'));
          page.on('console', (message) => faults.push(message.text()));
          page.on('request', (request) => asked.push(request.url()));
          await page.goto(`file://${path}`);
          expect([faults, asked]).toEqual([[], [`file://${path}`]]);
          expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
          // The style sheet is taken: its hash is right.
          expect(await page.evaluate('getComputedStyle(document.body).maxWidth')).toBe('960px');
          expect(await page.textContent('pre')).toContain('onerror=alert(1)');
          await page.close();
        }
      } finally {
        await browser.close();
      }
    },
  );
});
