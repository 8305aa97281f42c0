/** Against a real nats-server: JetStream by a durable consumer over restarts of both sides, and a plain subscription. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { connect as connectTcp, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { removeFolder } from '../../../test/labs/remove-folder.ts';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { silentLog } from '../../kit/log.ts';
import type { Checkpoint } from '../../model/line.ts';
import { createNats } from './nats.ts';
import { readDelivery } from './pull.ts';
import { natsSettings } from './settings.ts';

const SERVER = ['/usr/sbin/nats-server', '/usr/bin/nats-server', '/usr/local/bin/nats-server'].find(existsSync);
if (SERVER === undefined) console.warn('skipped: nats-server is not installed');

const folder = mkdtempSync(join(tmpdir(), 'bekci-nats-'));
let port = 0;
let server: ChildProcess;
let client: NatsConnection;
let readings: Reading[] = [];

async function startServer(): Promise<void> {
  server = spawn(SERVER!, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder, '--auth', 'secret'], {
    stdio: 'ignore',
  });
  let isUp = false;
  while (!isUp) {
    isUp = await new Promise((resolve) => {
      const socket = connectTcp(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (!isUp) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function stopServer(): Promise<void> {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGTERM');
  await ended;
}

const sourceOf = (settings: Record<string, unknown>) =>
  createNats(natsSettings.parse({ type: 'nats', servers: [`127.0.0.1:${port}`], token: 'secret', ...settings }), {
    log: silentLog,
    now: Date.now,
  });

function read(source: ReturnType<typeof sourceOf>, resume: Checkpoint | null = null): Reading {
  const reading = readSource(source, resume);
  readings.push(reading);
  return reading;
}

test('reads a delivery off its reply subject, old form and new, and nothing else', () => {
  const into = { seq: 0, count: 0, pending: 0 };
  expect(readDelivery('$JS.ACK.LOGS.b2.1.34512.7.1795510098000000000.12', into)).toBe(true);
  expect(into).toEqual({ seq: 34512, count: 7, pending: 12 });
  expect(readDelivery('$JS.ACK._.h4.LOGS.b2.1.34513.8.1795510098000000000.11.r4nd', into)).toBe(true);
  expect(into).toEqual({ seq: 34513, count: 8, pending: 11 });
  for (const other of [
    '_INBOX.a.1',
    '$JS.ACK.LOGS.b2.1.x.7.1.12',
    '$JS.ACK.LOGS.b2.1.2.3',
    `$JS.ACK.${'1.'.repeat(40)}`,
    '',
  ])
    expect(readDelivery(other, into)).toBe(false);
});

describe.skipIf(SERVER === undefined)('with nats-server', () => {
  beforeAll(async () => {
    port = await new Promise<number>((resolve) => {
      const probe = createServer().listen(0, '127.0.0.1', () => {
        const { port: free } = probe.address() as { port: number };
        probe.close(() => resolve(free));
      });
    });
    await startServer();
    client = await connect({
      servers: `127.0.0.1:${port}`,
      token: 'secret',
      maxReconnectAttempts: -1,
      reconnectTimeWait: 200,
    });
    await (await jetstreamManager(client)).streams.add({ name: 'LOGS', subjects: ['logs.>'] });
  });
  afterEach(async () => {
    for (const each of readings) await each.stop();
    readings = [];
  });
  afterAll(async () => {
    await client?.close();
    await stopServer();
    removeFolder(folder);
  });

  const publish = async (from: number, to: number): Promise<void> => {
    for (let n = from; n < to; n++) await jetstream(client).publish('logs.web', `line ${n}`);
  };
  const range = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, n) => `line ${from + n}`);

  test('reads a stream once, over restarts of the source and of the server', async () => {
    const settings = { stream: 'LOGS', subject: 'logs.>', durable: 'once', from: 'start' };
    await publish(0, 100);
    const first = read(sourceOf(settings));
    await first.lines(100);
    await first.stop();
    await publish(100, 150);
    // As after a crash: what was taken was not all told to the server.
    const source = sourceOf(settings);
    const second = read(source, JSON.parse(JSON.stringify(first.checkpoint)) as Checkpoint);
    await second.lines(50);
    await stopServer();
    await until(() => source.health().state === 'lost', 'the loss of the server');
    await startServer();
    await until(() => source.health().state === 'reading', 'the server');
    await publish(150, 200);
    await second.lines(100);
    expect([...first.texts, ...second.texts]).toEqual(range(0, 200));
    const manager = await jetstreamManager(client);
    await until(() => source.health().lag === 0);
    await expect
      .poll(async () => (await manager.consumers.info('LOGS', 'once')).ack_floor.stream_seq, { timeout: 10_000 })
      .toBe(200);
    const places = [...first.batches, ...second.batches].flatMap((batch) => batch.offsets);
    expect(new Set(places).size).toBe(200);
  }, 60_000);

  test('what was never acknowledged is not read twice', async () => {
    const settings = { stream: 'LOGS', subject: 'logs.>', durable: 'crash', from: 'start' };
    const source = sourceOf(settings);
    // An engine that takes but dies before it commits: nothing is acknowledged.
    const abort = new AbortController();
    const texts: string[] = [];
    let checkpoint: Checkpoint | null = null;
    for await (const batch of source.read(null, abort.signal)) {
      texts.push(...batch.texts);
      checkpoint = batch.checkpoint;
      if (texts.length >= 120) abort.abort();
    }
    const second = read(sourceOf(settings), checkpoint);
    await publish(200, 210);
    await until(() => texts.length + second.texts.length >= 210, 'all messages');
    expect([...texts, ...second.texts]).toEqual(range(0, 210));
  }, 60_000);

  test('records of log shippers, several lines in a message, lines too long', async () => {
    const source = sourceOf({ stream: 'LOGS', subject: 'logs.json', durable: 'json', from: 'start' });
    const record = {
      appname: 'sshd',
      host: 'web',
      message: 'Failed password for root from 203.0.113.7 port 1 ssh2',
      procid: 12,
      timestamp: '2026-11-24T08:48:18Z',
    };
    for (const body of [JSON.stringify(record), `a\nb\r\n\n`, 'x'.repeat(70_000), '', '{broken'])
      await jetstream(client).publish('logs.json', body);
    const reading = read(source);
    await reading.lines(5);
    expect(reading.events()[0]?.fields['source.ip']).toBe('203.0.113.7');
    expect(reading.texts.slice(1).map((text) => text.slice(0, 10))).toEqual(['a', 'b', 'x'.repeat(10), '{broken']);
    expect(source.health().truncated).toBe(1);
  }, 30_000);

  test('a slow engine holds the stream back', async () => {
    const source = sourceOf({ stream: 'LOGS', subject: 'logs.many', durable: 'slow', from: 'start' });
    for (let n = 0; n < 100_000; n++) {
      client.publish('logs.many', `many ${n}`);
      if (n % 5000 === 0) await client.flush();
    }
    await client.flush();
    const reading = read(source);
    reading.paused = true;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    reading.paused = false;
    await reading.lines(100_000);
    expect(reading.texts).toHaveLength(100_000);
    expect(reading.texts.at(-1)).toBe('many 99999');
  }, 60_000);

  test('a consumer that somebody deletes is made anew where we were', async () => {
    const source = sourceOf({ stream: 'LOGS', subject: 'logs.gone', durable: 'gone', from: 'start' });
    const reading = read(source);
    await jetstream(client).publish('logs.gone', 'one');
    await reading.lines(1);
    await (await jetstreamManager(client)).consumers.delete('LOGS', 'gone');
    await jetstream(client).publish('logs.gone', 'two');
    await reading.lines(2);
    expect(reading.texts).toEqual(['one', 'two']);
  }, 60_000);

  test('a plain subscription', async () => {
    const source = sourceOf({ subject: 'free.*' });
    const reading = read(source);
    await until(() => source.health().state === 'reading');
    await new Promise((resolve) => setTimeout(resolve, 300));
    client.publish('free.one', 'one');
    client.publish('free.two', 'two');
    await reading.lines(2);
    expect(reading.texts).toEqual(['one', 'two']);
  });

  test('says what is wrong: no stream, a wrong token', async () => {
    const missing = sourceOf({ stream: 'NONE', subject: 'x' });
    read(missing);
    await until(() => missing.health().problem !== null);
    expect(missing.health().problem).toContain('stream not found');
    const refused = sourceOf({ subject: 'x', token: 'wrong' });
    read(refused);
    await until(() => refused.health().problem !== null);
    expect(refused.health().problem).toMatch(/authoriz/i);
  });
});
