/**
 * PostgreSQL's server log. `log_line_prefix` may put the peer before or after the role and the database, which the client chose and
 * nobody escapes (elog.c, auth.c): a peer is believed only where the role stands alike in the prefix and in the message.
 */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields, FieldValue } from '../../../model/log-event.ts';
import { eventOf } from '../../event.ts';
import { type DeclaredProgram, defineProgram } from '../../message/program.ts';

const METHODS = ['password', 'Peer', 'Ident', 'LDAP', 'PAM', 'RADIUS', 'GSSAPI', 'SSPI', 'certificate', 'SCRAM'];

/** The same refusal in languages that servers are set to by `lc_messages`: what stands before and behind the role. */
const LOCALISED: readonly (readonly [before: string, behind: string])[] = [
  ['Passwort-Authentifizierung für Benutzer »', '« fehlgeschlagen'],
  ["authentification par mot de passe échouée pour l'utilisateur « ", ' »'],
  ['la autentificación password falló para el usuario «', '»'],
  ['autenticazione con password fallita per l\'utente "', '"'],
  ['autenticação do tipo senha falhou para usuário "', '"'],
];

const declared = defineProgram({
  name: 'postgres',
  words: ['FATA'],
  programs: ['postgres', 'postgresql'],
  fail: [
    '{ip} {word} {word} {word} [{num}] {text}FATAL:  password authentication failed for user "{user}"',
    '{ip}({port}):{text}FATAL:  password authentication failed for user "{user}"',
    '{ip}({port}) {text}FATAL:  password authentication failed for user "{user}"',
    ...METHODS.map((method) => `{pre}FATAL:  ${method} authentication failed for user "{user}"`),
    ...LOCALISED.map(([led, closing]) => `{pre}FATAL:  ${led}{user}${closing}`),
    '{pre}FATAL:  role "{user}" does not exist',
    '{pre}FATAL:  no pg_hba.conf entry for host {text}',
  ],
});

/** Names of roles and databases end at 63 bytes (NAMEDATALEN); what else a prefix holds behind them is short. */
const MAX_BETWEEN = 80;
/** A role no client needs to imitate anything with. */
const PLAIN = /^[^\s"',=]{1,63}$/;
const ENTRY = 'no pg_hba.conf entry for host "';
const FATAL = 'FATAL:  ';

/** PostgreSQL. */
export const postgres: DeclaredProgram = {
  ...declared,
  read: (message) => withPeer(declared.read(message), message),
  readBare: (message) => {
    const fields = declared.readBare(message);
    if (fields !== null) return fields;
    const known = message.charCodeAt(0) === 91 ? withPeer(declared.read(message), message) : null;
    return known?.['source.ip'] === undefined ? null : known;
  },
  decode(envelope) {
    const fields = postgres.read(envelope.message);
    return fields === null ? null : eventOf(envelope, declared.kind, fields);
  },
};

function withPeer(fields: Fields | null, message: string): Fields | null {
  if (fields === null || fields['source.ip'] !== undefined) return fields;
  for (let at = message.indexOf(FATAL); at >= 0; at = message.indexOf(FATAL, at + 1)) {
    const found = entryPeer(message, at) ?? failurePeer(message, at);
    if (found !== null) return { ...fields, ...found };
  }
  return fields;
}

/** `U@D FATAL:  no pg_hba.conf entry for host "T", user "U", database "D", no encryption`. */
function entryPeer(message: string, at: number): Record<string, FieldValue> | null {
  if (!message.startsWith(ENTRY, at + FATAL.length)) return null;
  const [host = '', user = '', database = '', ...rest] = message.slice(at + FATAL.length + ENTRY.length).split('", ');
  const role = user.startsWith('user "') ? user.slice(6) : '';
  const base = database.startsWith('database "') ? database.slice(10).replace(/"$/, '') : '';
  if (!PLAIN.test(role) || !PLAIN.test(base) || rest.length > 1) return null;
  const prefix = message.slice(0, at);
  const named = [`${role}@${base}`, `user=${role},db=${base}`, `db=${base},user=${role}`];
  const start = headEnd(prefix);
  const peer = peerIn(prefix, start);
  // `%m [%p] `, the default: nothing that a client chose stands before the message.
  const isPlain = start === prefix.length;
  if (!isPlain && !named.some((each) => prefix.startsWith(each, peer?.end ?? start))) return null;
  const ip = canonicalAddress(host);
  return ip === null ? null : { 'source.ip': ip, 'user.name': role };
}

/** `T U@D FATAL:  ... user "U"`, `T(PORT):U@D:[PID]:FATAL: ...` and `user=U,db=D,app=A,client=T FATAL: ...`. */
function failurePeer(message: string, at: number): Record<string, FieldValue> | null {
  const role = roleOf(message.slice(at + FATAL.length));
  if (role === null || !PLAIN.test(role)) return null;
  const prefix = message.slice(0, at);
  const start = headEnd(prefix);
  const peer = peerIn(prefix, start);
  if (peer !== null && prefix.startsWith(`${role}@`, peer.end))
    return at - peer.end - role.length <= MAX_BETWEEN ? fieldsOf(peer, role) : null;
  const client = prefix.lastIndexOf(',client=') + 8;
  const last = client < 8 ? null : peerIn(prefix, client);
  if (last === null || last.end !== at) return null;
  const first = prefix.startsWith(`user=${role},db=`, start) && client - start <= 2 * MAX_BETWEEN + role.length;
  const second = prefix.startsWith('db=', start) && prefix.slice(start, client).endsWith(`,user=${role},client=`);
  return first || (second && client - start <= MAX_BETWEEN + role.length + 16) ? fieldsOf(last, role) : null;
}

interface PrefixPeer {
  readonly ip: string;
  readonly port: number | null;
  /** Behind the one character that follows. */
  readonly end: number;
}

function fieldsOf(peer: PrefixPeer, role: string): Record<string, FieldValue> {
  return { 'source.ip': peer.ip, 'user.name': role, ...(peer.port === null ? {} : { 'source.port': peer.port }) };
}

/** The role of a message that refuses one. */
function roleOf(text: string): string | null {
  for (const method of METHODS) {
    const opening = `${method} authentication failed for user "`;
    if (text.startsWith(opening) && text.endsWith('"')) return text.slice(opening.length, -1);
  }
  for (const [led, closing] of LOCALISED)
    if (text.startsWith(led) && text.endsWith(closing)) return text.slice(led.length, -closing.length);
  return text.startsWith('role "') && text.endsWith('" does not exist') ? text.slice(6, -16) : null;
}

/** `[PID] `, `[PID]: [LINE-1] `, `[PID-LINE] `; under syslog the server's own stamp stands among them. */
const HEAD = /^(?:\[[\d-]{1,20}\]:? ){0,2}(?:\d{4}-\d\d-\d\d [\d:.]{8,15} [\w+-]{1,6} (?:\[[\d-]{1,20}\]:? ){0,2})?/;

/** Where a prefix goes on behind what the server itself writes first. */
function headEnd(prefix: string): number {
  return HEAD.exec(prefix)![0].length;
}

/** `ADDRESS ` (`%h`), `ADDRESS(PORT) ` or `ADDRESS(PORT):` (`%r`). */
function peerIn(prefix: string, start: number): PrefixPeer | null {
  const found = /^([\da-fA-F.:]{2,45})(?: |\((\d{1,5})\)[ :])/.exec(prefix.slice(start, start + 56));
  const ip = found === null ? null : canonicalAddress(found[1]!);
  if (found === null || ip === null) return null;
  const port = found[2];
  return { ip, port: port === undefined ? null : Number(port), end: start + found[0].length };
}
