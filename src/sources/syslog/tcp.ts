/** Syslog over TCP (RFC 6587) and TLS (RFC 5425); a full queue stops reading, so that the sender waits. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import type { SourceRef } from '../../model/line.ts';
import type { Fields } from '../../model/log-event.ts';
import type { Intake } from '../stream/intake.ts';
import type { Peers } from '../stream/peers.ts';
import { followCertificates, mayConnect, type TlsSettings, tlsOptions } from '../stream/tls.ts';
import { receive } from './receive.ts';
import type { Tally } from './tally.ts';
import type { Listener } from './udp.ts';

/** What a TCP or TLS listener is made of. */
export interface TcpParts {
  readonly host: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly tls: TlsSettings | null;
  readonly intake: Intake;
  readonly tally: Tally;
  readonly peers: Peers;
  onProblem(why: string): void;
}

/** A dead peer is noticed after this. */
const KEEP_ALIVE_MS = 60_000;

/** Opens the server. Rejects when it cannot be bound or a certificate cannot be read. */
export async function listenTcp(parts: TcpParts): Promise<Listener> {
  const { tally, tls } = parts;
  const open = new Set<Socket>();
  const accept = (socket: Socket): void => {
    socket.on('error', () => undefined);
    if (tls !== null) return;
    const peer = parts.peers.of(socket.remoteAddress ?? '');
    if (peer === null) refuse(socket, tally);
    else receive(socket, peer, parts.intake, tally);
  };
  const server: Server =
    tls === null
      ? createServer(accept)
      : createTlsServer(tlsOptions(tls), (socket) => {
          const peer = peerOfTls(socket, parts, tls);
          if (peer === null) refuse(socket, tally);
          else receive(socket, peer, parts.intake, tally);
        });
  server.maxConnections = parts.maxConnections;
  server.on('drop', () => tally.refused++);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    tally.connections = open.size;
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on('close', () => {
      open.delete(socket);
      tally.connections = open.size;
    });
  });
  // A client without the certificate it should have, or no TLS at all.
  server.on('tlsClientError', (_error: Error, socket: Socket) => {
    tally.refused++;
    socket.on('error', () => undefined);
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(parts.port, parts.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  server.on('error', (error) => parts.onProblem(error.message));
  const stopFollowing =
    tls === null ? () => undefined : followCertificates(server as never, tls, (why) => parts.onProblem(why));
  return {
    port: (server.address() as { port: number }).port,
    close() {
      stopFollowing();
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function refuse(socket: Socket, tally: Tally): void {
  tally.refused++;
  socket.destroy();
}

/** The peer with the name in its certificate (RFC 5425, section 5.2), or null when it may not send. */
function peerOfTls(socket: TLSSocket, { peers }: TcpParts, settings: TlsSettings): SourceRef | null {
  socket.on('error', () => undefined);
  const address = socket.remoteAddress ?? '';
  if (settings.client_ca === undefined) return settings.client_names.length > 0 ? null : peers.of(address);
  const certificate = socket.getPeerCertificate();
  const named = certificate.subject?.CN;
  const commonName = typeof named === 'string' ? named : null;
  if (!mayConnect(settings, commonName, certificate.subjectaltname ?? null)) return null;
  const fields: Fields = commonName === null ? {} : { 'tls.client.x509.subject.common_name': commonName };
  return peers.with(address, fields);
}
