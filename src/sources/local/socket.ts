/**
 * Lines written to a Unix stream socket, ended by LF or counted as in RFC 6587. Datagram sockets are not offered: Node.js has none;
 * the guide shows how socat hands them to the syslog source.
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { LineBatch, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import type { QueueBounds } from '../stream/batch-queue.ts';
import { Intake } from '../stream/intake.ts';
import { listenSurely } from '../stream/try-again.ts';
import { receive } from '../syslog/receive.ts';
import { newTally } from '../syslog/tally.ts';
import type { SocketSettings } from './settings.ts';

/** A Unix socket as a source. */
export function createSocket(settings: SocketSettings, context: SourceContext, bounds?: QueueBounds): Source {
  const { path } = settings;
  const ref: SourceRef = {
    id: `socket:${path}`,
    program: settings.program ?? null,
    timezone: settings.timezone ?? null,
  };
  const intake = new Intake(context.now, bounds);
  const tally = newTally();
  const open = new Set<Socket>();
  let state: SourceState = 'waiting';
  let problem: string | null = null;

  async function listen(): Promise<Server> {
    await removeLeftOver(path);
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      open.add(socket);
      tally.connections = open.size;
      socket.on('close', () => {
        open.delete(socket);
        tally.connections = open.size;
      });
      receive(socket, ref, intake, tally);
    });
    server.maxConnections = settings.max_connections;
    server.on('drop', () => tally.refused++);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => resolve());
    });
    chmodSync(path, Number.parseInt(settings.mode, 8));
    return server;
  }

  async function* read(_resume: unknown, signal: AbortSignal): AsyncGenerator<LineBatch> {
    let server: Server | null = null;
    const stop = (): void => {
      for (const socket of open) socket.destroy();
      server?.close();
    };
    signal.addEventListener('abort', stop);
    try {
      const listening = async (): Promise<void> => {
        server = await listen();
      };
      await listenSurely({ ref, listen: path, context }, signal, listening, (found) => {
        state = found === null ? 'reading' : 'lost';
        problem = found;
      });
      yield* intake.drain(signal);
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  }

  const health = (): SourceHealth => {
    const { malformed, refused, connections, truncated } = tally;
    const levels = { connections };
    return {
      state,
      lag: intake.queue.lines,
      rotations: 0,
      truncated,
      problem,
      counts: { malformed, refused },
      levels,
    };
  };
  return { ref, read, health, textAt: (place) => intake.textAt(place) };
}

/** A socket that a killed process left behind is in the way; anything else, or one that is in use, is not ours. */
async function removeLeftOver(path: string): Promise<void> {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new Error('there is something else than a socket');
  const inUse = await new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
  if (inUse) throw Object.assign(new Error('in use'), { code: 'EADDRINUSE' });
  unlinkSync(path);
}
