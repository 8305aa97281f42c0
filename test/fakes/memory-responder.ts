/** A firewall in memory that can be told to fail: for tests of what calls responders. */
import { AppError } from '../../src/kit/errors.ts';
import type { Ban, Responder } from '../../src/responders/responder.ts';

/** The fake with its dials. */
export interface MemoryResponder extends Responder {
  readonly bans: Map<string, number>;
  /** The next so many calls of apply throw. */
  failNext: number;
  applyCalls: number;
}

/** An empty firewall. */
export function createMemoryResponder(id = 'memory'): MemoryResponder {
  const bans = new Map<string, number>();
  const self: MemoryResponder = {
    id,
    bans,
    failNext: 0,
    applyCalls: 0,
    check: async () => null,
    async apply(wanted: readonly Ban[]) {
      self.applyCalls++;
      if (self.failNext > 0) {
        self.failNext--;
        throw new AppError('TEST_DOWN', { message: 'the firewall is down', retry: { afterMs: 20 } });
      }
      for (const ban of wanted) bans.set(ban.ip, ban.expiresAt);
      return wanted.map((ban) => ({ ip: ban.ip, ok: true as const }));
    },
    async revoke(ips) {
      for (const ip of ips) bans.delete(ip);
      return ips.map((ip) => ({ ip, ok: true as const }));
    },
    list: async () => [...bans].map(([ip, expiresAt]) => ({ ip, expiresAt })),
    flush: async () => bans.clear(),
    close: async () => {},
  };
  return self;
}
