/** A local server that speaks the documented exchange of Cloudflare's Lists API: tokens, pages, one bulk operation at a time. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test may look at and change. */
export interface CloudflareServer {
  readonly url: string;
  readonly items: Map<string, { id: string; ip: string; comment?: string }>;
  readonly calls: string[];
  /** Answers the next so many calls with 429. */
  busy: number;
  close(): void;
}

/** Starts it; items of others are there from the beginning. */
export async function startCloudflare(token: string): Promise<CloudflareServer> {
  const items: CloudflareServer['items'] = new Map([['other', { id: 'other', ip: '192.0.2.99', comment: 'by hand' }]]);
  const operations = new Map<string, { polls: number; work: () => void; done: boolean }>();
  const calls: string[] = [];
  let number = 0;
  const state = { busy: 0 };

  function begin(work: () => void): unknown {
    if ([...operations.values()].some((each) => !each.done)) return null;
    const id = `op${++number}`;
    operations.set(id, { polls: 0, work, done: false });
    return { operation_id: id };
  }

  const server = createServer(async (req, res) => {
    const url = new URL(req.url ?? '', 'http://x');
    calls.push(`${req.method} ${url.pathname}`);
    const answer = (status: number, result: unknown, more: object = {}, error = ''): void => {
      res.writeHead(status, { 'content-type': 'application/json', ...(status === 429 ? { 'retry-after': '1' } : {}) });
      const errors = error === '' ? [] : [{ code: 10000, message: error }];
      res.end(JSON.stringify({ success: status < 300, errors, messages: [], result, ...more }));
    };
    const body = await readBody(req);
    if (req.headers.authorization !== `Bearer ${token}`) return answer(403, null, {}, 'Authentication error');
    if (state.busy > 0) {
      state.busy--;
      return answer(429, null, {}, 'rate limited');
    }
    const operation = /bulk_operations\/(\w+)$/.exec(url.pathname)?.[1];
    if (operation !== undefined) {
      const known = operations.get(operation);
      if (known === undefined) return answer(404, null, {}, 'no such operation');
      if (++known.polls === 2) {
        known.work();
        known.done = true;
      }
      return answer(200, { id: operation, status: known.done ? 'completed' : 'running' });
    }
    if (!url.pathname.endsWith('/items')) return answer(200, { id: 'l', kind: 'ip', name: 'bekci' });
    if (req.method === 'GET') {
      const all = [...items.values()];
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const size = Number(url.searchParams.get('per_page') ?? 25);
      const next = from + size < all.length ? { cursors: { after: String(from + size) } } : {};
      return answer(200, all.slice(from, from + size), { result_info: next });
    }
    const begun =
      req.method === 'POST'
        ? begin(() => {
            for (const item of body as { ip: string; comment?: string }[]) {
              const id = `i${++number}`;
              items.set(id, { id, ...item });
            }
          })
        : begin(() => {
            for (const { id } of (body as { items: { id: string }[] }).items) items.delete(id);
          });
    if (begun === null) return answer(400, null, {}, 'there is a pending bulk operation');
    return answer(200, begun);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/client/v4`,
    items,
    calls,
    get busy() {
      return state.busy;
    },
    set busy(value) {
      state.busy = value;
    },
    close: () => server.close(),
  };
}

async function readBody(req: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of req) parts.push(part as Buffer);
  return parts.length === 0 ? null : JSON.parse(Buffer.concat(parts).toString('utf8'));
}
