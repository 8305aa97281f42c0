/** What a window of one entity is measured by. Counts are kept as log2(1 + n), shares and evenness from 0 to 1. */

/** Kinds of entity that windows are kept of. */
export const KINDS = ['address', 'user', 'host', 'service'] as const;
/** Lengths of windows. */
export const LEVELS = ['minute', 'hour', 'day'] as const;
/** A kind of entity. */
export type EntityKind = (typeof KINDS)[number];
/** A length of window. */
export type WindowLevel = (typeof LEVELS)[number];
/** Milliseconds of each level. */
export const LENGTHS: readonly number[] = [60_000, 3_600_000, 86_400_000];

/**
 * Names of the features, in the order of a row. `things` are different paths, commands or services; `peers` are users of an address,
 * networks of a user, addresses of a host or service; `ports` are ports, or hosts of a user; `news` are things new on this site.
 */
export const WINDOW_FEATURES = [
  'events',
  'failures',
  'failure_share',
  'things',
  'peers',
  'ports',
  'news',
  'bytes',
  'client_errors',
  'server_errors',
  'evenness',
  'regularity',
  'hour',
] as const;
/** Name of a feature. */
export type WindowFeature = (typeof WINDOW_FEATURES)[number];
/** Numbers in a row. */
export const WINDOW_WIDTH = WINDOW_FEATURES.length;

/** Features that are kept as logarithms. */
const LOGARITHMIC = new Set<WindowFeature>(['events', 'failures', 'things', 'peers', 'ports', 'news', 'bytes']);

/** Features that are shares, from 0 to 1. */
const SHARES = new Set<WindowFeature>(['failure_share', 'client_errors', 'server_errors', 'evenness', 'regularity']);

/**
 * How much of a feature there must be before it is worth a person's time, in the row's units: ten different pages are no news however
 * rare they are here. Evenness, regularity and the hour explain, but are never the reason.
 */
const LEAST: Readonly<Record<WindowFeature, number>> = {
  events: Math.log2(1 + 40),
  failures: Math.log2(1 + 8),
  failure_share: 0.3,
  things: Math.log2(1 + 15),
  peers: Math.log2(1 + 6),
  ports: Math.log2(1 + 6),
  news: Math.log2(1 + 10),
  bytes: Math.log2(1 + 20e6),
  client_errors: 0.3,
  server_errors: 0.3,
  evenness: Number.POSITIVE_INFINITY,
  regularity: Number.POSITIVE_INFINITY,
  hour: Number.POSITIVE_INFINITY,
};

const LEASTS = Float64Array.from(WINDOW_FEATURES, (feature) => LEAST[feature]);
/** Twice the usual, or a fifth more of a share. */
const RISES = Float64Array.from(WINDOW_FEATURES, (feature) => (SHARES.has(feature) ? 0.2 : 1));

/** True when a feature is worth telling: enough of it, and twice the usual or a fifth more of a share. */
export function isWorthTelling(index: number, value: number, usual: number): boolean {
  return value >= LEASTS[index]! && value >= usual + RISES[index]!;
}

/** So many times the usual events are a flood, or a rush. */
const FLOOD_TIMES = 5;

/** How many times the usual number of events a window of a host or service holds, when that is a flood; else 0. Both in the row's units. */
export function floodTimes(events: number, usual: number): number {
  const times = plainValue('events', events) / Math.max(1, plainValue('events', usual));
  return events >= LEAST.events && times >= FLOOD_TIMES ? Math.round(times) : 0;
}

/** Least spread of a feature: what differs by less is the same to people. */
export const LEAST_SPREADS: readonly number[] = WINDOW_FEATURES.map((feature) => {
  if (LOGARITHMIC.has(feature)) return 0.3;
  // What can never be the reason must not drown what can.
  return LEAST[feature] === Number.POSITIVE_INFINITY ? 100 : 0.1;
});

/** A feature's number as people count it: whole counts, shares in percent. */
export function plainValue(feature: WindowFeature, value: number): number {
  if (LOGARITHMIC.has(feature)) return Math.max(0, Math.round(2 ** value - 1));
  return feature === 'hour' ? Math.round(value) : Math.round(value * 100);
}
