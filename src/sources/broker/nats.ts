/**
 * Lines from NATS: a JetStream stream by a durable consumer whose messages are acknowledged when they are on disk here, or a plain
 * subscription, which has no memory. The client library is loaded only where this source is used.
 */
import { readFileSync } from 'node:fs';
import type { NatsConnection, NodeConnectionOptions } from '@nats-io/transport-node';
import { resolveSecret } from '../../kit/secret.ts';
import type { Checkpoint, LineBatch, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth } from '../source.ts';
import { BatchQueue } from '../stream/batch-queue.ts';
import { LineMemory } from '../stream/line-memory.ts';
import { addPayload } from './payload.ts';
import { type Delivery, pullFrom } from './pull.ts';
import { createSessions } from './sessions.ts';
import type { NatsSettings } from './settings.ts';

/** Messages read together at most, and on their way without acknowledgement. */
const BATCH = 1024;
const MAX_UNACKNOWLEDGED = 100_000;
const ACK_WAIT_NS = 120 * 1_000_000_000;
/** A message takes so many places among offsets, as it may hold several lines. */
const LINES_A_MESSAGE = 16_384;

/** Tells the server, over the session a message came by, that it is on disk. */
type Acknowledge = (reply: string) => void;

/** A source over NATS. */
export function createNats(settings: NatsSettings, context: SourceContext): Source {
  const ref: SourceRef = {
    id: `nats:${settings.stream ?? ''}${settings.stream === undefined ? '' : '/'}${settings.subject}`,
    program: settings.program ?? null,
    timezone: settings.timezone ?? null,
  };
  const sessions = createSessions({
    ref,
    context,
    broker: 'NATS',
    servers: settings.servers,
    packages: '@nats-io/transport-node @nats-io/jetstream',
  });
  const queue = new BatchQueue();
  const memory = new LineMemory();
  /** Read and not yet acknowledged, by reply subject: the last message of each batch stands for all before it. */
  let unacknowledged: { readonly seq: number; readonly reply: string; readonly acknowledge: Acknowledge }[] = [];
  const counts = { messages: 0, skipped: 0, dropped: 0 };
  let truncated = 0;
  let waitingOnServer = 0;
  /** The newest sequence number taken, and of which stream (one made anew counts from 1). */
  let taken = { seq: 0, generation: '' };
  /** The newest that is on disk. */
  let storedSeq = 0;

  async function* read(resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    if (resume !== null) taken = { seq: Number(resume.seq), generation: String(resume.generation) };
    storedSeq = taken.seq;
    const running = sessions.run(signal, async (worked) => {
      try {
        await session(signal, worked);
      } finally {
        // What was not answered for comes again.
        unacknowledged = [];
      }
    });
    try {
      for await (const batch of queue.drain(signal)) {
        memory.remember(batch);
        yield batch;
      }
    } finally {
      await running;
    }
  }

  async function session(signal: AbortSignal, onOpen: () => void): Promise<void> {
    const { connect } = await import('@nats-io/transport-node');
    const connection = await connect(await optionsOf(settings));
    const stop = (): void => void connection.close().catch(() => undefined);
    signal.addEventListener('abort', stop);
    try {
      if (signal.aborted) return;
      const reading =
        settings.stream === undefined ? readPlain(connection) : readStream(connection, settings.stream, signal);
      onOpen();
      sessions.opened();
      await reading;
    } finally {
      signal.removeEventListener('abort', stop);
      await connection.close().catch(() => undefined);
    }
  }

  /** A subscription cannot make the sender wait: what does not fit is counted as lost. */
  async function readPlain(connection: NatsConnection): Promise<void> {
    taken = { seq: 0, generation: `run-${context.now().toString(36)}` };
    const gather = createGather(() => undefined);
    connection.subscribe(settings.subject, {
      callback: (error, { data }) => {
        if (error !== null && error !== undefined) sessions.complain(error.message);
        else if (queue.full) counts.dropped++;
        else gather.add(data, taken.seq + 1, null);
      },
    });
    await connection.closed();
    gather.flush();
  }

  async function readStream(connection: NatsConnection, stream: string, signal: AbortSignal): Promise<void> {
    await makeConsumer(connection, stream);
    const gather = createGather((reply) => {
      if (!connection.isClosed()) connection.publish(reply, '+ACK');
    });
    await pullFrom(connection, stream, settings.durable, {
      take(data: Uint8Array, reply: string, { seq, pending }: Delivery) {
        waitingOnServer = pending;
        gather.add(data, seq, reply);
      },
      room: () => (queue.full ? queue.waitForRoom(signal) : null),
    });
    gather.flush();
  }

  /**
   * Our own position is what counts, so the durable consumer is made anew from it: what the server still believes to be on its way
   * need not be waited for.
   */
  async function makeConsumer(connection: NatsConnection, stream: string): Promise<void> {
    const { AckPolicy, DeliverPolicy, jetstreamManager } = await import('@nats-io/jetstream');
    const manager = await jetstreamManager(connection);
    const { created, config } = await manager.streams.info(stream);
    if (config.retention === 'interest')
      throw new Error(`the stream ${stream} forgets what no consumer waits for: give it limits or workqueue retention`);
    const generation = `${stream}@${created}`;
    if (taken.generation !== generation) {
      taken = { seq: 0, generation };
      storedSeq = 0;
    }
    const before = await manager.consumers.info(stream, settings.durable).catch(() => null);
    const read = taken.seq > 0 ? taken.seq : before === null ? null : before.ack_floor.stream_seq;
    if (before !== null) await manager.consumers.delete(stream, settings.durable);
    await manager.consumers.add(stream, {
      durable_name: settings.durable,
      ack_policy: AckPolicy.All,
      ack_wait: ACK_WAIT_NS,
      max_ack_pending: MAX_UNACKNOWLEDGED,
      filter_subject: settings.subject,
      ...(read !== null
        ? { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: read + 1 }
        : { deliver_policy: settings.from === 'start' ? DeliverPolicy.All : DeliverPolicy.New }),
    });
  }

  /** Gathers what came in one turn of the event loop, up to a bound. */
  function createGather(acknowledge: Acknowledge) {
    let texts: string[] = [];
    let offsets: number[] = [];
    let lastSeq = 0;
    let lastReply: string | null = null;
    let isPlanned = false;
    const onCut = (): void => void truncated++;

    function flush(): void {
      isPlanned = false;
      if (lastSeq === 0) return;
      if (lastReply !== null) unacknowledged.push({ seq: lastSeq, reply: lastReply, acknowledge });
      const { generation } = taken;
      const checkpoint = { seq: lastSeq, generation };
      queue.push({ source: ref, generation, texts, offsets, checkpoint, readAt: context.now() });
      texts = [];
      offsets = [];
      lastSeq = 0;
    }

    function add(data: Uint8Array, seq: number, reply: string | null): void {
      counts.messages++;
      if (seq <= taken.seq) {
        // Sent again, as it was not acknowledged for long. What is on disk already is answered for at once.
        counts.skipped++;
        if (seq <= storedSeq && reply !== null) acknowledge(reply);
        return;
      }
      taken.seq = seq;
      lastSeq = seq;
      lastReply = reply;
      const count = addPayload(data, texts, onCut);
      for (let index = 0; index < count; index++) offsets.push(seq * LINES_A_MESSAGE + index);
      if (texts.length >= BATCH) flush();
      else if (!isPlanned) {
        isPlanned = true;
        setImmediate(flush);
      }
    }

    return { add, flush };
  }

  function committed(checkpoint: Checkpoint): void {
    const seq = Number(checkpoint.seq);
    storedSeq = seq;
    let count = 0;
    while (count < unacknowledged.length && unacknowledged[count]!.seq <= seq) count++;
    // One word for all before it.
    const newest = unacknowledged.splice(0, count).at(-1);
    newest?.acknowledge(newest.reply);
  }

  const health = (): SourceHealth => ({
    state: sessions.state,
    lag: queue.lines + waitingOnServer,
    rotations: 0,
    truncated,
    problem: sessions.problem,
    counts: { ...counts, reconnects: sessions.reconnects },
  });
  return { ref, read, health, committed, textAt: (place) => memory.textAt(place) };
}

async function optionsOf(settings: NatsSettings): Promise<NodeConnectionOptions> {
  const { credsAuthenticator } = await import('@nats-io/transport-node');
  const { servers, user, password, token, credentials, tls } = settings;
  return {
    servers: [...servers],
    name: 'bekci',
    // A new connection needs a new consumer: we come back ourselves.
    reconnect: false,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { pass: resolveSecret(password) }),
    ...(token === undefined ? {} : { token: resolveSecret(token) }),
    ...(credentials === undefined ? {} : { authenticator: credsAuthenticator(readFileSync(credentials)) }),
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ...(tls.ca && { caFile: tls.ca }),
            ...(tls.cert && { certFile: tls.cert }),
            ...(tls.key && { keyFile: tls.key }),
          },
        }),
  };
}
