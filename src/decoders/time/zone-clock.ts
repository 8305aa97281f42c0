/** Local time to epoch for one IANA zone: asks Intl once a quarter of an hour of log time, then only adds. */
import type { ZoneClock } from '../decoder.ts';

const QUARTER = 900_000;
const MAX_CACHED = 512;

/** The clock of a zone; null means the machine's own. Throws RangeError for an unknown zone. */
export function createZoneClock(zone: string | null): ZoneClock {
  const name = zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (name === 'UTC' || name === 'Etc/UTC' || name === 'GMT') return { toEpoch: utc };
  const offsetAt = zoneOffset(name);
  const cache = new Map<number, number>();
  return {
    toEpoch(year, month, day, hour, minute, second, ms) {
      const local = Date.UTC(year, month, day, hour, minute, second, ms);
      // Of a stamp that names no time: Intl throws for it, and in UTC it is no number either.
      if (Number.isNaN(local)) return local;
      const slot = Math.floor(local / QUARTER);
      let offset = cache.get(slot);
      if (offset === undefined) {
        offset = resolveOffset(slot * QUARTER, offsetAt);
        if (cache.size >= MAX_CACHED) cache.clear();
        cache.set(slot, offset);
      }
      return local - offset;
    },
  };
}

function utc(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
  ms: number,
): number {
  return Date.UTC(year, month, day, hour, minute, second, ms);
}

/** Offset in ms that holds at a local time; of two candidates the one in force before the change. */
function resolveOffset(local: number, offsetAt: (epoch: number) => number): number {
  const before = offsetAt(local - 86_400_000);
  const after = offsetAt(local + 86_400_000);
  if (before === after) return offsetAt(local - before);
  return offsetAt(local - before) === before ? before : after;
}

/** A function from epoch to the zone's offset from UTC in ms. */
function zoneOffset(name: string): (epoch: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (epoch) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(epoch)) part[type] = Number(value);
    const local = Date.UTC(part.year!, part.month! - 1, part.day!, part.hour!, part.minute!, part.second!);
    return local - Math.floor(epoch / 1000) * 1000;
  };
}
