/**
 * Pulls messages from a durable JetStream consumer over the core connection (NATS ADR-13, ADR-37 "pull consumers"). The library's own
 * consumer makes some thirty objects of a message; this reads the three numbers that are needed off its reply subject.
 */
import type { Msg, NatsConnection } from '@nats-io/transport-node';

/** Asked for at most, and on their way. */
const MOST = 4096;
const EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5000;

/** What a delivered message says of itself. */
export interface Delivery {
  /** Place in the stream. */
  readonly seq: number;
  /** How many-th message this consumer was sent, from 1. */
  readonly count: number;
  /** Messages that wait on the server behind it. */
  readonly pending: number;
}

/** Hears of messages. */
export interface PullListener {
  /** Takes one; `delivery` is filled anew for each, `reply` is where it is acknowledged. */
  take(data: Uint8Array, reply: string, delivery: Delivery): void;
  /** Null while more may come, else what to wait for before asking for more. */
  room(): Promise<void> | null;
}

/** Reads until the connection closes. Rejects when the consumer is gone, the server silent, or a message was lost on its way. */
export async function pullFrom(
  connection: NatsConnection,
  stream: string,
  durable: string,
  listener: PullListener,
): Promise<void> {
  const inbox = `_INBOX.bekci-${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
  const next = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`;
  const delivery = { seq: 0, count: 0, pending: 0 };
  let expected = 1;
  /** Asked for and neither come nor given up by the server. */
  let open = 0;
  let heard = Date.now();
  let isWaiting = false;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });

  function ask(): void {
    if (isWaiting || open > MOST / 2 || connection.isClosed()) return;
    const room = listener.room();
    if (room !== null) {
      isWaiting = true;
      void room.then(() => {
        isWaiting = false;
        ask();
      });
      return;
    }
    const batch = MOST - open;
    // Nothing was due while nothing was asked for.
    if (open === 0) heard = Date.now();
    open = MOST;
    const request = { batch, expires: EXPIRES_MS * 1e6, idle_heartbeat: HEARTBEAT_MS * 1e6 };
    connection.publish(next, JSON.stringify(request), { reply: inbox });
  }

  function status(message: Msg): void {
    const { headers } = message;
    const code = headers?.code ?? 0;
    if (code === 100) return;
    const text = headers?.description ?? '';
    const left = Number(headers?.get('Nats-Pending-Messages') ?? '');
    // An ended request: its time is over (408), or the server ends it for a reason that passes (409 with what is left of it).
    if (code !== 408 && !(code === 409 && left > 0)) {
      fail(new Error(`the server says ${code} ${text}`.trim()));
      return;
    }
    // Servers of old do not say what is left: asking for too much does no harm.
    open = left > 0 ? Math.max(0, open - left) : 0;
    ask();
  }

  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => {
      if (error !== null && error !== undefined) return fail(error);
      heard = Date.now();
      const { reply } = message;
      if (reply === undefined || reply === '') return status(message);
      if (!readDelivery(reply, delivery)) return fail(new Error(`not a message of JetStream: ${reply.slice(0, 80)}`));
      open--;
      // One that was sent and did not arrive would come later, behind newer ones: begin anew where we are.
      if (delivery.count !== expected++)
        return fail(new Error('a message was lost on its way; reading again from the last one'));
      listener.take(message.data, reply, delivery);
      ask();
    },
  });
  const watch = setInterval(() => {
    if (open > 0 && Date.now() - heard > 3 * HEARTBEAT_MS) fail(new Error('no sign of life from the server'));
  }, HEARTBEAT_MS);
  watch.unref();
  try {
    ask();
    await Promise.race([connection.closed(), failed]);
  } finally {
    clearInterval(watch);
    subscription.unsubscribe();
  }
}

const numbers = new Float64Array(16);

/**
 * Reads `$JS.ACK.STREAM.CONSUMER.DELIVERED.SEQ.COUNT.TIME.PENDING`, which has `DOMAIN.ACCOUNT` before the stream on newer servers
 * (and a random token at the end): numbers stand at fixed places, names hold no dots.
 */
export function readDelivery(reply: string, into: { seq: number; count: number; pending: number }): boolean {
  if (!reply.startsWith('$JS.ACK.')) return false;
  let token = 0;
  let value = 0;
  for (let i = 0; i < reply.length; i++) {
    const code = reply.charCodeAt(i);
    if (code === 46) {
      numbers[token++] = value;
      value = 0;
      if (token === numbers.length) return false;
    } else value = code >= 48 && code <= 57 ? value * 10 + code - 48 : Number.NaN;
  }
  numbers[token++] = value;
  if (token !== 9 && token < 11) return false;
  const first = token === 9 ? 5 : 7;
  into.seq = numbers[first]!;
  into.count = numbers[first + 1]!;
  into.pending = numbers[first + 3]!;
  return into.seq > 0 && into.count > 0 && into.pending >= 0;
}
