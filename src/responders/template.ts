/** Fills `{ip}`, `{seconds}`, `{reason}`, `{decision}` into what a responder sends; values never become syntax of the place they land in. */
import type { Ban } from './responder.ts';

/** The values of one ban. */
export function valuesOf(ban: Pick<Ban, 'ip'> & Partial<Ban>, now: number): Readonly<Record<string, string>> {
  const seconds = ban.expiresAt === undefined ? 0 : Math.max(1, Math.ceil((ban.expiresAt - now) / 1000));
  const slash = ban.ip.indexOf('/');
  return {
    ip: ban.ip,
    address: slash < 0 ? ban.ip : ban.ip.slice(0, slash),
    seconds: String(seconds),
    reason: ban.reason ?? '',
    decision: ban.decision ?? '',
  };
}

/** Replaces the known names; `encode` makes a value safe for its place. Unknown braces stay as they are. */
export function fill(
  template: string,
  values: Readonly<Record<string, string>>,
  encode: (value: string) => string,
): string {
  return template.replace(/\{(ip|address|seconds|reason|decision)\}/g, (_, name: string) => encode(values[name] ?? ''));
}

/** Fills every text of a JSON-like value. */
export function fillJson(value: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string')
    return value === '{seconds}' ? Number(values.seconds) : fill(value, values, (text) => text);
  if (Array.isArray(value)) return value.map((each) => fillJson(each, values));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fillJson(each, values)]));
  return value;
}
