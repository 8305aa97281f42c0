/** Commands, standard input, Unix sockets and CloudTrail folders, with the programs that feed them. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { silentLog } from '../../kit/log.ts';
import type { Checkpoint } from '../../model/line.ts';
import { createSource } from '../all.ts';
import { sourceSettings } from '../all-settings.ts';
import type { Source } from '../source.ts';
import { syslogSettings } from '../syslog/settings.ts';
import { createSyslog } from '../syslog/syslog.ts';
import { createCommand } from './command.ts';
import { commandSettings, socketSettings } from './settings.ts';
import { createSocket } from './socket.ts';
import { createStdin } from './stdin.ts';

const LINE = 'Nov 24 08:48:18 web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2';
const context = { log: silentLog, now: Date.now };
let folder: string;
let readings: Reading[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-local-'));
});
afterEach(async () => {
  for (const each of readings) await each.stop();
  readings = [];
  removeFolder(folder);
});

function read(source: Source, resume: Checkpoint | null = null): Reading {
  const reading = readSource(source, resume);
  readings.push(reading);
  return reading;
}

const command = (...run: string[]) => createCommand(commandSettings.parse({ type: 'command', run }), context);
const sleepers = (word: string): string =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.startsWith('sleep') && line.includes(word))
    .join();

test('a command: every line, its last words as the problem, started again, ended with all it started', async () => {
  const source = command('/bin/sh', '-c', 'printf "one\\ntwo"; echo "no such device" >&2; exit 3');
  const reading = read(source);
  await reading.lines(2);
  await until(() => source.health().state === 'lost', 'the end');
  expect(source.health().problem).toBe('/bin/sh ended with 3: no such device; it is started again');
  await reading.lines(4);
  expect(reading.texts).toEqual(['one', 'two', 'one', 'two']);
  expect(source.health().counts!.restarts).toBeGreaterThanOrEqual(1);

  const long = read(command('/bin/sh', '-c', 'echo started; sleep 4711.5 & sleep 4711.25'));
  await long.lines(1);
  expect(sleepers('4711')).not.toBe('');
  await long.stop();
  await until(() => sleepers('4711') === '', 'its children to end');
}, 20_000);

test('a command that cannot run says so', async () => {
  const source = command('/nonexistent/program');
  read(source);
  await until(() => source.health().problem !== null);
  expect(source.health()).toMatchObject({ state: 'lost' });
  expect(source.health().problem).toContain('cannot run /nonexistent/program');
});

test('a command waits for a slow engine, in bounded memory', async () => {
  const source = command('/bin/sh', '-c', 'yes 0123456789 | head -n 2000000; sleep 100');
  const reading = read(source);
  reading.paused = true;
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(reading.texts.length).toBeLessThan(100_000);
  reading.paused = false;
  await reading.lines(2_000_000);
  expect(reading.texts).toHaveLength(2_000_000);
}, 60_000);

test('standard input: lines until it ends, then it waits', async () => {
  const input = new PassThrough();
  const source = createStdin({ type: 'stdin' }, context, input);
  const reading = read(source);
  input.write('one\ntw');
  input.end('o');
  await reading.lines(2);
  expect(reading.texts).toEqual(['one', 'two']);
  await until(() => source.health().state === 'waiting');
  expect(source.health().problem).toBe('standard input has ended');
});

test('standard input of a scan that never ends can be stopped', async () => {
  const reading = read(createStdin({ type: 'stdin' }, context, new PassThrough()));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await reading.stop();
  expect(createSource(sourceSettings.parse({ type: 'file', path: '-' }), context).ref.id).toBe('stdin');
});

const socketAt = (path: string, more: Record<string, unknown> = {}) =>
  createSocket(socketSettings.parse({ type: 'socket', path, ...more }), context, { maxLines: 1000, maxChars: 1 << 20 });

test('a Unix socket: socat writes, a left-over is replaced, what is in use or is none is not', async () => {
  const path = join(folder, 'log.sock');
  const source = socketAt(path, { mode: '620' });
  const reading = read(source);
  await until(() => source.health().state === 'reading');
  expect(statSync(path).mode & 0o777).toBe(0o620);
  if (existsSync('/usr/bin/socat')) {
    const socat = spawn('socat', ['-u', '-', `UNIX-CONNECT:${path}`]);
    socat.stdin.end(`${LINE}\n<38>${LINE}\n<38>counted later\n`);
    await reading.lines(3);
    expect(reading.events()[1]?.fields['source.ip']).toBe('203.0.113.7');
  } else console.warn('skipped: socat is not installed');
  const second = socketAt(path);
  read(second);
  await until(() => second.health().state === 'lost');
  expect(second.health().problem).toContain('taken by another program');
  writeFileSync(join(folder, 'file'), '');
  const third = socketAt(join(folder, 'file'));
  read(third);
  await until(() => third.health().state === 'lost');
  expect(third.health().problem).toContain('something else than a socket');
  // A killed process leaves its socket.
  const left = join(folder, 'left.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(left)}, () => process.kill(process.pid, 'SIGKILL'))`;
  await new Promise((resolve) => spawn(process.execPath, ['-e', script]).on('close', resolve));
  expect(existsSync(left)).toBe(true);
  const fourth = socketAt(left);
  read(fourth);
  await until(() => fourth.health().state === 'reading', 'the left-over to be replaced');
}, 20_000);

test('a Unix socket makes writers wait for a slow engine', async () => {
  const path = join(folder, 'log.sock');
  const source = socketAt(path);
  const reading = read(source);
  await until(() => source.health().state === 'reading');
  reading.paused = true;
  const socket = connect(path);
  const block = `${LINE}\n`.repeat(1000);
  for (let n = 0; n < 50; n++) socket.write(block);
  socket.end();
  await until(() => source.health().lag >= 1000);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(source.health().lag).toBeLessThan(5000);
  reading.paused = false;
  await reading.lines(50_000);
});

test('datagrams of a Unix socket, by socat into the syslog source', async () => {
  if (!existsSync('/usr/bin/socat') || !existsSync('/usr/bin/logger')) {
    console.warn('skipped: socat or logger is not installed');
    return;
  }
  const source = createSyslog(
    syslogSettings.parse({ type: 'syslog', listen: '127.0.0.1:0', transport: ['udp'] }),
    context,
  );
  const reading = read(source);
  await until(() => source.ports().length > 0);
  const path = join(folder, 'dev-log');
  const socat = spawn('socat', ['-u', `UNIX-RECV:${path}`, `UDP-SENDTO:127.0.0.1:${source.ports()[0]}`]);
  await until(() => existsSync(path));
  for (let n = 0; n < 5; n++)
    execFileSync('logger', [
      '-u',
      path,
      '-t',
      'sshd',
      '--id=5',
      `Failed password for root from 203.0.113.${n} port 1 ssh2`,
    ]);
  await reading.lines(5);
  expect(reading.events().map((event) => event?.fields['source.ip'])).toEqual(
    [0, 1, 2, 3, 4].map((n) => `203.0.113.${n}`),
  );
  socat.kill();
});

test('CloudTrail: each file once, in order, also over restarts in the middle of one; a broken one is named', async () => {
  const put = (name: string, records: readonly number[], minutesAgo: number): string => {
    const path = join(folder, 'AWSLogs/2026', name);
    mkdirSync(join(folder, 'AWSLogs/2026'), { recursive: true });
    writeFileSync(path, gzipSync(JSON.stringify({ Records: records.map((n) => ({ n, pad: 'x'.repeat(2000) })) })));
    const at = new Date(Date.now() - minutesAgo * 60_000);
    utimesSync(path, at, at);
    return path;
  };
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
  const source = () =>
    createSource(
      sourceSettings.parse({ type: 'cloudtrail', path: join(folder, 'AWSLogs/**/*.json.gz'), from: 'start' }),
      context,
    );
  put('b.json.gz', range(1000, 1010), 5);
  put('a.json.gz', range(0, 1000), 10);
  const numbers = (reading: Reading): number[] => reading.texts.map((text) => (JSON.parse(text) as { n: number }).n);
  const first = read(source());
  await first.lines(100);
  await first.stop();
  const seen = first.texts.length;
  writeFileSync(join(folder, 'AWSLogs/2026/bad.json.gz'), 'no archive');
  utimesSync(join(folder, 'AWSLogs/2026/bad.json.gz'), new Date(), new Date(Date.now() - 60_000));
  const again = source();
  const second = read(again, JSON.parse(JSON.stringify(first.checkpoint)) as Checkpoint);
  await second.lines(1010 - seen);
  expect([...numbers(first), ...numbers(second)]).toEqual(range(0, 1010));
  await until(() => again.health().levels!.failed === 1);
  expect(again.health().problem).toContain('bad.json.gz');
  put('c.json.gz', range(1010, 1015), 1);
  await second.lines(1015 - seen);
  await second.stop();
  const third = read(source(), JSON.parse(JSON.stringify(second.checkpoint)) as Checkpoint);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(third.texts).toEqual([]);
}, 40_000);
