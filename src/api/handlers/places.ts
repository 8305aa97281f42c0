/** Where the detections of a stretch of time came from: the busiest addresses, added up by country and by network. */
import { isIP } from 'node:net';
import type { Given } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { nowOf, rangeOf } from './shape.ts';

const DAY = 86_400_000;
const MAX_ADDRESSES = 5_000;
const BUSIEST = 3;

interface Sum {
  addresses: number;
  detections: number;
  lastAt: number;
  readonly busiest: string[];
}
type Counted = { readonly key: string; readonly count: number; readonly lastAt: number };

/** Handlers of places. */
export const placeHandlers = {
  places: async ({ query }, call) => {
    const { api, atlas } = call.desk;
    const files = await atlas.ready();
    const countries = new Map<string, Sum>();
    const networks = new Map<number, Sum & { readonly name: string | null }>();
    let addresses = 0;
    let unplaced = 0;
    if (files.some((file) => file.problem === null)) {
      const { from, to } = rangeOf(query, nowOf(call), DAY);
      for (const each of api.top('entity', from, to, MAX_ADDRESSES)) {
        if (isIP(each.key.replace(/\/\d+$/, '')) === 0) continue;
        const { country, asn, network } = atlas.of(each.key);
        addresses++;
        if (country === null) unplaced++;
        else add(countries, country, each, {});
        if (asn !== null) add(networks, asn, each, { name: network });
      }
    }
    const first = <T extends { readonly detections: number }>(rows: readonly T[]): T[] =>
      rows.toSorted((a, b) => b.detections - a.detections).slice(0, query.limit);
    return {
      files: [...files],
      countries: first([...countries].map(([code, sum]) => ({ code, ...sum }))),
      networks: first([...networks].map(([asn, sum]) => ({ asn, ...sum }))),
      addresses,
      unplaced,
    } satisfies Given<'places'>;
  },
} satisfies Partial<Handlers>;

/** Adds an address to a sum; they come the busiest first. */
function add<Key, More extends object>(
  sums: Map<Key, Sum & More>,
  key: Key,
  { key: address, count, lastAt }: Counted,
  more: More,
): void {
  const sum = sums.get(key);
  if (sum === undefined) {
    sums.set(key, { ...more, addresses: 1, detections: count, lastAt, busiest: [address] });
    return;
  }
  sum.addresses++;
  sum.detections += count;
  sum.lastAt = Math.max(sum.lastAt, lastAt);
  if (sum.busiest.length < BUSIEST) sum.busiest.push(address);
}
