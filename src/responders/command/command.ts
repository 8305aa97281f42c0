/** Runs a program of yours to block and unblock: argument arrays, no shell, bounded in time and number. */
import { z } from 'zod';
import { canonicalAddress } from '../../kit/address.ts';
import { parseNetwork } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { type CommandResult, runCommand } from '../../kit/run-command.ts';
import type { ApplyResult, Ban, Responder, ResponderContext } from '../responder.ts';
import { fill, valuesOf } from '../template.ts';

const argv = z.array(z.string()).min(1);

/** Settings. `{ip}`, `{seconds}`, `{reason}` and `{decision}` are filled in. */
export const commandSettings = z.strictObject({
  type: z.literal('command'),
  name: z.string().default('command').describe('Name in status and logs.'),
  add: argv.describe('Program and arguments that block, e.g. [/usr/local/bin/block, "{ip}", "{seconds}"].'),
  remove: argv.optional().describe('Program and arguments that unblock.'),
  list: argv.optional().describe('Program that prints what is blocked, one address a line; makes bans provable.'),
  timeout: z.number().min(1).max(300).default(20).describe('Seconds after which the program is ended.'),
});

const AT_ONCE = 4;

/** A responder over a program. */
export function createCommand(settings: z.infer<typeof commandSettings>, context: ResponderContext): Responder {
  const applied = new Set<string>();

  async function runFor(
    template: readonly string[],
    ban: Pick<Ban, 'ip'> & Partial<Ban>,
    signal: AbortSignal,
  ): Promise<ApplyResult> {
    if (parseNetwork(ban.ip) === null)
      return {
        ip: ban.ip,
        ok: false,
        error: new AppError('RESPONDER_NO_ADDRESS', { message: `\`${ban.ip}\` is no address` }),
      };
    const values = valuesOf(ban, context.now());
    const limit = AbortSignal.any([signal, AbortSignal.timeout(settings.timeout * 1000)]);
    // NUL cannot be an argument; everything else reaches the program as one argument, never through a shell.
    const command = template.map((part) => fill(part, values, (value) => value.replaceAll('\0', '')));
    const done = await runCommand(command, { signal: limit });
    return done.code === 0
      ? { ip: ban.ip, ok: true }
      : { ip: ban.ip, ok: false, error: commandError(command[0]!, done) };
  }

  return {
    id: `command:${settings.name}`,
    check: async () => null,
    async apply(bans, signal) {
      const results = await inTurns(bans, (ban) => runFor(settings.add, ban, signal));
      for (const result of results) if (result.ok) applied.add(result.ip);
      return results;
    },
    async revoke(ips, signal) {
      const { remove } = settings;
      const results =
        remove === undefined
          ? ips.map((ip): ApplyResult => ({ ip, ok: true }))
          : await inTurns(ips, (ip) => runFor(remove, { ip }, signal));
      for (const result of results) if (result.ok) applied.delete(result.ip);
      return results;
    },
    async list(signal) {
      if (settings.list === undefined) return null;
      const done = await runCommand(settings.list, { signal });
      if (done.code !== 0) throw commandError(settings.list[0]!, done);
      const found = done.stdout.split('\n').map((line) => line.trim().split(/\s/)[0]!);
      return found
        .filter((text) => canonicalAddress(text.split('/')[0]!) !== null)
        .map((ip) => ({ ip, expiresAt: null }));
    },
    async flush(signal) {
      const { remove } = settings;
      if (remove !== undefined) await inTurns([...applied], (ip) => runFor(remove, { ip }, signal));
      applied.clear();
    },
    close: async () => {},
  };
}

/** Results in order, a few at a time. */
async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<ApplyResult>): Promise<ApplyResult[]> {
  const results: ApplyResult[] = [];
  for (let at = 0; at < items.length; at += AT_ONCE)
    results.push(...(await Promise.all(items.slice(at, at + AT_ONCE).map(work))));
  return results;
}

function commandError(program: string, done: CommandResult): AppError {
  if (done.failed === 'ENOENT')
    return new AppError('COMMAND_MISSING', {
      message: `there is no program ${program}`,
      hint: 'give its whole path in the responder’s settings',
      retry: { afterMs: 60_000 },
    });
  const said = done.stderr.trim().split('\n')[0] ?? '';
  return new AppError('COMMAND_FAILED', {
    message: `${program} ${done.failed === null ? `ended with ${done.code ?? 'a signal'}` : `failed (${done.failed})`}${said === '' ? '' : `: ${said.slice(0, 200)}`}`,
    retry: 'soon',
  });
}
