/**
 * The live stream: one look at the numbered changes serves all clients, each text is made once, and a client that reads too
 * slowly is passed over and told to read the lists anew instead of holding the others or filling memory.
 */
import { fail } from '../kit/errors.ts';
import type { Given } from './contract.ts';
import { type Call, callerOf, identify } from './http/call.ts';
import { eventOf, lastOfEach, sseText, toStatus } from './live-events.ts';
import type { ApiParts } from './ports.ts';

const LOOK_EVERY_MS = 200;
const STATUS_EVERY_MS = 2_000;
const CHECK_EVERY_MS = 10_000;
const MAX_CLIENTS = 512;
/** Bytes that may wait for one client. */
const MAX_WAITING = 512 * 1024;
/** Changes told at once; more in one look is a flood, and the lists are read anew. */
const MAX_AT_ONCE = 500;

interface Client {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** True while what it was sent waits; it gets `resync` when it has caught up. */
  behind: boolean;
  isAllowed(): boolean;
}

/** The stream's server. */
export interface Live {
  open(call: Call): Response;
  readonly clients: number;
  close(): void;
}

/** A live stream over the store's changes. */
export function createLive(parts: Pick<ApiParts, 'api' | 'engine' | 'now' | 'log'>): Live {
  const clients = new Set<Client>();
  const encoder = new TextEncoder();
  let seq = 0;
  let timer: NodeJS.Timeout | null = null;
  let statusAt = 0;
  let checkedAt = 0;

  function send(client: Client, bytes: Uint8Array): void {
    if (client.behind) return;
    if ((client.controller.desiredSize ?? 0) <= 0) client.behind = true;
    else client.controller.enqueue(bytes);
  }

  function caughtUp(client: Client): void {
    if (!client.behind) return;
    client.behind = false;
    client.controller.enqueue(encoder.encode(resync('too slow', seq)));
  }

  function broadcast(text: string): void {
    const bytes = encoder.encode(text);
    for (const client of clients) send(client, bytes);
  }

  function look(): void {
    const now = parts.now();
    const changes = parts.api.changesAfter(seq, MAX_AT_ONCE + 1);
    if (changes.length > MAX_AT_ONCE) {
      seq = parts.api.changeRange().last;
      broadcast(resync('too much at once', seq));
    } else if (changes.length > 0) {
      seq = changes.at(-1)!.seq;
      broadcast(textOf(changes));
    }
    if (now - statusAt >= STATUS_EVERY_MS || now < statusAt) {
      statusAt = now;
      broadcast(statusText());
    }
    if (now - checkedAt < CHECK_EVERY_MS && now >= checkedAt) return;
    checkedAt = now;
    for (const client of clients) if (!client.isAllowed()) end(client);
  }

  function textOf(changes: ReturnType<ApiParts['api']['changesAfter']>): string {
    return lastOfEach(changes)
      .map((change) => {
        const event = eventOf(change, parts);
        return event === null ? '' : sseText(event, change.seq);
      })
      .join('');
  }

  function statusText(): string {
    return sseText({ event: 'status', data: toStatus(parts.engine.status()) }, null);
  }

  function tick(): void {
    try {
      look();
    } catch (error) {
      parts.log('error', 'the live stream failed', { error: error instanceof Error ? error.message : String(error) });
    }
  }

  function end(client: Client): void {
    if (!clients.delete(client)) return;
    try {
      client.controller.close();
    } catch {
      // It was closed from the other side.
    }
    if (clients.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  }

  /** What somebody missed, or the word that it is too much. */
  function missed(lastId: number): string {
    const { first, last } = parts.api.changeRange();
    if (lastId === last) return '';
    if (lastId > last || lastId < first - 1) return resync('too long away', last);
    const changes = parts.api.changesAfter(lastId, MAX_AT_ONCE + 1).filter((change) => change.seq <= seq);
    return changes.length > MAX_AT_ONCE ? resync('too long away', seq) : textOf(changes);
  }

  function open(call: Call): Response {
    if (clients.size >= MAX_CLIENTS) fail('API_BUSY', { message: 'too many live streams', retry: 'soon' });
    const { request, origin, desk } = call;
    const caller = callerOf(call);
    const lastId = Number(request.headers.get('last-event-id') ?? Number.NaN);
    let client: Client | null = null;
    const body = new ReadableStream<Uint8Array>(
      {
        start(controller) {
          client = {
            controller,
            behind: false,
            isAllowed: () => identify(desk.access, request, origin)?.user === caller.user,
          };
          if (timer === null) {
            seq = parts.api.changeRange().last;
            timer = setInterval(tick, LOOK_EVERY_MS);
          }
          const before = Number.isSafeInteger(lastId) ? missed(lastId) : '';
          controller.enqueue(encoder.encode(`retry: 2000\nid: ${seq}\n\n${before}${statusText()}`));
          clients.add(client);
        },
        pull() {
          if (client !== null) caughtUp(client);
        },
        cancel() {
          if (client !== null) end(client);
        },
      },
      { highWaterMark: MAX_WAITING, size: (chunk) => chunk?.byteLength ?? 0 },
    );
    return new Response(request.method === 'HEAD' ? null : body, {
      headers: {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // nginx would hold events back.
        'x-accel-buffering': 'no',
      },
    });
  }

  return {
    open,
    get clients() {
      return clients.size;
    },
    close() {
      for (const client of [...clients]) end(client);
    },
  };
}

function resync(reason: string, seq: number): string {
  const event: Given<'live'> = { event: 'resync', data: { reason } };
  return sseText(event, seq);
}
