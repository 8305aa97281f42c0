/** Adds to every login the country it came from, where a local database knows it: one account in two countries within hours is a rule's matter. */
import { isLogin, type LogEvent } from '../model/log-event.ts';
import { changed } from './changed.ts';
import type { Decode } from './decode.ts';

/** ISO 3166-1 alpha-2 code of an address, or null. */
export type CountryOf = (address: string) => string | null;

/** ECS `source.geo.country_iso_code`. */
const COUNTRY = 'source.geo.country_iso_code';

/** A decoder whose successful logins carry their country. Other events stay as they are. */
export function withCountry(inner: Decode, countryOf: CountryOf): Decode {
  return changed(inner, (event): LogEvent => {
    const ip = isLogin(event) ? event.fields['source.ip'] : null;
    const country = typeof ip === 'string' ? countryOf(ip) : null;
    return country === null ? event : { ...event, fields: { ...event.fields, [COUNTRY]: country } };
  });
}
