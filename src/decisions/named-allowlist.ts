/** Allowlist entries that are DNS names: resolved in the background, the last good answer kept, everything bounded. */
import { Resolver } from 'node:dns/promises';
import { canonicalAddress } from '../kit/address.ts';
import { parseNetwork } from '../kit/cidr.ts';
import type { Log } from '../kit/log.ts';
import { isDnsName } from './allowlist-entry.ts';
import type { Protected } from './door-check.ts';

const MAX_NAMES = 256;
const MAX_ADDRESSES = 64;

/** Asks for the addresses of a name; throws when there is no answer. */
export type Resolve = (name: string, family: 4 | 6) => Promise<readonly string[]>;

/** Names that are asked again and again. */
export interface NamedAllowlist {
  /** Whom the names protect now. */
  current(): readonly Protected[];
  /** Asks for every name once. Never throws. */
  refresh(): Promise<void>;
  /** Names that never had an answer. */
  unresolved(): readonly string[];
}

/** A resolver over the system's name servers, with a short patience. */
export function systemResolve(): Resolve {
  const resolver = new Resolver({ timeout: 3000, tries: 2 });
  return (name, family) => (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
}

/** The names among the entries. */
export function createNamedAllowlist(entries: readonly string[], resolve: Resolve, log: Log): NamedAllowlist {
  const names = entries
    .map((entry) => entry.trim())
    .filter(isDnsName)
    .slice(0, MAX_NAMES);
  const answers = new Map<string, readonly Protected[]>();
  let flat: readonly Protected[] = [];

  async function ask(name: string, family: 4 | 6): Promise<void> {
    try {
      const found = (await resolve(name, family)).slice(0, MAX_ADDRESSES).flatMap((text): Protected[] => {
        const address = canonicalAddress(text);
        const network = address === null ? null : parseNetwork(address);
        return network === null ? [] : [{ network, code: 'allowlist', detail: name }];
      });
      if (found.length > 0) answers.set(`${family}${name}`, found);
    } catch (error) {
      // No answer is no news: a name server that is down must not make protection end.
      if (!answers.has(`4${name}`) && !answers.has(`6${name}`))
        log('warn', 'an allowlisted name has no address yet', {
          name,
          error: error instanceof Error ? error.message : String(error),
        });
    }
  }

  return {
    current: () => flat,
    async refresh() {
      for (const name of names) await Promise.all([ask(name, 4), ask(name, 6)]);
      flat = [...answers.values()].flat();
    },
    unresolved: () => names.filter((name) => !answers.has(`4${name}`) && !answers.has(`6${name}`)),
  };
}
