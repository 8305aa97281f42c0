/**
 * Against librdkafka's mock cluster, which kcat carries and feeds: the real protocol of an independent implementation, though no real
 * broker. One of those is not among Debian's packages.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Reading, readSource, until } from '../../../test/labs/source-reader.ts';
import { silentLog } from '../../kit/log.ts';
import type { Checkpoint } from '../../model/line.ts';
import { createKafka } from './kafka.ts';
import { kafkaSettings } from './settings.ts';

const KCAT = ['/usr/bin/kcat', '/usr/bin/kafkacat'].find(existsSync);
if (KCAT === undefined) console.warn('skipped: kcat is not installed, so there is no Kafka protocol to speak');

let cluster: ChildProcessWithoutNullStreams;
let broker = '';
let readings: Reading[] = [];

const sourceOf = (settings: Record<string, unknown> = {}) =>
  createKafka(kafkaSettings.parse({ type: 'kafka', brokers: [broker], topics: ['logs'], from: 'start', ...settings }), {
    log: silentLog,
    now: Date.now,
  });

function read(source: ReturnType<typeof sourceOf>, resume: Checkpoint | null = null): Reading {
  const reading = readSource(source, resume);
  readings.push(reading);
  return reading;
}

describe.skipIf(KCAT === undefined)('with the mock cluster of librdkafka', () => {
  beforeAll(async () => {
    // The producer holds the cluster within itself; `-b` is replaced by it.
    cluster = spawn(KCAT!, [
      '-P',
      '-b',
      'mock:1',
      '-t',
      'logs',
      '-X',
      'test.mock.num.brokers=1',
      '-X',
      'linger.ms=5',
      '-d',
      'mock',
    ]);
    let said = '';
    cluster.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 100_000) said += chunk.toString();
    });
    await until(() => /bootstrap\.servers=(127\.0\.0\.1:\d+)/.test(said), 'the cluster');
    broker = /bootstrap\.servers=(127\.0\.0\.1:\d+)/.exec(said)![1]!;
  });
  afterEach(async () => {
    for (const each of readings) await each.stop();
    readings = [];
  });
  afterAll(() => void cluster?.kill('SIGKILL'));

  /** By a kcat of its own, which ends: the one that holds the cluster keeps what it reads in a buffer. */
  const produce = (from: number, to: number): Promise<unknown> => {
    const producer = spawn(KCAT!, ['-P', '-b', broker, '-t', 'logs', '-z', 'gzip']);
    producer.stdin.end(Array.from({ length: to - from }, (_, n) => `line ${from + n}\n`).join(''));
    return new Promise((resolve) => producer.on('close', resolve));
  };
  const all = (to: number): string[] => Array.from({ length: to }, (_, n) => `line ${n}`).sort();

  test('reads every partition once, over restarts', async () => {
    await produce(0, 500);
    const first = read(sourceOf({ group: 'one' }));
    await first.lines(500);
    await first.stop();
    await produce(500, 800);
    const second = read(sourceOf({ group: 'one' }), JSON.parse(JSON.stringify(first.checkpoint)) as Checkpoint);
    await second.lines(300);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect([...first.texts, ...second.texts].sort()).toEqual(all(800));
    // What the group was told is of no weight beside our own positions: another group, same answer.
    await second.stop();
    await produce(800, 900);
    const third = read(sourceOf({ group: 'two' }), JSON.parse(JSON.stringify(second.checkpoint)) as Checkpoint);
    await third.lines(100);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(third.texts).toHaveLength(100);
    const places = [...first.batches, ...second.batches, ...third.batches].flatMap((batch) =>
      batch.offsets.map((offset) => `${batch.generation}:${offset}`),
    );
    expect(new Set(places).size).toBe(900);
  }, 60_000);

  test('a slow engine holds the topic back', async () => {
    const source = sourceOf({ group: 'slow' });
    const reading = read(source);
    await reading.lines(1);
    reading.paused = true;
    await produce(900, 20_000);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    reading.paused = false;
    await reading.lines(20_000);
    expect([...new Set(reading.texts)]).toHaveLength(20_000);
  }, 60_000);
});

test('says what is wrong where no broker answers', async () => {
  const source = createKafka(kafkaSettings.parse({ type: 'kafka', brokers: ['127.0.0.1:1'], topics: ['x'] }), {
    log: silentLog,
    now: Date.now,
  });
  const reading = readSource(source);
  await until(() => source.health().problem !== null);
  expect(source.health()).toMatchObject({ state: 'waiting' });
  expect(source.health().problem).toContain('127.0.0.1:1');
  await reading.stop();
}, 40_000);
