/** The public HTTP door: `/health` and `/metrics` at once, the dashboard and its API loaded when first asked for. */
import { createServer, type RequestListener } from 'node:http';
import { describeError } from '../kit/errors.ts';
import { answerProbes, type ControlServer, listen, refuseProbe } from './control.ts';
import { createGuard } from './http/guard.ts';
import type { ApiParts } from './ports.ts';

const MAX_CONNECTIONS = 1024;

/** Opens it on host:port. Throws API_LISTEN with a hint when the port is taken. */
export async function listenPublic(parts: ApiParts): Promise<ControlServer> {
  const { listen: where } = parts.http;
  const cut = where.lastIndexOf(':');
  const host = where.slice(0, cut).replace(/^\[|\]$/g, '');
  const guard = createGuard(parts.http);
  let loaded: Promise<{ readonly listener: RequestListener; close(): void }> | null = null;

  const server = createServer((req, res) => {
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
  });
  // Slow senders hold nobody else: a whole request within ten seconds, few headers, many connections.
  server.headersTimeout = 10_000;
  server.maxHeadersCount = 100;
  const opened = await listen(server, { host, port: Number(where.slice(cut + 1)) }, where, MAX_CONNECTIONS);
  return {
    address: opened.address,
    async close() {
      (await loaded?.catch(() => null))?.close();
      await opened.close();
    },
  };
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
