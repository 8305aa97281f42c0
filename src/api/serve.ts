/** The public HTTP door: `/health` and `/metrics` at once, the dashboard and its API loaded when first asked for. */
import { readFileSync, statSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { describeError, fail } from '../kit/errors.ts';
import { answerProbes, type ControlServer, listen, refuseProbe } from './control.ts';
import { createGuard } from './http/guard.ts';
import type { ApiParts } from './ports.ts';

const MAX_CONNECTIONS = 1024;
const CERT_EVERY_MS = 60_000;

/** Opens it on host:port. Throws API_LISTEN with a hint when the port is taken. */
export async function listenPublic(parts: ApiParts): Promise<ControlServer> {
  const { listen: where } = parts.http;
  const cut = where.lastIndexOf(':');
  const host = where.slice(0, cut).replace(/^\[|\]$/g, '');
  const guard = createGuard(parts.http);
  let loaded: Promise<{ readonly listener: RequestListener; close(): void }> | null = null;

  const answer: RequestListener = (req, res) => {
    try {
      guard.checkHost(req.headers.host);
    } catch (error) {
      return refuseProbe(res, describeError(error));
    }
    if (answerProbes(parts.engine, req, res)) return;
    loaded ??= load(parts);
    loaded.then(
      ({ listener }) => listener(req, res),
      (error: unknown) => {
        loaded = null;
        parts.log('error', 'the API cannot be loaded', { error: describeError(error) });
        res.writeHead(500).end();
      },
    );
  };
  const { server, stop } = openServer(parts, answer);
  // Slow senders hold nobody else: a whole request within ten seconds, few headers, many connections.
  server.headersTimeout = 10_000;
  server.maxHeadersCount = 100;
  const opened = await listen(server, { host, port: Number(where.slice(cut + 1)) }, where, MAX_CONNECTIONS).catch(
    (error: unknown) => {
      stop();
      throw error;
    },
  );
  return {
    address: opened.address,
    async close() {
      stop();
      (await loaded?.catch(() => null))?.close();
      await opened.close();
    },
  };
}

/** Plain or over TLS; a renewed certificate is taken over while it runs. Throws API_TLS for one that cannot be used. */
function openServer({ http: { tls }, log }: ApiParts, answer: RequestListener): { server: Server; stop(): void } {
  if (tls === null) return { server: createServer(answer), stop: () => undefined };
  const read = () => ({ cert: readFileSync(tls.cert), key: readFileSync(tls.key), minVersion: 'TLSv1.2' as const });
  const changed = (): number => statSync(tls.cert).mtimeMs + statSync(tls.key).mtimeMs;
  try {
    const server = createSecureServer(read(), answer);
    let known = changed();
    const timer = setInterval(() => {
      try {
        if (changed() === known) return;
        known = changed();
        server.setSecureContext(read());
        log('info', 'the renewed certificate is in use');
      } catch (error) {
        log('error', 'the certificate cannot be read anew; the one before stays', { error: describeError(error) });
      }
    }, CERT_EVERY_MS);
    timer.unref();
    return { server, stop: () => clearInterval(timer) };
  } catch (cause) {
    return fail('API_TLS', {
      message: `cannot serve over TLS: ${(cause as Error).message}`,
      hint: 'http.tls names a certificate and its key, PEM files that bekci may read',
      cause,
    });
  }
}

async function load(parts: ApiParts): Promise<{ listener: RequestListener; close(): void }> {
  const [{ createApp }, { getRequestListener }] = await Promise.all([
    import('./http/app.ts'),
    import('@hono/node-server'),
  ]);
  const app = createApp(parts);
  const listener = getRequestListener(app.hono.fetch, { overrideGlobalObjects: false });
  return { listener: listener as RequestListener, close: app.close };
}
