/** The guide to a first rule, tried as a new user would: every command of it is run, and says what the guide shows. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.ts';
import { parseSigma } from '../../src/detectors/sigma/parse.ts';
import { removeFolder } from '../labs/remove-folder.ts';

// Each test starts the program several times.
vi.setConfig({ testTimeout: 120_000 });

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/guides/writing-a-rule.md'), 'utf8');
let folder: string;
let daemon: ChildProcess | null = null;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-guide-'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(ROOT, 'tools/bekci'), join(folder, 'bin/bekci'));
});
afterAll(async () => {
  if (daemon !== null) {
    daemon.kill();
    await once(daemon, 'close');
  }
  removeFolder(folder);
});

/** `$ command` and the lines shown below it. */
function commandsOf(guide: string): [command: string, shown: string[]][] {
  const commands: [string, string[]][] = [];
  for (const [, block] of guide.matchAll(/```console\n(.+?)```/gs)) {
    for (const line of block!.trimEnd().split('\n')) {
      if (line.startsWith('$ ')) commands.push([line.slice(2), []]);
      else commands.at(-1)![1].push(line);
    }
  }
  return commands;
}

const environment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
  NO_COLOR: '1',
  XDG_CONFIG_HOME: join(folder, 'none'),
});

/** A running bekci for the one command that speaks to it. */
async function startDaemon(): Promise<void> {
  daemon = spawn('bekci', ['run', '-c', 'bekci.yaml', '--json'], {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for (let n = 0; !existsSync(join(folder, 'state/bekci.sock')); n++) {
    if (n > 600) throw new Error('it never came up');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

it.each(commandsOf(GUIDE))('%s', async (command, shown) => {
  if (command.startsWith('bekci rules reload')) await startDaemon();
  const { stdout, stderr, status } = spawnSync('sh', ['-c', command], {
    cwd: folder,
    env: environment(),
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([status, stderr]).toEqual([0, '']);
  const lines = stdout.split('\n');
  let at = 0;
  for (const line of shown) {
    const found = lines.findIndex((each, index) => index >= at && each.includes(line));
    expect(found, `${line}\nis not in\n${stdout}`).toBeGreaterThanOrEqual(0);
    at = found + 1;
  }
});

it('the running bekci did take them up', async () => {
  let said = '';
  daemon!.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  for (let n = 0; n < 200 && !said.includes('rules were loaded anew'); n++)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(said).toContain('rules were loaded anew');
});

it('its YAML is right: a correlation, configurations and a filter', () => {
  const [neighbours, traps, config, filter] = [...GUIDE.matchAll(/```yaml\n(.+?)```/gs)].map((found) => found[1]!);
  for (const each of [traps, config]) expect(configSchema.safeParse(parse(each!)).error?.issues ?? []).toEqual([]);
  expect(parseSigma(neighbours!, 'guide')[0]!.type).toBe('correlation');
  expect(parseSigma(filter!, 'guide')[0]!.type).toBe('filter');
});
