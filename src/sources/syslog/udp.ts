/** Syslog over UDP (RFC 5426): one datagram is one message; what cannot be kept is counted. */
import { createSocket, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { SourceRef } from '../../model/line.ts';
import type { Intake } from '../stream/intake.ts';
import { textOf } from './framer.ts';
import { kernelDrops } from './kernel-drops.ts';
import { messageText } from './message.ts';
import type { Tally } from './tally.ts';

const DROPS_EVERY_MS = 2000;
/** Longest message kept, in bytes; a datagram may hold 65507. */
const MAX_BYTES = 65_536;

/** What a UDP listener is made of. */
export interface UdpParts {
  readonly host: string;
  readonly port: number;
  readonly receiveBuffer: number;
  readonly intake: Intake;
  readonly tally: Tally;
  peerOf(address: string): SourceRef | null;
}

/** An open listener. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** Opens the socket. Rejects when it cannot be bound. */
export async function listenUdp(parts: UdpParts): Promise<Listener> {
  const { intake, tally } = parts;
  const socket = createSocket({ type: isIPv6(parts.host) ? 'udp6' : 'udp4', recvBufferSize: parts.receiveBuffer });
  let waiting = new Map<SourceRef, string[]>();
  let count = 0;

  function hand(): void {
    const now = waiting;
    waiting = new Map();
    count = 0;
    for (const [peer, texts] of now) intake.push(peer, texts);
  }

  socket.on('message', (bytes, { address }) => {
    const peer = parts.peerOf(address);
    if (peer === null) {
      tally.refused++;
      return;
    }
    if (intake.queue.full) {
      tally.dropped++;
      return;
    }
    const text = messageText(textOf(bytes, 0, Math.min(bytes.length, MAX_BYTES)));
    if (text === null || text === '') {
      tally.malformed++;
      return;
    }
    const texts = waiting.get(peer);
    if (texts === undefined) waiting.set(peer, [text]);
    else texts.push(text);
    // Those of one turn of the event loop go together.
    if (count++ === 0) setImmediate(hand);
  });
  await bound(socket, parts);
  const { port } = socket.address();
  const before = kernelDrops(port) ?? 0;
  const timer = setInterval(() => {
    const drops = kernelDrops(port);
    if (drops !== null) tally.kernelDropped = drops - before;
  }, DROPS_EVERY_MS);
  return {
    port,
    close() {
      clearInterval(timer);
      hand();
      const drops = kernelDrops(port);
      if (drops !== null) tally.kernelDropped = drops - before;
      return new Promise((resolve) => socket.close(() => resolve()));
    },
  };
}

function bound(socket: Socket, { host, port }: UdpParts): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    socket.bind(port, host, () => {
      socket.removeAllListeners('error');
      // A sender that is gone answers with ICMP; nothing follows from it.
      socket.on('error', () => undefined);
      resolve();
    });
  });
}
