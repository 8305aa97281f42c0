/** ArcSight Common Event Format (revision 25) and IBM LEEF 1.0/2.0 in a syslog envelope. */
import type { Fields } from '../../model/log-event.ts';
import type { ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { mapFields } from './mapping.ts';
import { readExtension } from './pairs.ts';

const KIND = Object.freeze({ product: null, service: 'cef', category: 'service-authentication' });
const MAX_LINE = 65_536;

/** Decodes `CEF:0|vendor|product|version|id|name|severity|extension`. */
export const cef: ProgramDecoder = {
  name: 'cef',
  programs: ['CEF', 'cef'],
  decode(envelope) {
    const parts = header(envelope.message, 7);
    if (parts === null) return null;
    const fields = mapFields(readExtension(envelope.message.slice(0, MAX_LINE), parts.end, ' '));
    const [, vendor, product, , code, name] = parts.values;
    return eventOf(envelope, KIND, named({ vendor, product, code, name }, fields));
  },
};

/** Decodes `LEEF:1.0|vendor|product|version|id|extension`, tabs between the pairs. */
export const leef: ProgramDecoder = {
  name: 'leef',
  programs: ['LEEF', 'leef'],
  decode(envelope) {
    const second = envelope.message.startsWith('2.');
    const parts = header(envelope.message, second ? 6 : 5);
    if (parts === null) return null;
    const separator = second && parts.values[5]?.length === 1 ? parts.values[5] : '\t';
    const fields = mapFields(readExtension(envelope.message.slice(0, MAX_LINE), parts.end, separator));
    const [, vendor, product, , code] = parts.values;
    return eventOf(envelope, KIND, named({ vendor, product, code, name: code }, fields));
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
