/** ArcSight Common Event Format (revision 25) and IBM LEEF 1.0/2.0 in a syslog envelope. */
import type { Fields } from '../../model/log-event.ts';
import type { ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { headerMeaning } from './header-kinds.ts';
import { mapFields } from './mapping.ts';
import { readExtension } from './pairs.ts';

const KIND = Object.freeze({ product: null, service: 'cef', category: 'service-authentication' });
const MAX_LINE = 65_536;
/** What vendors put before names of their own in an extension. */
const PREFIXES = ['ftntfgt', 'fortinetfortigate', 'panos', 'bitdefendergz', 'trendmicrods', 'unifi', 'esa'];

/** Fields and values of a header format whose version stands at `start`: seven parts are CEF, five or six are LEEF. */
export function readHeader(
  text: string,
  start: number,
  count: number,
): { fields: Fields; values: ReadonlyMap<string, string> } | null {
  const line = start === 0 ? text.slice(0, MAX_LINE) : text.slice(start, MAX_LINE);
  let parts = header(line, count);
  // LEEF 2.0 may leave its separator out.
  if (count === 6 && (parts === null || separatorOf(parts.values[5]) === null)) parts = header(line, 5);
  if (parts === null) return null;
  const leefSeparator = separatorOf(parts.values[5]) ?? '\t';
  const body = count === 7 || line.includes('\t', parts.end) ? line : line.replaceAll('#011', '\t');
  const values = readExtension(body, parts.end, count === 7 ? ' ' : leefSeparator);
  const [, vendor, product, , code, name] = parts.values;
  const head = { vendor, product, code, name: count === 7 ? name : code };
  const known = new Map(labelled(values));
  if (count === 7 && name !== undefined && !known.has('name')) known.set('name', name);
  const meaning = headerMeaning({ ...head, name }, known);
  return { fields: { ...named(head, mapFields(known)), ...meaning }, values: known };
}

/** One character, or its number as `x5E` or `0x5E`; null for anything else. */
function separatorOf(text: string | undefined): string | null {
  if (text === undefined) return null;
  if (text.length <= 1) return text === '' ? '\t' : text;
  const number = /^0?x([0-9a-f]{2})$/i.exec(text);
  return number === null ? null : String.fromCharCode(Number.parseInt(number[1]!, 16));
}

/** Custom fields (`cs1`, `cn1`, ...) under the names that their labels give them. */
function labelled(values: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const out = new Map(values);
  for (const [name, value] of values)
    for (const prefix of PREFIXES)
      if (name.startsWith(prefix) && !out.has(name.slice(prefix.length))) out.set(name.slice(prefix.length), value);
  for (const [name, label] of values) {
    if (!name.endsWith('label')) continue;
    const value = values.get(name.slice(0, -5));
    const key = label.toLowerCase().replaceAll(' ', '_');
    if (value !== undefined && !out.has(key)) out.set(key, value);
  }
  return out;
}

/** Decodes `CEF:0|vendor|product|version|id|name|severity|extension` behind a syslog tag `CEF:`. */
export const cef: ProgramDecoder = {
  name: 'cef',
  programs: ['CEF', 'cef'],
  decode(envelope) {
    const found = readHeader(envelope.message, 0, 7);
    return found === null ? null : eventOf(envelope, KIND, found.fields);
  },
};

/** Decodes `LEEF:1.0|vendor|product|version|id|extension` behind a syslog tag `LEEF:`. */
export const leef: ProgramDecoder = {
  name: 'leef',
  programs: ['LEEF', 'leef'],
  decode(envelope) {
    const found = readHeader(envelope.message, 0, envelope.message.startsWith('2.') ? 6 : 5);
    return found === null ? null : eventOf(envelope, KIND, found.fields);
  },
};

function named(
  head: Readonly<Record<'vendor' | 'product' | 'code' | 'name', string | undefined>>,
  fields: Fields,
): Fields {
  return {
    'observer.vendor': head.vendor,
    'observer.product': head.product,
    'event.code': head.code,
    'rule.name': head.name,
    ...fields,
  };
}

/** The first `count` values between bars; a bar behind a backslash is text. */
function header(text: string, count: number): { values: string[]; end: number } | null {
  const values: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length && at < 2048; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '|') {
      values.push(text.slice(from, at).trim());
      from = at + 1;
      if (values.length === count) return { values, end: from };
    }
  }
  return null;
}
