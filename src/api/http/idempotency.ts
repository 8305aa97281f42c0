/** A write that is sent twice with the same `idempotency-key` is done once and answered twice. */
import { createHash } from 'node:crypto';
import { fail } from '../../kit/errors.ts';
import type { ApiStore } from '../../store/api-store.ts';
import type { Caller } from '../auth/access.ts';

const KEPT_MS = 86_400_000;
const MAX_KEPT_BODY = 262_144;

/** Keeps answers by key. */
export interface Idempotency {
  once(caller: Caller, request: Request, body: unknown, work: () => Promise<Response>): Promise<Response>;
}

/** Answers kept in the store for a day. */
export function createIdempotency(
  store: Pick<ApiStore, 'idempotent' | 'saveIdempotent'>,
  now: () => number,
): Idempotency {
  const running = new Set<string>();

  return {
    async once(caller, request, body, work) {
      const sent = request.headers.get('idempotency-key');
      if (sent === null) return work();
      if (!/^[\x21-\x7e]{1,200}$/.test(sent))
        fail('API_INPUT', { message: 'idempotency-key: 1 to 200 printable characters' });
      const key = createHash('sha256').update(`${caller.user}\0${sent}`).digest('base64url');
      const asked = createHash('sha256')
        .update(`${request.method} ${new URL(request.url).pathname}\0${JSON.stringify(body ?? null)}`)
        .digest('base64url');
      const known = store.idempotent(key, now() - KEPT_MS);
      if (known !== null) {
        if (known.request !== asked)
          fail('API_IDEMPOTENCY', { message: 'this idempotency-key was used for another request' });
        return answerAgain(known.status, known.body);
      }
      if (running.has(key)) fail('API_CONFLICT', { message: 'the same request is still being worked on' });
      running.add(key);
      try {
        const response = await work();
        const text = await response.clone().text();
        if (text.length <= MAX_KEPT_BODY) store.saveIdempotent(key, asked, response.status, text, now());
        return response;
      } finally {
        running.delete(key);
      }
    },
  };
}

function answerAgain(status: number, body: string): Response {
  return new Response(body, {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'idempotency-replayed': 'true',
    },
  });
}
