/** Calls to Cloudflare's API: the envelope it answers in, its limits, and its operations that end later. */
import { AppError, type Retry } from '../../kit/errors.ts';
import { outbound } from '../../kit/outbound.ts';

/** Where and as whom. */
export interface CallSettings {
  readonly base: string;
  /** Asked before every call. Throws what may pass. */
  readonly token: () => string;
  readonly timeoutMs: number;
}

/** An answer that said success. */
export interface Answer<T> {
  readonly result: T;
  /** For the next page, or null. */
  readonly cursor: string | null;
}

/** Calls, and waiting for what a call began. */
export interface Calls {
  call<T = { operation_id?: string }>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<Answer<T>>;
  /** Waits until the operation is completed; throws when it failed. */
  finish(answer: Answer<{ operation_id?: string }>, signal: AbortSignal): Promise<void>;
}

interface Envelope {
  readonly success?: boolean;
  readonly result?: unknown;
  readonly errors?: readonly { readonly code?: number; readonly message?: string }[];
  readonly result_info?: { readonly cursors?: { readonly after?: string } };
}

const MAX_ANSWER = 8 * 1024 * 1024;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2000;

/** Calls under one account's lists. */
export function createCalls(settings: CallSettings): Calls {
  async function call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body: unknown, signal: AbortSignal) {
    // Loaded when first needed: it is large, and most machines do not use it.
    const { request } = await import('undici');
    let status: number;
    let after: string | string[] | undefined;
    let text = '';
    const token = settings.token();
    try {
      const answer = await request(`${settings.base}${path}`, {
        dispatcher: await outbound(settings.base),
        method,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeoutMs)]),
      });
      status = answer.statusCode;
      after = answer.headers['retry-after'];
      for await (const part of answer.body) {
        text += String(part);
        if (text.length > MAX_ANSWER) break;
      }
    } catch (cause) {
      throw new AppError('CLOUDFLARE_UNREACHABLE', {
        message: `Cloudflare does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
        retry: 'soon',
        cause,
      });
    }
    const envelope = parse(text);
    if (status >= 300 || envelope.success !== true) throw refused(status, envelope, after);
    return { result: envelope.result as T, cursor: envelope.result_info?.cursors?.after ?? null };
  }

  return {
    call,
    async finish(answer, signal) {
      const id = answer.result.operation_id;
      if (id === undefined) return;
      for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
        const { result } = await call<{ status: string; error?: string }>(
          'GET',
          `/bulk_operations/${encodeURIComponent(id)}`,
          undefined,
          signal,
        );
        if (result.status === 'completed') return;
        if (result.status === 'failed')
          throw new AppError('CLOUDFLARE_OPERATION', {
            message: `Cloudflare could not change the list: ${result.error ?? 'no reason given'}`,
            retry: 'soon',
          });
        await new Promise((resolve) => setTimeout(resolve, wait));
        signal.throwIfAborted();
      }
    },
  };
}

function parse(text: string): Envelope {
  try {
    return (JSON.parse(text) as Envelope | null) ?? {};
  } catch {
    return {};
  }
}

function refused(status: number, envelope: Envelope, after: string | string[] | undefined): AppError {
  const wait = Number(after);
  const said = (envelope.errors ?? []).map((each) => `${each.message ?? ''} (${each.code ?? '?'})`).join('; ');
  const isDenied = status === 401 || status === 403;
  const isLater = status === 429 || status >= 500 || /pending|in progress|outstanding/i.test(said);
  const later: Retry = wait > 0 ? { afterMs: wait * 1000 } : 'soon';
  return new AppError(isDenied ? 'CLOUDFLARE_TOKEN' : 'CLOUDFLARE_REFUSED', {
    message: `Cloudflare refused (status ${status})${said === '' ? '' : `: ${said}`}`,
    hint: isDenied
      ? 'the token needs the right “Account Filter Lists: Edit” for this account'
      : 'check account and list',
    // A wrong token is mended by people: bans wait for it.
    retry: isLater ? later : { afterMs: 60_000 },
  });
}
