/** The commands as a person types them: each wrong input gets a clear message, a hint and the documented exit code. */
import { type SpawnSyncReturns, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { removeFolder } from '../labs/remove-folder.ts';

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-cli-'));
  mkdirSync(join(folder, 'state'));
});
afterAll(() => removeFolder(folder));

type Answer = Pick<SpawnSyncReturns<string>, 'stdout' | 'stderr' | 'status'>;

/** Runs a verb to its end, at most 60 s. */
async function bekci(args: readonly string[], stdin = '', who: { uid?: number; gid?: number } = {}): Promise<Answer> {
  const child = spawn(BEKCI, args, { env: { ...process.env, NO_COLOR: '1' }, timeout: 60_000, ...who });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdin.on('error', () => {});
  child.stdin.end(stdin);
  const [status] = (await once(child, 'close')) as [number | null];
  return { stdout, stderr, status };
}

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe.concurrent('wrong input', () => {
  test('YAML that is none: file, line and column, exit 78', async () => {
    const answer = await bekci(['config', 'check', '-c', file('broken.yaml', 'mode: observe\nsources: [\n')]);
    expect(answer.status).toBe(78);
    expect(answer.stderr).toMatch(/broken\.yaml:\d+:\d+/);
  });
  test('an unknown key: its place and the nearest right one', async () => {
    const answer = await bekci(['config', 'check', '-c', file('key.yaml', 'language: en\nnotifers: []\n')]);
    expect(answer.status).toBe(78);
    expect(answer.stderr).toMatch(/key\.yaml:2:1/);
    expect(answer.stderr).toContain('notifiers');
  });
  test('every fault of a file at once', async () => {
    const answer = await bekci(['config', 'check', '-c', file('two.yaml', 'mode: guard\nkeep: soon\n')]);
    expect(answer.stderr).toMatch(/two\.yaml:1:/);
    expect(answer.stderr).toMatch(/two\.yaml:2:/);
  });
  test('a configuration that is not there', async () => {
    const answer = await bekci(['run', '-c', join(folder, 'nowhere.yaml')]);
    expect(answer.status).toBe(78);
    expect(answer.stderr).toContain('nowhere.yaml');
  });
  test('a rule with a typo is named with its line; the right one beside it stays', async () => {
    const rules = file(
      'rules.yml',
      'title: Right\nlogsource: {category: webserver}\ndetection:\n  s: {url.path: /a}\n  condition: s\n---\ntitle: Wrong\nlogsource: {category: webserver}\ndetection:\n  s: {url.path|contians: /a}\n  condition: s\n',
    );
    const answer = await bekci(['rules', 'check', rules]);
    expect(answer.status).not.toBe(0);
    expect(answer.stdout + answer.stderr).toMatch(/rules\.yml:10/);
    expect(answer.stdout + answer.stderr).toContain('contians');
  });
  test('a log that is not there, or is a folder', async () => {
    const none = await bekci(['scan', join(folder, 'none.log')]);
    expect(none.status).not.toBe(0);
    expect(none.stderr).toContain('none.log');
    const dir = await bekci(['scan', folder]);
    expect(dir.status).not.toBe(0);
    expect(dir.stderr).toContain(folder);
    expect(dir.stderr).not.toContain('    at ');
  });
  test('a cut .gz: what could be read counts, and the fault is said', async () => {
    const { gzipSync } = await import('node:zlib');
    const whole = gzipSync(
      'Nov 24 03:00:00 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2\n'.repeat(9999),
    );
    const answer = await bekci(['scan', file('cut.log.gz', whole.subarray(0, whole.length - 40))]);
    expect(answer.status).not.toBe(0);
    expect(answer.stderr).toContain('cut.log.gz');
    expect(answer.stderr).not.toContain('    at ');
  });
  test('a verb or option that is none: usage, exit 2', async () => {
    const verb = await bekci(['wach']);
    expect(verb.status).toBe(2);
    expect(verb.stderr).toContain('wach');
    const option = await bekci(['scan', '--jsn', 'x']);
    expect(option.status).toBe(2);
    const number = await bekci(['demo', '--lines', 'many']);
    expect(number.status).toBe(2);
    expect(number.stderr).toContain('`many` is no whole number');
  });
  test('a path of rules that is not there: refused by the check', async () => {
    const path = file('gone.yaml', `rules: {paths: [${join(folder, 'gone')}]}\n`);
    const answer = await bekci(['config', 'check', '-c', path]);
    expect(answer.status).toBe(78);
    expect(answer.stderr).toContain(join(folder, 'gone'));
  });
  test('no daemon: exit 69 and how to start one', async () => {
    const answer = await bekci(['status', '--state-dir', join(folder, 'state')]);
    expect(answer.status).toBe(69);
    expect(answer.stderr).toContain('bekci run');
  });
  test('no such time zone', async () => {
    const answer = await bekci(['explain', '--timezone', 'Mars/Olympus'], 'x\n');
    expect(answer.status).toBe(2);
    expect(answer.stderr).toContain('Mars/Olympus');
    expect(answer.stderr).not.toContain('    at ');
  });
  test('control characters of a log never reach the terminal', async () => {
    const answer = await bekci(
      ['explain'],
      'Nov 24 03:00:00 web sshd[9]: Invalid user \u001b]0;owned\u0007\u001b[2J from 203.0.113.7 port 22\n',
    );
    expect(answer.stdout).toContain('203.0.113.7');
    expect(answer.stdout).not.toContain('\u001b');
    expect(answer.stdout).not.toContain('\u0007');
  });
});

test('every verb has help with an example', async () => {
  const { stdout } = await bekci(['--help']);
  const verbs = [...stdout.matchAll(/^ {2}([a-z]+) .*$/gm)].map(([, verb]) => verb!).filter((verb) => verb !== 'help');
  expect(verbs.length).toBeGreaterThan(10);
  for (const verb of verbs.filter(
    (each) => !['decisions', 'rules', 'config', 'users', 'tokens', 'bekci'].includes(each),
  )) {
    const help = await bekci([verb, '--help']);
    expect(help.stdout, verb).toContain('Example');
  }
}, 180_000);

test('a taken port, rules and secrets that are not there are said and the guard goes on, and the doctor sees a running guard', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = (server.address() as { port: number }).port;
  const log = file('auth.log', '');
  const settings = (at: number): string =>
    `state_dir: ${join(folder, 'state')}\nsources: [{type: file, path: ${log}}]\nhttp: {listen: '127.0.0.1:${at}'}\nanomaly: {enabled: false}\n`;
  const lacking = `rules: {paths: [${join(folder, 'gone')}]}
responders:
  - type: http
    block: {url: 'http://127.0.0.1:9/{ip}'}
    headers: {authorization: {file: ${join(folder, 'no-token')}}}
`;
  const watching = spawn(BEKCI, ['run', '-c', file('taken.yaml', settings(port) + lacking)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [watching.stdout, watching.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  await expect.poll(() => said, { timeout: 60_000 }).toContain(String(port));
  await expect.poll(() => said, { timeout: 60_000 }).toContain('rules.paths: cannot read rules from');
  await expect.poll(() => said, { timeout: 60_000 }).toContain('reads file:');
  expect(watching.exitCode).toBe(null);
  watching.kill();
  await once(watching, 'exit');
  server.close();

  const path = file('doctor.yaml', settings(port));
  const stopped = await bekci(['doctor', '-c', path, '--json']);
  expect(stopped.status).toBe(1);
  expect(stopped.stdout).toContain('"link":"daemon","grade":"fail"');
  const daemon = spawn(BEKCI, ['run', '-c', path], { stdio: 'ignore' });
  try {
    let answer = stopped;
    for (let tries = 0; tries < 20 && answer.stdout.includes('"link":"daemon","grade":"fail"'); tries++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      answer = await bekci(['doctor', '-c', path, '--json']);
    }
    expect(answer.stdout).toContain('"link":"daemon","grade":"ok"');
    expect(answer.stdout).toContain('"link":"source","grade":"ok"');
  } finally {
    daemon.kill();
    await once(daemon, 'exit');
  }
}, 180_000);

test('a state folder that is closed to this user: sudo is named, and no stack is shown', async () => {
  const closed = join(folder, 'closed');
  mkdirSync(closed, { recursive: true });
  writeFileSync(join(closed, 'bekci.sock'), '');
  writeFileSync(join(closed, 'bekci.db'), '');
  chmodSync(closed, 0o700);
  if (process.getuid?.() !== 0) return void console.warn('skipped: only root can become another user');
  chmodSync(folder, 0o755);
  for (const verb of [['status'], ['why', '203.0.113.7'], ['doctor'], ['decisions', 'list']]) {
    const answer = await bekci([...verb, '--state-dir', closed], '', { uid: 65_534, gid: 65_534 });
    expect(answer.stdout + answer.stderr, verb.join(' ')).toContain('sudo');
    expect(answer.stderr).not.toContain('    at ');
  }
}, 180_000);

test('letting in what is no address is wrong usage, asked of no daemon', async () => {
  const answer = await bekci(['decisions', 'delete', 'rubbish', '--state-dir', join(folder, 'state')]);
  expect(answer.status).toBe(2);
  expect(answer.stderr).toContain('`rubbish`');
});
