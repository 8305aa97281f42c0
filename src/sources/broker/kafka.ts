/**
 * Lines from Kafka topics. Positions are kept in our own transaction, and told to the group when they are on disk, so that its lag can
 * be watched. The client library is loaded only where this source is used.
 */
import { readFileSync } from 'node:fs';
import type { Consumer, EachBatchPayload, KafkaConfig } from 'kafkajs';
import { resolveSecret } from '../../kit/secret.ts';
import type { Checkpoint, LineBatch, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth } from '../source.ts';
import { BatchQueue } from '../stream/batch-queue.ts';
import { LineMemory } from '../stream/line-memory.ts';
import { pause } from '../stream/pause.ts';
import { addPayload } from './payload.ts';
import { createSessions } from './sessions.ts';
import type { KafkaSettings } from './settings.ts';

const HEARTBEAT_MS = 3000;
/** How long a broker may hold an answer back for more to come. */
const MAX_WAIT_MS = 500;
/** A member not heard of for so long is replaced. */
const SESSION_MS = 10_000;
const LEAVE_MS = 2000;
const LINES_A_MESSAGE = 16_384;
/** Partitions whose positions are kept. */
const MAX_PARTITIONS = 4096;

/** A source over topics. */
export function createKafka(settings: KafkaSettings, context: SourceContext): Source {
  const ref: SourceRef = {
    id: `kafka:${settings.topics.join(',')}`,
    program: settings.program ?? null,
    timezone: settings.timezone ?? null,
  };
  const sessions = createSessions({
    ref,
    context,
    broker: 'Kafka',
    servers: settings.brokers,
    packages: 'kafkajs',
  });
  const queue = new BatchQueue();
  const memory = new LineMemory();
  const counts = { messages: 0, skipped: 0 };
  /** `topic/partition` to the next offset to read. */
  let positions: Record<string, string> = {};
  /** The same, ahead of what the engine has taken. */
  const ahead = new Map<string, bigint>();
  let consumer: Consumer | null = null;
  let isSeeking = false;
  let truncated = 0;
  let behind = 0;

  async function* read(resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    positions = Object.fromEntries(Object.entries(resume ?? {}).map(([place, offset]) => [place, String(offset)]));
    for (const [place, offset] of Object.entries(positions)) ahead.set(place, BigInt(offset));
    const running = sessions.run(signal, (worked) => session(signal, worked));
    try {
      for await (const batch of queue.drain(signal)) {
        memory.remember(batch);
        positions = { ...positions, [batch.generation]: String(batch.checkpoint.next) };
        yield { ...batch, checkpoint: positions };
      }
    } finally {
      await running;
    }
  }

  async function session(signal: AbortSignal, onOpen: () => void): Promise<void> {
    const { default: kafkajs } = await import('kafkajs');
    const kafka = new kafkajs.Kafka(configOf(settings));
    // It tries again itself only for a while; then we begin anew.
    const made = kafka.consumer({
      groupId: settings.group,
      retry: { retries: 3 },
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: MAX_WAIT_MS,
      sessionTimeout: SESSION_MS,
    });
    const crashed = new Promise<Error | null>((resolve) => {
      made.on(made.events.CRASH, ({ payload }) => resolve(payload.error));
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
    const begin = async (): Promise<void> => {
      await made.connect();
      await made.subscribe({ topics: [...settings.topics], fromBeginning: settings.from === 'start' });
      isSeeking = true;
      await made.run({ autoCommit: false, eachBatch: (payload) => takeBatch(payload, signal) });
      goOn(made);
      isSeeking = false;
      consumer = made;
      sessions.opened();
      onOpen();
    };
    try {
      // Joining a group may take long; stopping must not wait for it.
      await Promise.race([begin(), crashed]);
      const error = signal.aborted ? null : await crashed;
      if (error !== null) throw error;
    } finally {
      consumer = null;
      const left = made.disconnect().catch(() => undefined);
      await Promise.race([left, pause(LEAVE_MS, new AbortController().signal)]);
    }
  }

  /** Our own positions are nearer the truth than those told to the group. */
  function goOn(made: Consumer): void {
    for (const [place, offset] of ahead) made.seek({ ...partitionOf(place), offset: String(offset) });
  }

  async function takeBatch(
    { batch, heartbeat, isRunning, isStale }: EachBatchPayload,
    signal: AbortSignal,
  ): Promise<void> {
    // What comes before the positions are set is read again from there.
    if (isSeeking) return;
    const place = `${batch.topic}/${batch.partition}`;
    const texts: string[] = [];
    const offsets: number[] = [];
    let next = ahead.get(place) ?? 0n;
    for (const { offset, value } of batch.messages) {
      const at = BigInt(offset);
      counts.messages++;
      if (at < next) {
        counts.skipped++;
        continue;
      }
      next = at + 1n;
      if (value === null) continue;
      const count = addPayload(value, texts, () => void truncated++);
      for (let index = 0; index < count; index++) offsets.push(Number(at) * LINES_A_MESSAGE + index);
    }
    if (signal.aborted || !isRunning() || isStale()) return;
    behind = Number(batch.offsetLag());
    if (ahead.size < MAX_PARTITIONS || ahead.has(place)) ahead.set(place, next);
    const beating = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const checkpoint = { next: String(next) };
      await queue.handOver(
        { source: ref, generation: place, texts, offsets, checkpoint, readAt: context.now() },
        signal,
      );
    } finally {
      clearInterval(beating);
    }
  }

  function committed(checkpoint: Checkpoint): void {
    const offsets = Object.entries(checkpoint).map(([place, offset]) => ({
      ...partitionOf(place),
      offset: String(offset),
    }));
    // For those who watch the group; what we go on from is our own.
    consumer?.commitOffsets(offsets).catch(() => undefined);
  }

  const health = (): SourceHealth => ({
    state: sessions.state,
    lag: queue.lines + behind,
    rotations: 0,
    truncated,
    problem: sessions.problem,
    counts: { ...counts, reconnects: sessions.reconnects },
  });
  return { ref, read, health, committed, textAt: (place) => memory.textAt(place) };
}

function partitionOf(place: string): { readonly topic: string; readonly partition: number } {
  const cut = place.lastIndexOf('/');
  return { topic: place.slice(0, cut), partition: Number(place.slice(cut + 1)) };
}

function configOf({ brokers, sasl, tls }: KafkaSettings): KafkaConfig {
  return {
    clientId: 'bekci',
    brokers: [...brokers],
    logLevel: 0,
    retry: { retries: 2 },
    ...(tls === undefined
      ? {}
      : {
          ssl: {
            ...(tls.ca === undefined ? {} : { ca: [readFileSync(tls.ca)] }),
            ...(tls.cert === undefined ? {} : { cert: readFileSync(tls.cert) }),
            ...(tls.key === undefined ? {} : { key: readFileSync(tls.key) }),
          },
        }),
    ...(sasl === undefined
      ? {}
      : {
          sasl: { mechanism: sasl.mechanism as 'plain', username: sasl.user, password: resolveSecret(sasl.password) },
        }),
  };
}
