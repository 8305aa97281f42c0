/**
 * A syslog server: RFC 3164 and RFC 5424 at once, over UDP, TCP or TLS. The peer's address is who sent a line; the host a line
 * claims is only kept. Nothing is read again after a restart, as senders keep nothing.
 */
import type { LineBatch, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import type { QueueBounds } from '../stream/batch-queue.ts';
import { Intake } from '../stream/intake.ts';
import { parseListen } from '../stream/listen-address.ts';
import { createPeers } from '../stream/peers.ts';
import { listenSurely } from '../stream/try-again.ts';
import type { SyslogSettings } from './settings.ts';
import { newTally } from './tally.ts';
import { listenTcp } from './tcp.ts';
import { type Listener, listenUdp } from './udp.ts';

/** A source that listens; `ports` tells where, once it does. */
export interface SyslogSource extends Source {
  ports(): readonly number[];
}

/** A syslog server as a source. */
export function createSyslog(settings: SyslogSettings, context: SourceContext, bounds?: QueueBounds): SyslogSource {
  const ref: SourceRef = {
    id: `syslog:${settings.listen}/${settings.transport.join('+')}`,
    program: settings.program ?? null,
    timezone: settings.timezone ?? null,
  };
  const { host, port } = parseListen(settings.listen);
  const intake = new Intake(context.now, bounds);
  const tally = newTally();
  const peers = createPeers(ref, settings);
  let listeners: Listener[] = [];
  let state: SourceState = 'waiting';
  let problem: string | null = null;

  async function open(): Promise<void> {
    const tls = settings.tls ?? null;
    for (const transport of settings.transport) {
      // Both share the port that the kernel chose for the first.
      const at = port === 0 ? (listeners[0]?.port ?? 0) : port;
      const common = { host, port: at, intake, tally };
      if (transport === 'udp')
        listeners.push(
          await listenUdp({
            ...common,
            receiveBuffer: settings.receive_buffer,
            peerOf: (address) => peers.of(address),
          }),
        );
      else
        listeners.push(
          await listenTcp({
            ...common,
            peers,
            tls: transport === 'tls' ? tls : null,
            maxConnections: settings.max_connections,
            onProblem: (why) => context.log('warn', 'syslog server', { source: ref.id, problem: why }),
          }),
        );
    }
  }

  async function close(): Promise<void> {
    const all = listeners;
    listeners = [];
    for (const each of all) await each.close();
  }

  async function openSurely(signal: AbortSignal): Promise<void> {
    await listenSurely(
      { ref, listen: settings.listen, context },
      signal,
      () =>
        open().catch(async (error) => {
          await close();
          throw error;
        }),
      (found) => {
        state = found === null ? 'reading' : 'lost';
        problem = found;
      },
    );
  }

  async function* read(_resume: unknown, signal: AbortSignal): AsyncGenerator<LineBatch> {
    // Nothing more comes in, and what came is still walked.
    const stop = (): void => void close();
    signal.addEventListener('abort', stop);
    try {
      await openSurely(signal);
      yield* intake.drain(signal);
    } finally {
      signal.removeEventListener('abort', stop);
      await close();
    }
  }

  const health = (): SourceHealth => {
    const { truncated, connections, ...counts } = tally;
    const levels = { connections };
    return { state, lag: intake.queue.lines, rotations: 0, truncated, problem, counts, levels };
  };
  return {
    ref,
    read,
    health,
    textAt: (place) => intake.textAt(place),
    ports: () => listeners.map((each) => each.port),
  };
}
