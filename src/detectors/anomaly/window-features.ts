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

/** A feature's number as people count it: whole counts, shares in percent. */
export function plainValue(feature: WindowFeature, value: number): number {
  if (LOGARITHMIC.has(feature)) return Math.max(0, Math.round(2 ** value - 1));
  return feature === 'hour' ? Math.round(value) : Math.round(value * 100);
}
