/** Blocks through a firewall's HTTP API: any method, URL, headers and body, with a condition that says what success is. */
import { z } from 'zod';
import { parseNetwork } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { outbound } from '../../kit/outbound.ts';
import { secretNow, secretSetting } from '../../kit/secret.ts';
import type { ApplyResult, Ban, Responder, ResponderContext } from '../responder.ts';
import { fill, fillJson, valuesOf } from '../template.ts';

const call = z.strictObject({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('POST'),
  url: z
    .string()
    .regex(/^https?:\/\//, 'the URL begins with http:// or https://')
    .describe('May hold {ip}, {address}, {seconds}, {reason}, {decision}.'),
  body: z.unknown().optional().describe('A JSON value (filled in text by text), or text sent as it is.'),
  success: z
    .strictObject({
      status: z.array(z.number().int()).optional(),
      path: z.string().optional(),
      equals: z.union([z.string(), z.number(), z.boolean()]).optional(),
    })
    .default({})
    .describe('Statuses that mean success (2xx by default), and a JSON path whose value must equal something.'),
});

/** Settings. */
export const httpSettings = z.strictObject({
  type: z.literal('http'),
  name: z.string().default('http').describe('Name in status and logs.'),
  block: call.describe('The call that blocks.'),
  unblock: call.optional().describe('The call that unblocks.'),
  headers: z
    .record(z.string(), secretSetting)
    .default({})
    .describe('Headers of every call; values may be secrets from a file or the environment.'),
  timeout: z.number().min(1).max(120).default(10).describe('Seconds a call may take.'),
});

type Call = z.infer<typeof call>;
const MAX_ANSWER = 1024 * 1024;

/** A responder over an HTTP API. */
export function createHttp(settings: z.infer<typeof httpSettings>, context: ResponderContext): Responder {
  const applied = new Set<string>();

  async function send(to: Call, ban: Pick<Ban, 'ip'> & Partial<Ban>, signal: AbortSignal): Promise<ApplyResult> {
    if (parseNetwork(ban.ip) === null)
      return {
        ip: ban.ip,
        ok: false,
        error: new AppError('RESPONDER_NO_ADDRESS', { message: `\`${ban.ip}\` is no address` }),
      };
    const values = valuesOf(ban, context.now());
    const body =
      to.body === undefined
        ? null
        : typeof to.body === 'string'
          ? fill(to.body, values, jsonInner)
          : JSON.stringify(fillJson(to.body, values));
    try {
      const headers = Object.fromEntries(
        Object.entries(settings.headers).map(([name, value]) => [name, secretNow(value)]),
      );
      // Loaded when first needed: it is large, and most machines have no such firewall.
      const { request } = await import('undici');
      const url = fill(to.url, values, encodeURIComponent);
      const answer = await request(url, {
        dispatcher: await outbound(url),
        method: to.method,
        headers: { ...(body === null ? {} : { 'content-type': 'application/json' }), ...headers },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(settings.timeout * 1000)]),
      });
      const text = await readBounded(answer.body);
      return judge(to, ban.ip, answer.statusCode, answer.headers['retry-after'], text);
    } catch (cause) {
      if (cause instanceof AppError && cause.code === 'SECRET_MISSING') return { ip: ban.ip, ok: false, error: cause };
      return {
        ip: ban.ip,
        ok: false,
        error: new AppError('HTTP_UNREACHABLE', {
          message: `the firewall API does not answer: ${cause instanceof Error ? cause.message : String(cause)}`,
          retry: 'soon',
          cause,
        }),
      };
    }
  }

  function judge(
    to: Call,
    ip: string,
    status: number,
    retryAfter: string | string[] | undefined,
    text: string,
  ): ApplyResult {
    const good = to.success.status === undefined ? status >= 200 && status < 300 : to.success.status.includes(status);
    if (good && (to.success.path === undefined || valueAt(text, to.success.path) === to.success.equals))
      return { ip, ok: true };
    const wait = Number(retryAfter);
    const retry = status === 429 || status >= 500 ? (wait > 0 ? { afterMs: wait * 1000 } : 'soon') : 'no';
    const why = good ? `\`${to.success.path}\` is not ${String(to.success.equals)}` : `status ${status}`;
    return {
      ip,
      ok: false,
      error: new AppError('HTTP_REFUSED', {
        message: `the firewall API refused: ${why}`,
        hint: 'check URL, headers and the success condition',
        retry,
      }),
    };
  }

  async function each(
    to: Call,
    bans: readonly (Pick<Ban, 'ip'> & Partial<Ban>)[],
    signal: AbortSignal,
  ): Promise<ApplyResult[]> {
    const results: ApplyResult[] = [];
    for (const ban of bans) results.push(await send(to, ban, signal));
    return results;
  }

  return {
    id: `http:${settings.name}`,
    check: async () => {
      try {
        for (const value of Object.values(settings.headers)) secretNow(value);
        return null;
      } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
      }
    },
    async apply(bans, signal) {
      const results = await each(settings.block, bans, signal);
      for (const result of results) if (result.ok) applied.add(result.ip);
      return results;
    },
    async revoke(ips, signal) {
      for (const ip of ips) applied.delete(ip);
      return settings.unblock === undefined
        ? ips.map((ip) => ({ ip, ok: true as const }))
        : each(
            settings.unblock,
            ips.map((ip) => ({ ip })),
            signal,
          );
    },
    list: async () => null,
    async flush(signal) {
      if (settings.unblock !== undefined)
        await each(
          settings.unblock,
          [...applied].map((ip) => ({ ip })),
          signal,
        );
      applied.clear();
    },
    close: async () => {},
  };
}

async function readBounded(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    size += part.length;
    if (size > MAX_ANSWER) break;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** A value inside JSON text by a dotted path, undefined when there is none. */
function valueAt(text: string, path: string): unknown {
  try {
    let value: unknown = JSON.parse(text);
    for (const key of path.split('.')) value = (value as Record<string, unknown> | null)?.[key];
    return value;
  } catch {
    return undefined;
  }
}

/** A text as it stands between the quotes of JSON. */
function jsonInner(value: string): string {
  return JSON.stringify(value).slice(1, -1);
}
