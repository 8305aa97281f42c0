/** The engine's API: against Podman with real containers, and against a server that breaks off, repeats and lies. */
import { mkdtempSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openPodman, type Podman } from '../../../test/labs/podman.ts';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { silentLog } from '../../kit/log.ts';
import type { Checkpoint } from '../../model/line.ts';
import { createDocker } from './docker.ts';
import { LogFrames } from './log-frames.ts';
import { LogPosition } from './position.ts';
import { dockerSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-docker-'));
const podman = openPodman(folder);
if (typeof podman === 'string') console.warn(`skipped: ${podman}`);
const readings: Reading[] = [];

afterEach(async () => {
  for (const each of readings.splice(0)) await each.stop();
});
afterAll(() => {
  if (typeof podman !== 'string') podman.close();
  removeFolder(folder);
});

const sourceOf = (socket: string, more: Record<string, unknown> = {}) =>
  createDocker(dockerSettings.parse({ type: 'docker', socket, ...more }), { log: silentLog, now: Date.now });

function read(source: ReturnType<typeof sourceOf>, resume: Checkpoint | null = null): Reading {
  const reading = readSource(source, resume);
  readings.push(reading);
  return reading;
}

const saved = (reading: Reading): Checkpoint => JSON.parse(JSON.stringify(reading.checkpoint)) as Checkpoint;
const bodies = (reading: Reading): string[] => reading.texts.map((text) => text.split(' ').slice(3).join(' '));

describe.skipIf(typeof podman === 'string')('with Podman', () => {
  const engine = podman as Podman;
  beforeAll(() => engine.serve());

  test('reads containers that come, are made anew and stop, from both streams, long lines joined', async () => {
    const reading = read(sourceOf(engine.socket));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const first = engine.start(
      'web',
      'echo "Failed password for root from 203.0.113.7 port 22 ssh2"; echo problem >&2; head -c 40000 /dev/zero | tr "\\0" x; echo; sleep 100',
      '--label',
      'team=blue',
    );
    await reading.lines(3);
    engine.command('rm', '--force', '--time', '0', 'web');
    const second = engine.start('web', 'echo again; sleep 100');
    await reading.lines(4);
    expect(bodies(reading).sort()).toEqual(
      ['again', 'problem', 'x'.repeat(40_000), 'Failed password for root from 203.0.113.7 port 22 ssh2'].sort(),
    );
    expect(new Set(reading.streams.map((id) => id.split('#')[1]))).toEqual(
      new Set([`web/${first.slice(0, 12)}`, `web/${second.slice(0, 12)}`]),
    );
    expect(reading.batches[0]?.source.origin?.fields).toMatchObject({
      'container.id': first,
      'container.name': 'web',
      'container.labels.team': 'blue',
    });
    expect(reading.texts.find((text) => text.includes('problem'))).toContain(' stderr F ');
  }, 40_000);

  test('goes on after a restart and after the engine went away, without loss or doubling', async () => {
    engine.start(
      'counter',
      'i=0; while [ $i -lt 400 ]; do echo "line $i"; i=$((i+1)); [ $((i%20)) = 0 ] && sleep 0.3; done; sleep 100',
    );
    const one = read(sourceOf(engine.socket, { include: ['counter'], from: 'start' }));
    await one.lines(60);
    await one.stop();
    const two = read(sourceOf(engine.socket, { include: ['counter'], from: 'start' }), saved(one));
    await two.lines(60);
    engine.endService();
    await until(() => two.batches.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await engine.serve();
    await until(() => two.texts.some((text) => text.endsWith('line 399')), 'the last line');
    const all = [...bodies(one), ...bodies(two)];
    expect(all).toEqual(Array.from({ length: 400 }, (_, n) => `line ${n}`));
    const places = [...one.batches, ...two.batches].flatMap((batch) => batch.offsets);
    expect(places).toEqual(all.map((_, n) => n));
  }, 60_000);

  test('reads a container with a terminal', async () => {
    const reading = read(sourceOf(engine.socket, { include: ['tty'] }));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    engine.start('tty', 'echo one; echo two; sleep 100', '-t');
    await reading.lines(2);
    expect(bodies(reading)).toEqual(['one', 'two']);
  }, 30_000);
});

describe('with a server that misbehaves', () => {
  const ID = 'c0ffee'.repeat(10).padEnd(64, '0');
  let answerLogs: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const asked: string[] = [];
  const socket = join(folder, 'fake.sock');
  const server = createServer((request, response) => {
    const url = request.url!;
    asked.push(url);
    if (url.startsWith('/containers/json')) response.end(JSON.stringify([{ Id: ID, State: 'running' }]));
    else if (url.endsWith('/json'))
      response.end(
        JSON.stringify({ Name: '/db', Config: { Image: 'registry.example:5000/x/mariadb:11', Tty: false } }),
      );
    else if (url.startsWith('/events')) response.write('\n');
    else answerLogs(request, response);
  });
  beforeAll(() => new Promise<void>((resolve) => void server.listen(socket, resolve)));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const frame = (text: string, stream = 1): Buffer => {
    const head = Buffer.alloc(8);
    head[0] = stream;
    head.writeUInt32BE(Buffer.byteLength(text), 4);
    return Buffer.concat([head, Buffer.from(text)]);
  };
  const at = (n: number): string => `2026-11-24T08:00:00.${String(n).padStart(9, '0')}Z`;

  test('resumes by time where several entries share one, and joins pieces over a break', async () => {
    const half = 'h'.repeat(16_384);
    const entries = [
      frame(`${at(1)} a\n`),
      frame(`${at(2)} b\n`),
      frame(`${at(2)} c\n`, 2),
      frame(`${at(2)} d\n`),
      frame(`${at(3)} ${half}`),
      frame(`${at(4)} e\n`, 2),
    ];
    let calls = 0;
    answerLogs = (_, response) => {
      calls++;
      response.write(
        Buffer.concat(calls === 1 ? entries : [...entries, frame(`${at(5)} end\n`), frame(`${at(6)} f\n`)]),
      );
    };
    const one = read(sourceOf(socket, { from: 'start' }));
    await one.lines(5);
    await one.stop();
    const two = read(sourceOf(socket, { from: 'start' }), saved(one));
    await two.lines(2);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([...bodies(one), ...bodies(two)]).toEqual(['a', 'b', 'c', 'd', 'e', `${half}end`, 'f']);
    expect(asked.filter((url) => url.includes('/logs')).at(-1)).toContain('&since=1795507199');
    expect(one.batches[0]?.source.program).toBe('mariadb');
  }, 20_000);

  test('what was there before the first start is history, also for a container that was silent', async () => {
    answerLogs = (request, response) => {
      expect(request.url).toContain('since=');
      response.write(
        Buffer.concat([frame(`${at(1)} old\n`), frame(`${new Date(Date.now() + 1000).toISOString()} new\n`)]),
      );
    };
    const reading = read(sourceOf(socket));
    await reading.lines(1);
    expect(bodies(reading)).toEqual(['new']);
  });

  test('frames that are none, too long or without a time break nothing', async () => {
    const good = frame(`${new Date(Date.now() + 5000).toISOString()} good\n`);
    let calls = 0;
    answerLogs = (_, response) => {
      calls++;
      if (calls === 1) response.end(Buffer.from('HTML? No frames here, but long enough'));
      else response.write(Buffer.concat([frame('no time\n'), frame(`${at(1)} ${'z'.repeat(900_000)}\n`), good]));
    };
    const source = sourceOf(socket, { from: 'start' });
    const reading = read(source);
    await until(() => calls >= 1, 'the first try');
    // The next list comes with the next event or, as here, a new start; without a checkpoint it begins anew.
    await reading.stop();
    const again = read(source);
    await again.lines(2);
    expect(again.texts[0]!.length).toBeLessThan(66_000);
    expect(bodies(again)[1]).toBe('good');
    expect(source.health().truncated).toBeGreaterThanOrEqual(1);
    expect(source.health().counts?.malformed).toBeGreaterThanOrEqual(1);
  }, 20_000);

  test('cuts frames however they arrive', () => {
    const bytes = Buffer.concat([frame(`${at(1)} é one\n`), frame(`${at(2)} two\r\n`, 2), frame(`${at(3)} \n`)]);
    for (const size of [1, 3, 7, 1000]) {
      const frames = new LogFrames(false);
      const entries = [];
      for (let n = 0; n < bytes.length; n += size)
        entries.push(...frames.push(Buffer.from(bytes.subarray(n, n + size))));
      expect(entries.map(({ text, stream }) => `${stream} ${text}`)).toEqual(['stdout é one', 'stderr two', 'stdout ']);
    }
  });

  test('a position is whole seconds before the older stream, and exact', () => {
    const position = new LogPosition(null);
    const entry = (time: string, stream: 'stdout' | 'stderr' = 'stdout') => ({
      time,
      stream,
      isPartial: false,
      text: '',
    });
    expect(position.since).toBeNull();
    for (const time of ['2026-11-24T08:00:00.5Z', '2026-11-24T09:00:00.5+01:00'])
      expect(position.advance(entry(time))).toBe(true);
    expect(position.advance(entry('2026-11-24T07:59:59Z', 'stderr'))).toBe(true);
    expect(position.since).toBe(Date.parse('2026-11-24T07:59:58Z') / 1000);
    const again = new LogPosition(position.save());
    const answers = ['2026-11-24T08:00:00.5Z', '2026-11-24T08:00:00.500Z', '2026-11-24T08:00:00.500000Z'].map((time) =>
      again.advance(entry(time)),
    );
    expect(answers).toEqual([false, false, true]);
  });
});

test('waits for an engine that is not there', async () => {
  const source = sourceOf(join(folder, 'none.sock'));
  read(source);
  await until(() => source.health().problem !== null);
  expect(source.health()).toMatchObject({
    state: 'waiting',
    problem: `${join(folder, 'none.sock')} is not there (yet)`,
  });
});
