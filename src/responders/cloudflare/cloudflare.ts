/**
 * Shuts addresses out at Cloudflare: keeps an account's IP list that a WAF rule of yours blocks by. Changes are asynchronous there
 * and one at a time: each is batched, followed to its end, and the list read back.
 */
import { z } from 'zod';
import { formatNetwork, type Network, parseNetwork, widen } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { secretNow, secretSetting } from '../../kit/secret.ts';
import type { ApplyResult, Responder, ResponderContext } from '../responder.ts';
import { notThere, sortOut } from '../valid.ts';
import { createCalls } from './calls.ts';

/** Settings. */
export const cloudflareSettings = z.strictObject({
  type: z.literal('cloudflare'),
  account: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'the account id is 32 hex digits')
    .describe('Account id.'),
  list: z
    .string()
    .regex(/^[0-9a-f]{32}$/, 'the list id is 32 hex digits')
    .describe('Id of an IP list used by bekci alone.'),
  token: secretSetting.describe(
    'API token with the right “Account Filter Lists: Edit” and no other; from a file or the environment.',
  ),
  api: z
    .string()
    .regex(/^https?:\/\//)
    .default('https://api.cloudflare.com/client/v4')
    .describe('Where the API is.'),
  timeout: z.number().min(1).max(120).default(20).describe('Seconds a call may take.'),
});

/** Items a call; the API takes more, but its answer slows. */
const BATCH = 1000;
/** Cloudflare's lists hold no IPv6 network narrower than this. */
const NARROWEST_V6 = 64;
const COMMENT = 'bekci';

interface Item {
  readonly id: string;
  readonly ip: string;
  readonly comment?: string;
}

/** A responder over Cloudflare's Lists API. */
export function createCloudflare(settings: z.infer<typeof cloudflareSettings>, context: ResponderContext): Responder {
  const calls = createCalls({
    base: `${settings.api}/accounts/${settings.account}/rules/lists`,
    token: () => secretNow(settings.token),
    timeoutMs: settings.timeout * 1000,
  });
  const items = `/${settings.list}/items`;
  /** What the list holds to what was asked for: a lone IPv6 address stands there as its /64. */
  const askedAs = new Map<string, Set<string>>();

  async function readItems(signal: AbortSignal): Promise<Item[]> {
    const found: Item[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = await calls.call<Item[]>('GET', `${items}?per_page=500${query}`, undefined, signal);
      for (const item of page.result) if (item.comment?.startsWith(COMMENT)) found.push(item);
      cursor = page.cursor;
    } while (cursor !== null);
    return found;
  }

  async function removeItems(ids: readonly string[], signal: AbortSignal): Promise<void> {
    for (let at = 0; at < ids.length; at += BATCH) {
      const some = ids.slice(at, at + BATCH).map((id) => ({ id }));
      await calls.finish(await calls.call('DELETE', items, { items: some }, signal), signal);
    }
  }

  return {
    id: `cloudflare:${settings.list.slice(0, 8)}`,
    batch: BATCH,
    async check(signal) {
      try {
        await calls.call('GET', `/${settings.list}`, undefined, signal);
        return null;
      } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
      }
    },
    async apply(bans, signal) {
      const { valid, refused } = sortOut(bans);
      if (valid.length === 0) return refused;
      const present = new Set((await readItems(signal)).map((item) => canonical(item.ip)));
      const missing = new Map<string, string>();
      for (const { item, network } of valid) {
        const text = listed(network);
        askedAs.set(text, (askedAs.get(text) ?? new Set()).add(item.ip));
        if (!present.has(text)) missing.set(text, `${COMMENT} ${item.decision}`.slice(0, 100));
      }
      if (missing.size > 0) {
        const body = [...missing].map(([ip, comment]) => ({ ip, comment }));
        context.log('debug', 'handing addresses to cloudflare', { addresses: body.length });
        await calls.finish(await calls.call('POST', items, body, signal), signal);
      }
      const after = missing.size === 0 ? present : new Set((await readItems(signal)).map((item) => canonical(item.ip)));
      return [
        ...refused,
        ...valid.map(
          ({ item, network }): ApplyResult =>
            after.has(listed(network)) ? { ip: item.ip, ok: true } : notThere(item.ip, 'the list'),
        ),
      ];
    },
    async revoke(ips, signal) {
      const { valid, refused } = sortOut(ips.map((ip) => ({ ip })));
      const gone = new Set<string>();
      for (const { item, network } of valid) {
        const text = listed(network);
        const asked = askedAs.get(text);
        asked?.delete(item.ip);
        // Another ban still needs the same /64.
        if (asked !== undefined && asked.size > 0) continue;
        askedAs.delete(text);
        gone.add(text);
      }
      if (gone.size > 0) {
        const found = await readItems(signal);
        await removeItems(
          found.filter((item) => gone.has(canonical(item.ip))).map((item) => item.id),
          signal,
        );
      }
      return [...refused, ...valid.map(({ item }): ApplyResult => ({ ip: item.ip, ok: true }))];
    },
    async list(signal) {
      const found = (await readItems(signal)).map((item) => canonical(item.ip));
      return found.flatMap((text) => [...(askedAs.get(text) ?? [text])].map((ip) => ({ ip, expiresAt: null })));
    },
    async flush(signal) {
      await removeItems(
        (await readItems(signal)).map((item) => item.id),
        signal,
      );
      askedAs.clear();
    },
    close: async () => {},
  };
}

function listed(network: Network): string {
  return formatNetwork(network.family === 6 ? widen(network, NARROWEST_V6) : network);
}

function canonical(text: string): string {
  const network = parseNetwork(text);
  return network === null ? text : formatNetwork(network);
}
