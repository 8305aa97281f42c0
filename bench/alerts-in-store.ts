/** A store full of alerts for benches of the API and the pages: an address each, sixty rules, five sources. */
import { openStore } from '../src/store/sqlite/sqlite-store.ts';

/** 1 M events counted at 100,000 alerts. */
export const EVENTS_EACH = 10;
const PIECE = 2000;
const LEVELS = ['low', 'medium', 'high', 'critical'] as const;

/** Address of the n-th alert. */
export function addressOf(n: number): string {
  return `198.${18 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`;
}

/** Writes them, one each twenty seconds, the newest now. Returns how long it took, ms. */
export function fillWithAlerts(path: string, alerts: number): number {
  const began = performance.now();
  const store = openStore(path);
  for (let from = 0; from < alerts; from += PIECE)
    store.commit({
      detections: Array.from({ length: Math.min(PIECE, alerts - from) }, (_, index) => {
        const n = from + index;
        const ip = addressOf(n);
        return {
          id: `bench-${n}`,
          rule: {
            id: `rule-${n % 60}`,
            title: `Rule number ${n % 60}`,
            level: LEVELS[n % 4]!,
            tags: ['attack.credential-access', 'attack.t1110'],
            kind: 'sigma' as const,
            action: 'ban' as const,
            banSeconds: null,
          },
          at: Date.now() - (alerts - n) * 20_000,
          entity: { 'source.ip': ip },
          events: EVENTS_EACH,
          evidence: [{ source: `file:/var/log/${n % 5}.log`, generation: 'g', offset: n }],
          facts: {},
          lines: [`2026-11-24T08:00:00Z web sshd[1]: Failed password for root from ${ip} port 22 ssh2`],
        };
      }),
      decisions: [],
      refusals: [],
      alerts: [],
      checkpoints: new Map(),
      state: new Map(),
    });
  store.close();
  return performance.now() - began;
}
