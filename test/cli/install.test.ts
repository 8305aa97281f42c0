/** `bekci install --root` and `uninstall`: what is written is listed, told, kept where it is yours, and goes again without a trace. */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import type { Step as AnyStep } from '../../src/install/disk.ts';
import { type InstallResult, install } from '../../src/install/install.ts';
import { uninstall } from '../../src/install/uninstall.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const CONFIG = 'etc/bekci/bekci.yaml';
const MANIFEST = 'usr/lib/bekci/.installed.json';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bekci-root-'));
  for (const folder of ['etc', 'usr/lib/systemd/system', 'usr/bin']) mkdirSync(join(root, folder), { recursive: true });
  writeFileSync(join(root, 'usr/lib/systemd/system/other.service'), '[Unit]\n');
});
afterEach(() => removeFolder(root));

interface Step {
  readonly type: string;
  readonly do?: string;
  readonly what?: string;
  readonly note?: string;
  readonly written?: number;
  readonly unchanged?: number;
  readonly removed?: number;
}

/** The program itself, with its exit code and words. */
function bekci(...args: string[]): { status: number | null; steps: Step[]; stderr: string } {
  const done = spawnSync(join(ROOT, 'tools', 'bekci'), [...args, '--root', root, '--json'], { encoding: 'utf8' });
  const lines = done.stdout.split('\n').filter((line) => line !== '');
  return { status: done.status, steps: lines.map((line) => JSON.parse(line) as Step), stderr: done.stderr };
}

/** The same without a copy of Node, which is most of the bytes: this one counts as the system's own. */
async function put(): Promise<InstallResult> {
  const options = { source: ROOT, node: '/usr/bin/env', version: '0.0.0', root, dryRun: false, start: false };
  return install(options, () => {});
}

async function take(purge = false): Promise<AnyStep[]> {
  const steps: AnyStep[] = [];
  await uninstall({ root, dryRun: false, purge }, (step) => steps.push(step));
  return steps;
}

const listing = (): string[] => readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
const text = (path: string): string => readFileSync(join(root, path), 'utf8');

describe('install', { timeout: 60_000 }, () => {
  it('a dry run changes nothing and tells all', () => {
    const before = listing();
    const { status, steps } = bekci('install', '--dry-run');
    expect(status).toBe(0);
    expect(listing()).toEqual(before);
    expect(steps.map((each) => each.what)).toContain('/usr/lib/systemd/system/bekci.service');
    expect(steps.filter((each) => each.type === 'step').every((each) => (each.note ?? '') !== '')).toBe(true);
  });

  it('writes a program that runs, a configuration that is right, and again changes nothing', () => {
    expect(bekci('install').status).toBe(0);
    expect(lstatSync(join(root, CONFIG)).mode & 0o777).toBe(0o640);
    const config = parseConfig(text(CONFIG), CONFIG);
    expect([config.mode, config.state_dir, config.responders[0]?.type]).toEqual([
      'observe',
      '/var/lib/bekci',
      'helper',
    ]);
    expect(readlinkSync(join(root, 'usr/bin/bekci'))).toBe('../lib/bekci/tools/bekci');
    const installed = (...args: string[]) => spawnSync(join(root, 'usr/bin/bekci'), args, { encoding: 'utf8' });
    expect(installed('--version').stdout).toMatch(/^\d+\.\d+\.\d+/);
    expect(installed('config', 'check', '-c', join(root, CONFIG)).status).toBe(0);
    expect(installed('rules', 'check', join(root, 'usr/lib/bekci/rules'), '--json').status).toBe(0);
    const files = Object.keys((JSON.parse(text(MANIFEST)) as { files: Record<string, string> }).files);
    expect(files.some((name) => /node_modules\/(?:typescript|vitest)\//.test(name) || name.endsWith('.test.ts'))).toBe(
      false,
    );
    // The dashboard, and the helper as its unit starts it.
    expect(existsSync(join(root, 'usr/lib/bekci/web/dist/index.html'))).toBe(true);
    const helper = spawnSync(join(root, 'usr/lib/bekci/tools/bekci-helper'), ['--nonsense'], { encoding: 'utf8' });
    expect([helper.status, helper.stderr]).toEqual([78, expect.stringContaining('nonsense')]);
    const again = bekci('install').steps.at(-1)!;
    expect([again.written, again.removed]).toEqual([0, 0]);
    expect(again.unchanged).toBeGreaterThan(100);
    expect(bekci('uninstall', '--dry-run').status).toBe(0);
    expect(existsSync(join(root, 'usr/bin/bekci'))).toBe(true);
  });

  it('an upgrade keeps your configuration, mends what is damaged, drops what is no longer part of it', async () => {
    await put();
    appendFileSync(join(root, CONFIG), '# mine\n');
    appendFileSync(join(root, 'usr/lib/bekci/src/main.ts'), 'broken');
    const old = 'usr/lib/bekci/src/old.ts';
    writeFileSync(join(root, old), 'old');
    const manifest = JSON.parse(text(MANIFEST)) as { files: Record<string, string> };
    const mark = 'cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4';
    writeFileSync(
      join(root, MANIFEST),
      JSON.stringify({ ...manifest, files: { ...manifest.files, [`/${old}`]: mark } }),
    );
    const last = await put();
    expect([last.written, last.removed]).toEqual([1, 1]);
    expect(text(CONFIG)).toMatch(/# mine\n$/);
    expect(existsSync(join(root, old))).toBe(false);
    expect(text('usr/lib/bekci/src/main.ts')).not.toContain('broken');
  });
});

describe('uninstall', { timeout: 60_000 }, () => {
  it('leaves what was there before, and nothing else', async () => {
    const before = listing();
    await put();
    await take();
    expect(listing()).toEqual(before);
  });

  it('keeps what you changed, and the state; --purge takes both', async () => {
    await put();
    const state = 'var/lib/bekci/bekci.db';
    mkdirSync(join(root, 'var/lib/bekci'), { recursive: true });
    writeFileSync(join(root, state), 'kept');
    appendFileSync(join(root, CONFIG), '# mine\n');
    const kept = (await take()).filter((each) => each.do === 'keep').map((each) => each.what);
    expect(kept).toEqual([`/${CONFIG}`, '/var/lib/bekci']);
    expect([text(state), text(CONFIG).includes('# mine')]).toEqual(['kept', true]);
    await put();
    await take(true);
    expect([
      existsSync(join(root, state)),
      existsSync(join(root, CONFIG)),
      existsSync(join(root, 'etc/bekci')),
    ]).toEqual([false, false, false]);
  });

  it('touches nothing without a list, or with a list that leads elsewhere', () => {
    const none = bekci('uninstall');
    expect([none.status, none.stderr]).toEqual([2, expect.stringContaining('INSTALL_NONE')]);
    mkdirSync(join(root, 'usr/lib/bekci'), { recursive: true });
    writeFileSync(join(root, MANIFEST), JSON.stringify({ version: '1', files: { '/../victim': 'x' }, folders: [] }));
    const wrong = bekci('uninstall');
    expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('INSTALL_MANIFEST')]);
  });
});

const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!analyze) console.log('skipped: units cannot be analysed without systemd-analyze');

describe.skipIf(!analyze)('units', { timeout: 60_000 }, () => {
  const units = join(ROOT, 'packaging', 'systemd');

  it('are right as systemd reads them', async () => {
    await put();
    // The paths they name exist below the root only.
    const folder = mkdtempSync(join(tmpdir(), 'bekci-units-'));
    for (const name of ['bekci.service', 'bekci-helper.service', 'bekci-helper.socket'])
      writeFileSync(
        join(folder, name),
        text(`usr/lib/systemd/system/${name}`).replaceAll('/usr/lib/bekci/', `${root}/usr/lib/bekci/`),
      );
    const names = readdirSync(folder).map((name) => join(folder, name));
    const done = spawnSync('systemd-analyze', ['verify', '--man=no', ...names], { encoding: 'utf8' });
    removeFolder(folder);
    expect([done.status, done.stderr]).toEqual([0, '']);
  });

  it.each([
    ['bekci.service', 25],
    ['bekci-helper.service', 15],
  ])('%s exposes at most %i of 100', (name, most) => {
    const args = ['security', '--offline=true', `--threshold=${most}`, '--no-pager', join(units, name)];
    const done = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
    expect([done.status, /Overall exposure level.*/.exec(done.stdout)?.[0]]).toEqual([
      0,
      expect.stringContaining('OK'),
    ]);
  });

  it('the daemon gets no capability, the helper one', () => {
    const bounding = (name: string): string | undefined =>
      /^CapabilityBoundingSet=(.*)$/m.exec(readFileSync(join(units, name), 'utf8'))?.[1];
    expect([bounding('bekci.service'), bounding('bekci-helper.service')]).toEqual(['', 'CAP_NET_ADMIN']);
  });
});
