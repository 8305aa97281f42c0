/**
 * Makes the kernel forget the connections of somebody who is shut out, over conntrack(8). Packets from there are dropped in any case;
 * forgetting also ends what the other end of a translated connection (a container behind DNAT) would go on sending.
 */
import { formatNetwork, type Network } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import type { runCommand } from '../../kit/run-command.ts';

/** Most addresses at one time: a restore of a hundred thousand bans ends no connections. */
export const END_AT_MOST = 64;

/** Ends connections. */
export interface Conntrack {
  /** Forgets what these addresses began and what was begun towards them. Null, or what went wrong; finding none is fine. */
  end(networks: readonly Network[], signal: AbortSignal): Promise<AppError | null>;
  /** Null when it can work here. Changes nothing. */
  check(signal: AbortSignal): Promise<AppError | null>;
}

/** Over the given command, an argument array. */
export function createConntrack(command: readonly string[], run: typeof runCommand): Conntrack {
  async function call(args: readonly string[], signal: AbortSignal): Promise<AppError | null> {
    const done = await run([...command, ...args], { signal });
    // Exit 1 and `0 flow entries have been deleted`: there was none.
    if (done.code === 0 || /\b0 flow entries/.test(done.stderr)) return null;
    if (done.failed === 'ENOENT')
      return new AppError('CONNTRACK_MISSING', {
        message: `\`${command[0]}\` is not installed`,
        hint: 'install it (apt-get install conntrack), or leave out `conntrack`',
      });
    const said = done.stderr.trim().split('\n').at(-1) ?? '';
    return new AppError('CONNTRACK_FAILED', {
      message: `conntrack failed: ${said || done.failed || `exit ${done.code}`}`,
      hint: 'it needs CAP_NET_ADMIN and the kernel module nf_conntrack_netlink',
    });
  }

  return {
    async end(networks, signal) {
      for (const network of networks.slice(0, END_AT_MOST)) {
        const family = network.family === 4 ? 'ipv4' : 'ipv6';
        for (const side of ['--orig-src', '--reply-src']) {
          const fault = await call(['-D', '-f', family, side, formatNetwork(network)], signal);
          if (fault !== null) return fault;
        }
      }
      return null;
    },
    check: (signal) => call(['-C'], signal),
  };
}
