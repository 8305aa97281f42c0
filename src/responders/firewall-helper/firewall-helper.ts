/** Shuts addresses out through the firewall helper, so that this process needs no right to change the firewall. */
import { z } from 'zod';
import { formatNetwork, parseNetwork } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { END_AT_MOST } from '../nftables/conntrack.ts';
import { type Answer, MAX_SECONDS, MAX_STAGED, PROTOCOL_VERSION } from '../nftables/protocol.ts';
import { dropFigures } from '../nftables/sets.ts';
import type { ApplyResult, Responder, ResponderContext } from '../responder.ts';
import { notThere, secondsLeft, sortOut } from '../valid.ts';
import { createConnection } from './connection.ts';

/** Settings. */
export const firewallHelperSettings = z.strictObject({
  type: z.literal('helper'),
  socket: z
    .string()
    .min(1)
    .default('/run/bekci/helper.sock')
    .describe('Socket of the firewall helper, which holds the nftables table.'),
  conntrack: z
    .boolean()
    .default(false)
    .describe('Let the helper also forget the live connections of a banned address (package conntrack).'),
});

/** A responder over the helper. */
export function createFirewallHelper(
  settings: z.infer<typeof firewallHelperSettings>,
  context: ResponderContext,
): Responder {
  const connection = createConnection(settings.socket);
  let dropped = { packets: 0, bytes: 0, bySet: {} as Record<string, number> };
  let toldOfConntrack = false;

  /** The answers before the last, which must be of the expected kind. */
  async function ask(
    lines: readonly string[],
    ending: 'hello' | 'done',
    signal: AbortSignal,
  ): Promise<{ before: readonly Answer[]; count: number }> {
    const answers = await connection.ask(lines, signal);
    const last = answers.at(-1)!;
    if (last.kind === 'error') throw refused(last.code, last.text);
    if (last.kind !== ending) throw senseless(connection);
    return { before: answers.slice(0, -1), count: last.kind === 'done' ? last.count : 0 };
  }

  /** Sends one change and matches what was not done against what was asked. */
  async function change(
    items: readonly { readonly ip: string; readonly line: string; readonly key: string }[],
    signal: AbortSignal,
  ): Promise<ApplyResult[]> {
    // Two writings of one network are one wish; the later one counts, as with every responder.
    const wishes = new Map(items.map(({ key, line }) => [key, line]));
    const { before, count } = await ask([...wishes.values(), 'commit'], 'done', signal);
    const not = new Map<string, string>();
    for (const answer of before) {
      if (answer.kind !== 'not' || !wishes.has(answer.ip)) throw senseless(connection);
      not.set(answer.ip, answer.code);
    }
    if (count + not.size !== wishes.size) throw senseless(connection);
    return items.map(({ ip, key }): ApplyResult => {
      const code = not.get(key);
      return code === undefined ? { ip, ok: true } : notDone(ip, code);
    });
  }

  /** A ban holds without it: a fault is said once and fails none. */
  async function endConnections(items: readonly { readonly key: string }[], signal: AbortSignal): Promise<void> {
    if (items.length === 0) return;
    const lines = items.slice(0, END_AT_MOST).map(({ key }) => `end ${key}`);
    try {
      await ask([...lines, 'commit'], 'done', signal);
      toldOfConntrack = false;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!toldOfConntrack)
        context.log('error', 'live connections of banned addresses are not ended', { error: error.message });
      toldOfConntrack = true;
    }
  }

  return {
    id: 'helper',
    batch: MAX_STAGED,
    async check(signal) {
      try {
        await ask([`hello ${PROTOCOL_VERSION}`], 'hello', signal);
        return null;
      } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
      }
    },
    async apply(bans, signal) {
      const { valid, refused: wrong } = sortOut(bans);
      if (valid.length === 0) return wrong;
      const now = context.now();
      const items = valid.map(({ item, network }) => {
        const key = formatNetwork(network);
        return { ip: item.ip, key, line: `add ${key} ${secondsLeft(item.expiresAt, now, MAX_SECONDS)}` };
      });
      const results = await change(items, signal);
      if (settings.conntrack)
        await endConnections(
          items.filter((_, index) => results[index]?.ok === true),
          signal,
        );
      return [...wrong, ...results];
    },
    async revoke(ips, signal) {
      const { valid, refused: wrong } = sortOut(ips.map((ip) => ({ ip })));
      if (valid.length === 0) return wrong;
      const items = valid.map(({ item, network }) => {
        const key = formatNetwork(network);
        return { ip: item.ip, key, line: `del ${key}` };
      });
      return [...wrong, ...(await change(items, signal))];
    },
    async list(signal) {
      const { before, count } = await ask(['list'], 'done', signal);
      const now = context.now();
      const held: { ip: string; expiresAt: number | null }[] = [];
      for (const answer of before) {
        if (answer.kind === 'held')
          held.push({ ip: answer.ip, expiresAt: answer.seconds === null ? null : now + answer.seconds * 1000 });
        else if (answer.kind === 'dropped') dropped = { ...answer, bySet: {} };
        else if (answer.kind === 'by') dropped.bySet[answer.set] = answer.packets;
        else throw senseless(connection);
      }
      if (held.length !== count) throw senseless(connection);
      return held;
    },
    async flush(signal) {
      await ask(['flush'], 'done', signal);
    },
    async prove(signal) {
      try {
        await ask(['prove'], 'done', signal);
        return null;
      } catch (error) {
        if (error instanceof AppError) return error;
        throw error;
      }
    },
    async droppedOf(ip, signal) {
      const network = parseNetwork(ip);
      if (network === null) return null;
      const key = formatNetwork(network);
      const { before } = await ask([`count ${key}`], 'done', signal);
      const [answer] = before;
      if (answer === undefined) return null;
      if (answer.kind !== 'counted' || answer.ip !== key) throw senseless(connection);
      return answer.packets;
    },
    stats: () => dropFigures(dropped.packets, dropped.bytes, dropped.bySet),
    close: async () => connection.close(),
  };
}

/** What the helper itself could not do, in its own words. */
function refused(code: string, text: string): AppError {
  return new AppError(code, {
    message: `firewall helper: ${text}`,
    hint: 'see journalctl -u bekci-helper',
    retry: 'soon',
  });
}

function senseless(connection: { close(): void }): AppError {
  connection.close();
  return new AppError('HELPER_GARBLED', {
    message: 'the firewall helper answered something else than was asked',
    hint: 'both must be of one version: systemctl restart bekci-helper bekci',
    retry: 'soon',
  });
}

function notDone(ip: string, code: string): ApplyResult {
  if (code !== 'TOO_WIDE' && code !== 'SPECIAL') return notThere(ip, 'the kernel’s set');
  const why =
    code === 'TOO_WIDE' ? 'wider than it may shut out' : 'a loopback, link-local, multicast or reserved network';
  return {
    ip,
    ok: false,
    error: new AppError('HELPER_REFUSED', { message: `the firewall helper refuses ${ip}: ${why}` }),
  };
}
