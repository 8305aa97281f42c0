/** nginx's error log: `2026/11/24 08:48:18 [error] 12#12: *3 TEXT, client: IP, server: ..., request: "..."`. */

import { canonicalAddress } from '../../kit/address.ts';
import { type Fields, type LogEvent, NO_FIELDS } from '../../model/log-event.ts';
import type { LineContext, LineDecoder } from '../decoder.ts';
import { twoDigits } from '../formats/syslog.ts';
import { NGINX_ERROR, NGINX_MAIL } from '../kinds.ts';
import { phpLogin } from './php-login.ts';

/** Decodes nginx error lines. */
export const nginxError: LineDecoder = {
  name: 'nginx-error',
  programs: ['nginx', 'nginx-error'],
  claims: (text) =>
    text.charCodeAt(4) === 47 && text.charCodeAt(7) === 47 && text.charCodeAt(10) === 32 && text.charCodeAt(20) === 91,
  decode: decodeNginxError,
};

function decodeNginxError(text: string, context: LineContext): LogEvent | null {
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const time = context.zone.toEpoch(
    year,
    twoDigits(text, 5) - 1,
    twoDigits(text, 8),
    twoDigits(text, 11),
    twoDigits(text, 14),
    twoDigits(text, 17),
    0,
  );
  const levelEnd = text.indexOf('] ', 20);
  if (Number.isNaN(time) || levelEnd < 0 || levelEnd > 32) return null;
  const start = text.indexOf(': ', levelEnd + 2);
  const body = text.startsWith('*', start + 2) ? text.indexOf(' ', start + 2) + 1 : start + 2;
  const peer = text.startsWith('client ', body) ? fromClient(text, body, time) : null;
  if (peer !== null) return peer;
  const client = clientPart(text);
  const said = text.slice(body, client === null ? text.length : client.at);
  const auth = authOf(said);
  return {
    time,
    kind: NGINX_ERROR,
    host: null,
    program: 'nginx',
    pid: null,
    message: text,
    repeat: 1,
    fields: {
      'event.category': auth === null ? 'web' : 'authentication',
      'event.action': auth === null ? 'http-error' : 'http-auth',
      'event.outcome': 'failure',
      'log.level': text.slice(21, levelEnd),
      'source.ip': client?.ip,
      'user.name': auth?.user,
      'event.reason': auth?.reason ?? reasonOf(said),
      'error.message': said,
      ...requestOf(text, client?.at ?? -1),
    },
  };
}

const FAILED = 'client login failed: "';
const STATE = '" while in http auth state, client: ';
const LOGGED_IN = 'client logged in, client: ';

/**
 * What nginx says of a client itself: a login at its mail proxy (ngx_mail_core_module's log; the reason is the word of the `auth_http`
 * server), or a connection made or ended. The login name is the client's own text, so the client is taken before it.
 */
function fromClient(text: string, body: number, time: number): LogEvent | null {
  const failed = text.startsWith(FAILED, body);
  const at = failed
    ? text.indexOf(STATE, body + FAILED.length)
    : text.startsWith(LOGGED_IN, body)
      ? body + LOGGED_IN.length
      : -1;
  const event = (fields: Fields): LogEvent => ({
    time,
    kind: fields['event.category'] === 'network' ? NGINX_ERROR : NGINX_MAIL,
    host: null,
    program: 'nginx',
    pid: null,
    message: text,
    repeat: 1,
    fields: { 'log.level': text.slice(21, text.indexOf(']', 20)), ...fields },
  });
  if (at < 0) {
    const connected = /^client (\S{2,60}):(\d{1,5}) connected to \S+$/.exec(text.slice(body, body + 160));
    const ip = connected === null ? null : canonicalAddress(connected[1]!);
    if (ip === null) return null;
    return event({
      'event.category': 'network',
      'event.action': 'connect',
      'source.ip': ip,
      'source.port': Number(connected![2]),
    });
  }
  const from = failed ? at + STATE.length : at;
  const end = text.indexOf(',', from);
  const ip = canonicalAddress(
    text
      .slice(from, end < 0 ? text.length : end)
      .replace(' using starttls', '')
      .trim(),
  );
  if (ip === null) return null;
  const login = text.indexOf(', login: "', from);
  const upstream = failed ? text.length : text.lastIndexOf('", upstream: ');
  const close = text.charCodeAt(upstream) === 34 ? upstream : text.lastIndexOf('"');
  return event({
    'event.category': 'authentication',
    'event.action': 'mail-login',
    'event.outcome': failed ? 'failure' : 'success',
    'source.ip': ip,
    'user.name': login > 0 && close > login + 10 ? text.slice(login + 10, close) : undefined,
    'event.reason': failed ? text.slice(body + FAILED.length, at) : undefined,
  });
}

/**
 * The server appends `, client: IP, server: NAME`. Text before it may hold the client's words, and the quoted values behind it
 * do. The first place where both follow one another outside quotes, seen from the end of the free text, is the server's: an
 * imitation earlier in the text is followed by the true one, an imitation later stands in quotes.
 */
function clientPart(text: string): { ip: string; at: number } | null {
  const quoted = text.indexOf(', request: "');
  let at = text.lastIndexOf(', client: ', quoted < 0 ? text.length : quoted);
  // An imitation of `, request: "` inside the free text would cut the search short: look for a later true one.
  for (let next = text.indexOf(', client: ', at + 1); next >= 0; next = text.indexOf(', client: ', next + 1)) {
    if (!insideQuotes(text, next)) at = next;
  }
  if (at < 0) return null;
  const end = text.indexOf(',', at + 10);
  const ip = canonicalAddress(text.slice(at + 10, end < 0 ? text.length : end).trim());
  return ip === null ? null : { ip, at };
}

/** Method, path and host that nginx repeats behind the client. */
function requestOf(text: string, from: number): Fields {
  const at = from < 0 ? -1 : text.indexOf(', request: "', from);
  if (at < 0) return NO_FIELDS;
  const start = at + 12;
  const end = text.indexOf('"', start);
  const methodEnd = text.indexOf(' ', start);
  if (end < 0 || methodEnd < 0 || methodEnd > end) return NO_FIELDS;
  const version = text.lastIndexOf(' HTTP/', end);
  const target = text.slice(methodEnd + 1, version > methodEnd ? version : end);
  const query = target.indexOf('?');
  const host = text.indexOf('", host: "', end - 1);
  const hostEnd = host < 0 ? -1 : text.indexOf('"', host + 10);
  return {
    'http.request.method': text.slice(start, methodEnd),
    'url.original': target,
    'url.path': query < 0 ? target : target.slice(0, query),
    'url.domain': hostEnd < 0 ? undefined : text.slice(host + 10, hostEnd),
  };
}

function insideQuotes(text: string, at: number): boolean {
  let inside = false;
  for (let i = text.indexOf(', client: '); i < at; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === 34) inside = !inside;
  }
  return inside;
}

function authOf(said: string): { user: string | undefined; reason: string } | null {
  if (said.startsWith('no user/password was provided')) return null;
  const php = phpLogin(said);
  if (php !== null) return php;
  if (said.startsWith('user "')) {
    const missing = said.lastIndexOf('" was not found in "');
    if (missing > 0) return { user: said.slice(6, missing), reason: 'unknown user' };
    const mismatch = said.lastIndexOf('": password mismatch');
    if (mismatch > 0) return { user: said.slice(6, mismatch), reason: 'password mismatch' };
  }
  return null;
}

function reasonOf(said: string): string | undefined {
  if (said.startsWith('limiting requests') || said.startsWith('delaying request')) return 'rate limit';
  if (said.startsWith('limiting connections')) return 'connection limit';
  if (said.startsWith('access forbidden by rule')) return 'forbidden';
  if (said.startsWith('open() "') && said.includes('(2: No such file')) return 'not found';
  if (said.startsWith('client sent ')) return 'bad request';
  if (said.startsWith('SSL_do_handshake() failed') || said.startsWith('SSL_read() failed')) return 'bad handshake';
  return undefined;
}
