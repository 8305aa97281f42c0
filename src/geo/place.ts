/** Where an address is, out of what a record of an MMDB says; vendors call the same things differently. */

/** What is known of an address; null for what is not. */
export interface Place {
  /** ISO 3166-1 alpha-2. */
  readonly country: string | null;
  /** Number of the autonomous system. */
  readonly asn: number | null;
  /** Who runs it, as the file says. */
  readonly network: string | null;
}

/** Nothing known. */
export const NOWHERE: Place = { country: null, asn: null, network: null };
const MAX_NAME = 120;

/** Reads a record of MaxMind, DB-IP, IPinfo or Sapics. Anything unexpected in it counts as unknown. */
export function placeOf(record: unknown): Place {
  if (!isRecord(record)) return NOWHERE;
  const codes = [
    inner(record.country, 'iso_code'),
    record.country_code,
    record.country,
    inner(record.registered_country, 'iso_code'),
  ];
  const country = codes.find((each) => typeof each === 'string' && /^[A-Za-z]{2}$/.test(each)) as string | undefined;
  const named = [record.autonomous_system_organization, record.as_name, record.name, record.organization];
  const network = named.find((each) => typeof each === 'string' && each !== '') as string | undefined;
  const asn = numberOf(record.autonomous_system_number ?? record.asn);
  return {
    country: country?.toUpperCase() ?? null,
    asn,
    network: asn === null ? null : (network?.slice(0, MAX_NAME) ?? null),
  };
}

/** What two files know together; the first is believed. */
export function joined(first: Place, second: Place): Place {
  const owner = first.asn === null ? second : first;
  return { country: first.country ?? second.country, asn: owner.asn, network: owner.network };
}

function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' ? Number(/^AS(\d{1,10})$/i.exec(value)?.[1]) : Number(value ?? Number.NaN);
  return Number.isInteger(number) && number > 0 && number < 2 ** 32 ? number : null;
}

function inner(value: unknown, key: string): unknown {
  return isRecord(value) ? value[key] : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
