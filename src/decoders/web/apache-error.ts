/** Apache httpd's error log, 2.2 and 2.4: `[Tue Nov 24 08:48:18.123456 2026] [auth_basic:error] [pid 1] [client IP:port] AH01617: TEXT`. */

import { canonicalAddress } from '../../kit/address.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { LineContext, LineDecoder } from '../decoder.ts';
import { monthOf, parseDigits, twoDigits } from '../formats/syslog.ts';
import { APACHE_ERROR } from '../kinds.ts';
import { phpLogin } from './php-login.ts';

/** Decodes Apache error lines. */
export const apacheError: LineDecoder = {
  name: 'apache-error',
  programs: ['apache', 'apache2', 'apache-error', 'httpd'],
  claims: (text) =>
    text.charCodeAt(0) === 91 && text.charCodeAt(4) === 32 && text.charCodeAt(8) === 32 && text.charCodeAt(14) === 58,
  decode: decodeApacheError,
};

function decodeApacheError(text: string, context: LineContext): LogEvent | null {
  const close = text.indexOf('] ');
  // Through syslog (`ErrorLog syslog`) the stamp is left out.
  if (text.charCodeAt(0) === 91 && text.charCodeAt(14) !== 58 && text.includes(' [client '))
    return read(text, context.now, 0);
  if (close < 25 || close > 36) return null;
  const year = twoDigits(text, close - 4) * 100 + twoDigits(text, close - 2);
  const day = twoDigits(text, 9);
  const time = context.zone.toEpoch(
    year,
    monthOf(text, 5),
    day,
    twoDigits(text, 12),
    twoDigits(text, 15),
    twoDigits(text, 18),
    0,
  );
  return Number.isNaN(time) ? null : read(text, time, close + 2);
}

function read(text: string, time: number, start: number): LogEvent {
  let at = start;
  let level: string | undefined;
  let pid: number | null = null;
  let client: { ip: string | null; port: number | null } | null = null;
  // Bracketed parts stand before the text, written by the server; the text begins at the first part without a bracket.
  // An errno's text, `(70014)End of file found: `, may stand before the client.
  while (text.charCodeAt(at) === 91 || text.charCodeAt(at) === 40) {
    if (text.charCodeAt(at) === 40) {
      const errno = text.indexOf(': [client ', at);
      if (errno < 0 || errno - at > 160) break;
      at = errno + 2;
    }
    const end = text.indexOf('] ', at);
    if (end < 0) break;
    if (text.startsWith('client ', at + 1)) client = clientOf(text.slice(at + 8, end));
    else if (text.startsWith('pid ', at + 1)) pid = parseDigits(text, at + 5, pidEnd(text, at + 5, end));
    else if (level === undefined)
      level = text.slice(text.lastIndexOf(':', end) > at ? text.lastIndexOf(':', end) + 1 : at + 1, end);
    at = end + 2;
    if (client !== null) break;
  }
  const said = text.slice(at);
  const auth = authOf(said);
  return {
    time,
    kind: APACHE_ERROR,
    host: null,
    program: 'apache',
    pid,
    message: text,
    repeat: 1,
    fields: {
      'event.category': auth === null ? 'web' : 'authentication',
      'event.action': auth === null ? 'http-error' : 'http-auth',
      'event.outcome': 'failure',
      'log.level': level,
      'source.ip': client?.ip ?? undefined,
      'source.port': client?.port ?? undefined,
      'user.name': auth?.user,
      'event.reason': auth?.reason ?? reasonOf(said),
      'error.message': said,
    },
  };
}

function pidEnd(text: string, start: number, end: number): number {
  const colon = text.indexOf(':', start);
  return colon > 0 && colon < end ? colon : end;
}

/** `203.0.113.7:1234`, `2001:db8::1:1234`, or a bare address. The last colon of an IPv6 text is ambiguous; ports above 5 digits are none. */
function clientOf(text: string): { ip: string | null; port: number | null } {
  const whole = canonicalAddress(text);
  const colon = text.lastIndexOf(':');
  if (colon < 0 || (whole !== null && text.indexOf('.') >= 0)) return { ip: whole, port: null };
  const port = parseDigits(text, colon + 1, text.length);
  const before = canonicalAddress(text.slice(0, colon));
  return before !== null && port !== null ? { ip: before, port } : { ip: whole, port: null };
}

function authOf(said: string): { user: string | undefined; reason: string } | null {
  const text = said.startsWith('AH') ? said.slice(said.indexOf(': ') + 2) : said;
  const php = phpLogin(said);
  if (php !== null) return php;
  // A nonce from before the server's restart: browsers send it again by themselves.
  if (text.includes('received - hash is not')) return null;
  if (!text.startsWith('user '))
    return text.startsWith('Digest: ') ||
      text.startsWith('realm mismatch') ||
      text.startsWith('invalid nonce') ||
      text.startsWith('invalid qop') ||
      text.startsWith('Authorization of user ') ||
      text.startsWith('client used wrong authentication scheme')
      ? { user: undefined, reason: 'authentication failure' }
      : null;
  const rest = text.slice(5);
  const failure = rest.lastIndexOf(': authentication failure for "');
  if (failure > 0) return { user: rest.slice(0, failure), reason: 'password mismatch' };
  const missing = rest.endsWith(' not found') ? rest.length - 10 : rest.lastIndexOf(' not found: ');
  if (missing >= 0) return { user: rest.slice(0, missing), reason: 'unknown user' };
  const mismatch = rest.lastIndexOf(': password mismatch: ');
  if (mismatch > 0) return { user: rest.slice(0, mismatch), reason: 'password mismatch' };
  const nouser = rest.lastIndexOf(' in realm ');
  return nouser > 0 ? { user: rest.slice(0, nouser), reason: 'unknown user' } : null;
}

function reasonOf(said: string): string | undefined {
  if (said.includes('client denied by server configuration')) return 'forbidden';
  if (said.includes('File does not exist') || said.includes('not found or unable to stat')) return 'not found';
  if (said.includes('Invalid URI in request') || said.includes('Invalid method in request')) return 'bad request';
  if (said.includes('ModSecurity: ')) return 'modsecurity';
  if (said.includes('invalid URI path') || said.includes('URI too long') || said.startsWith('request failed: '))
    return 'bad request';
  if (said.includes('ignoring function definition attempt')) return 'shellshock';
  if (said.includes('provided via SNI')) return 'bad request';
  return undefined;
}
