/**
 * Lines pushed by HTTP: NDJSON, JSON arrays, plain text, OTLP logs, Loki's and Elasticsearch's formats. A request is answered when its
 * lines are taken or on disk; a full queue is answered 429, so that the sender keeps them and comes again.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { resolveSecret } from '../../kit/secret.ts';
import type { Checkpoint, LineBatch, SourceRef } from '../../model/line.ts';
import type { Source, SourceContext, SourceHealth, SourceState } from '../source.ts';
import type { QueueBounds } from '../stream/batch-queue.ts';
import { Intake } from '../stream/intake.ts';
import { parseListen } from '../stream/listen-address.ts';
import { createPeers } from '../stream/peers.ts';
import { followCertificates, mayConnect, tlsOptions } from '../stream/tls.ts';
import { listenSurely } from '../stream/try-again.ts';
import { Refused, readBody } from './body.ts';
import type { Parsed } from './pushed.ts';
import { type Answer, elasticGreeting, parseRequest } from './routes.ts';
import type { HttpSettings } from './settings.ts';
import { createStreams } from './streams.ts';

/** Requests' bytes held at once, as a multiple of max_body. */
const BUDGET_BODIES = 8;
const MAX_CONNECTIONS = 1024;

/** A source that listens. */
export interface HttpSource extends Source {
  /** 0 while it does not. */
  port(): number;
}

/** An HTTP intake as a source. */
export function createHttp(settings: HttpSettings, context: SourceContext, bounds?: QueueBounds): HttpSource {
  const ref: SourceRef = {
    id: `http:${settings.listen}`,
    program: settings.program ?? null,
    timezone: settings.timezone ?? null,
  };
  const intake = new Intake(context.now, bounds);
  const peers = createPeers(ref, settings);
  const streamOf = createStreams(peers);
  const token = settings.token === undefined ? null : digest(resolveSecret(settings.token));
  const budget = { left: settings.max_body * BUDGET_BODIES };
  const counts = { requests: 0, malformed: 0, refused: 0, pushedBack: 0 };
  /** Requests that wait for the disk, in the order of what they brought. */
  const waiting: { readonly upTo: number; resolve(): void }[] = [];
  let truncated = 0;
  let active = 0;
  let state: SourceState = 'waiting';
  let problem: string | null = null;
  let server: Server | null = null;
  let isClosing = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0]!;
    const address = request.socket.remoteAddress ?? '';
    checkSender(request, address);
    if (request.method === 'GET' || request.method === 'HEAD') {
      const greeting = path === '/health' ? '{"status":"ok"}' : elasticGreeting(path);
      if (greeting === null) throw new Refused(404, 'lines are sent by POST');
      response.setHeader('x-elastic-product', 'Elasticsearch');
      answer(response, { status: 200, type: 'application/json', body: greeting });
      return;
    }
    if (request.method !== 'POST' && request.method !== 'PUT') throw new Refused(405, 'lines are sent by POST');
    if (isClosing) throw new Refused(503, 'stopping');
    if (active >= settings.max_requests || intake.queue.full) throw new Refused(429, 'busy; send it again');
    active++;
    try {
      await takeBody(request, response, path, address);
    } finally {
      active--;
    }
  }

  async function takeBody(request: IncomingMessage, response: ServerResponse, path: string, address: string) {
    const { bytes, release } = await readBody(request, settings.max_body, budget);
    let done: Promise<void>;
    let said: Answer;
    try {
      const made = parseRequest(path, request.headers, bytes, settings.max_body);
      said = made.answer;
      done = hand(made.parsed, address);
    } finally {
      release();
    }
    await done;
    counts.requests++;
    response.setHeader('x-elastic-product', 'Elasticsearch');
    answer(response, said);
  }

  /** Queues all groups; resolves when the last is taken, or on disk. */
  function hand(parsed: Parsed, address: string): Promise<void> {
    truncated += parsed.truncated;
    counts.malformed += parsed.malformed;
    const groups = parsed.groups.filter(({ texts }) => texts.length > 0);
    if (groups.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const last = groups.at(-1);
      for (const group of groups) {
        const stream = streamOf(address, group.labels) ?? ref;
        const taken = group === last ? resolve : undefined;
        if (settings.confirm === 'taken') intake.push(stream, group.texts, taken);
        else intake.push(stream, group.texts);
      }
      if (settings.confirm === 'stored') waiting.push({ upTo: intake.received, resolve });
    });
  }

  function checkSender(request: IncomingMessage, address: string): void {
    if (peers.of(address) === null) throw new Refused(403, 'this address may not send (peers)');
    if (token === null) return;
    const given = givenToken(request.headers.authorization ?? '');
    if (given === null || !timingSafeEqual(digest(given), token)) throw new Refused(401, 'a wrong token, or none');
  }

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    response.on('error', () => undefined);
    handle(request, response).catch((error: unknown) => {
      const refused = error instanceof Refused ? error : new Refused(400, 'the request broke off');
      if (refused.status === 429 || refused.status === 503) counts.pushedBack++;
      else counts.refused++;
      if (refused.status === 401) response.setHeader('www-authenticate', 'Bearer');
      if (refused.status === 429 || refused.status === 503) response.setHeader('retry-after', '1');
      // What is left of the body is not read.
      response.setHeader('connection', 'close');
      const body = JSON.stringify({ error: refused.message });
      answer(response, { status: refused.status, type: 'application/json', body });
    });
  }

  async function open(): Promise<void> {
    const { host, port } = parseListen(settings.listen);
    const { tls } = settings;
    const made: Server = tls === undefined ? createServer(onRequest) : createTlsServer(tlsOptions(tls), onRequest);
    made.maxConnections = MAX_CONNECTIONS;
    made.requestTimeout = 60_000;
    made.headersTimeout = 10_000;
    if (tls !== undefined)
      made.on('secureConnection', (socket) => {
        const { subject, subjectaltname } = socket.getPeerCertificate();
        const named = typeof subject?.CN === 'string' ? subject.CN : null;
        if (!mayConnect(tls, named, subjectaltname ?? null)) socket.destroy();
      });
    made.on('tlsClientError', () => counts.refused++);
    await new Promise<void>((resolve, reject) => {
      made.once('error', reject);
      made.listen(port, host, () => resolve());
    });
    made.on('error', (error) => context.log('warn', 'http source', { source: ref.id, problem: error.message }));
    const stop =
      tls === undefined
        ? () => undefined
        : followCertificates(made as never, tls, (why) => context.log('warn', 'http source', { problem: why }));
    made.on('close', stop);
    server = made;
  }

  async function openSurely(signal: AbortSignal): Promise<void> {
    await listenSurely({ ref, listen: settings.listen, context }, signal, open, (found) => {
      state = found === null ? 'reading' : 'lost';
      problem = found;
    });
  }

  async function* read(_resume: Checkpoint | null, signal: AbortSignal): AsyncGenerator<LineBatch> {
    isClosing = false;
    // Requests that wait are still answered if the engine is quick; new ones are not taken.
    const stop = (): void => {
      isClosing = true;
      server?.close();
    };
    signal.addEventListener('abort', stop);
    try {
      await openSurely(signal);
      yield* intake.drain(signal);
    } finally {
      signal.removeEventListener('abort', stop);
      isClosing = true;
      const closing = server;
      server = null;
      closing?.close();
      // Senders that wait hear nothing and send again.
      closing?.closeAllConnections();
    }
  }

  function committed(checkpoint: Checkpoint): void {
    const received = Number(checkpoint.received);
    let count = 0;
    while (count < waiting.length && waiting[count]!.upTo <= received) count++;
    for (const each of waiting.splice(0, count)) each.resolve();
  }

  const health = (): SourceHealth => ({ state, lag: intake.queue.lines, rotations: 0, truncated, problem, counts });
  return {
    ref,
    read,
    committed,
    health,
    textAt: (place) => intake.textAt(place),
    port: () => (server?.address() as { port: number } | null | undefined)?.port ?? 0,
  };
}

function answer(response: ServerResponse, { status, type, body }: Answer): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, type === undefined ? {} : { 'content-type': type });
  response.end(body);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The token of `Bearer`, Elasticsearch's `ApiKey`, or the password of `Basic`. */
function givenToken(header: string): string | null {
  const [, kind, value] = /^(Bearer|ApiKey|Basic) (\S{1,4096})$/i.exec(header) ?? [];
  if (kind === undefined || value === undefined) return null;
  if (kind.toLowerCase() !== 'basic') return value;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}
