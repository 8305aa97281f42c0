/** Adds to every login the country it came from, where a local database knows it: one account in two countries within hours is a rule's matter. */
import type { LogEvent } from '../model/log-event.ts';
import type { Decode } from './decode.ts';

/** ISO 3166-1 alpha-2 code of an address, or null. */
export type CountryOf = (address: string) => string | null;

/** ECS `source.geo.country_iso_code`. */
const COUNTRY = 'source.geo.country_iso_code';

/** A decoder whose successful logins carry their country. Other events stay as they are. */
export function withCountry(inner: Decode, countryOf: CountryOf): Decode {
  function add(event: LogEvent): LogEvent {
    const { fields } = event;
    if (fields['event.outcome'] !== 'success' || !isAuthentication(fields['event.category'])) return event;
    const ip = fields['source.ip'];
    const country = typeof ip === 'string' ? countryOf(ip) : null;
    return country === null ? event : { ...event, fields: { ...fields, [COUNTRY]: country } };
  }

  return {
    name: inner.name,
    decode(text, nowMs) {
      const event = inner.decode(text, nowMs);
      return event === null ? null : add(event);
    },
    drainDirty: () => inner.drainDirty(),
    restore: (entries) => inner.restore(entries),
  };
}

function isAuthentication(category: unknown): boolean {
  return category === 'authentication' || (Array.isArray(category) && category.includes('authentication'));
}
