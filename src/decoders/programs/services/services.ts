/** FTP, SSH, databases, name servers, VPN and telephony: what their own sources log about a refused peer. */
import { eventOf } from '../../event.ts';
import { type DeclaredProgram, defineProgram } from '../../message/program.ts';

/** Dropbear: the peer closes the line. */
export const dropbear = defineProgram({
  name: 'dropbear',
  bare: true,
  fail: [
    "Bad password attempt for '{user}' from {ip}:{port}",
    "bad password attempt for '{user}' from {ip}:{port}",
    "Bad PAM password attempt for '{user}' from {ip}:{port}",
    'Login attempt for nonexistent user from {ip}:{port}',
    'login attempt for nonexistent user from {ip}:{port}',
    "Login attempt for nonexistent user '{user}' from {ip}:{port}",
    'Login attempt with wrong user {user} from {ip}:{port}',
    'Exit before auth from <{ip}:{port}>: ({text}): Max auth tries reached - {text}',
    '[{num}] {word} {num} {word} Exit before auth from <{ip}:{port}>: ({text}): Max auth tries reached - {text}',
    "Max auth tries reached - user '{user}' from {ip}:{port}",
    "((Exit|exit)) before auth ({text}): Max auth tries reached - user '{user}' from {ip}:{port}",
    "((Exit|exit)) before auth from <{ip}:{port}> ({text}): Max auth tries reached - user '{text}",
  ],
  ok: [
    "Password auth succeeded for '{user}' from {ip}:{port}",
    "PAM password auth succeeded for '{user}' from {ip}:{port}",
    "Pubkey auth succeeded for '{user}' with {text} from {ip}:{port}",
  ],
  probe: ['Exit before auth from <{ip}:{port}>: {text:event.reason}'],
  info: ['Child connection from {ip}:{port}'],
});

/** MIT Kerberos' FTP server: the peer before its claimed name. */
export const gssftpd = defineProgram({
  name: 'gssftpd',
  programs: ['gssftpd', 'ftpd'],
  fail: ['repeated login failures from {ip} ({text})', 'repeated login failures from {ip}'],
});

/** vsftpd's own log; the client closes the line. */
export const vsftpd = defineProgram({
  name: 'vsftpd',
  words: ['[pid'],
  fail: ['[pid {num}] ', '']
    .flatMap((led) => [`${led}[{user}] FAIL LOGIN: Client "{ip}"[[, "{word}"]]`])
    .concat('{pre}[pid {num}] [{user}] FAIL LOGIN: Client "{ip}"'),
  ok: [
    ...['[pid {num}] ', ''].flatMap((led) => [
      `${led}[{user}] OK LOGIN: Client "{ip}"`,
      // The name is "ftp" or "anonymous", the rest of the line the client's.
      `${led}[{word}] OK LOGIN: Client "{ip}", anon password "{text}"`,
    ]),
    '{pre}[pid {num}] [{user}] OK LOGIN: Client "{ip}"',
  ],
  info: ['CONNECT: Client "{ip}"'],
});

const FTP = '{word} ({peer:source.domain}[{ip}])';
const PROFTPD = [': ', ' - '];
/** ProFTPD: the session's peer opens every message. */
export const proftpd = defineProgram({
  name: 'proftpd',
  programs: ['proftpd', 'proftpd.'],
  fail: PROFTPD.flatMap((gap) => [
    `${FTP}${gap}SECURITY VIOLATION: root login attempted.`,
    ...['', '[{num}] '].flatMap((led) => [
      `${led}${FTP}${gap}Maximum login attempts ({num}) exceeded{text:event.reason}`,
      `${led}${FTP}${gap}USER {user}: no such user found{text}`,
      `${led}${FTP}${gap}USER {user}: {text:event.reason}`,
    ]),
    `[{num}] ${FTP}${gap}SECURITY VIOLATION: {text:event.reason}`,
    `[{num}] ${FTP}${gap}USER {user} (Login failed): {text:event.reason}`,
    `[{num}] ${FTP}${gap}USER {user}: no such user found from {text}`,
    `${FTP}${gap}USER {user}: no such user found from {text}`,
    `${FTP}${gap}USER {user} (Login failed): {text:event.reason}`,
    `${FTP}${gap}SECURITY VIOLATION: {text:event.reason} login attempted[[.]]`,
    `${FTP}${gap}Maximum login attempts ({num}) exceeded{text:event.reason}`,
    `{pre}(${'{peer:source.domain}[{ip}]'})${gap}USER {user}: no such user found from {text}`,
    `{pre}(${'{peer:source.domain}[{ip}]'})${gap}USER {user} (Login failed): {text:event.reason}`,
  ]),
  ok: PROFTPD.map((gap) => `${FTP}${gap}USER {user}: Login successful.`),
  info: PROFTPD.flatMap((gap) => ['', '[{num}] '].map((led) => `${led}${FTP}${gap}{text:event.reason}`)),
});

/** Pure-FTPd's refusal in the languages that its `messages_*.h` know; the name closes the line. */
const FTP_REFUSALS = [
  'Authentication failed for user [{user}]',
  'Authentifizierung fehlgeschlagen für Benutzer [{user}].',
  "Erreur d'authentification pour l'utilisateur [{user}]",
  "[{user}] c'est un batard, il connait pas son code",
  'Autentificación fallida para el usuario [{user}]',
  "Autenticazione falita per l'utente [{user}]",
  'Autorisatie faalde voor gebruiker [{user}]',
  'Godkendelse mislykkedes for [{user}]',
  'Autentisering feilet for bruker [{user}]',
  'Autentisering misslyckades för användare [{user}]',
  'Azonosítás sikertelen [{user}] felhasználónak',
  'Autentificare esuata pentru utilizatorul [{user}]',
  'Autenticação falhou para usuário [{user}]',
  'Autentykacja nie powiodła się dla użytkownika [{user}]',
  'Autorizacia zlyhala pre uzivatela [{user}]',
  'Přihlášení uživatele [{user}] selhalo',
  '[{user}] kullanýcýsý için giriþ hatalý',
  'Пользователь [{user}] не прошел проверку',
];

/** Pure-FTPd: a login name before the peer's address, without blanks or `@`-free ends, in the opening parenthesis. */
export const pureFtpd = defineProgram({
  name: 'pure-ftpd',
  fail: [
    ...FTP_REFUSALS.map((said) => `(?@{peer}) [WARNING] ${said}`),
    ...FTP_REFUSALS.map((said) => `({word}@{peer}) [WARNING] ${said}`),
    '(?@{peer}) [WARNING] Sorry, invalid user name or password: {user}',
  ],
  ok: ['(?@{peer}) [INFO] {user} is now logged in'],
  info: ['(?@{peer}) [INFO] New connection from {peer}'],
});

/** wu-ftpd. */
export const wuFtpd = defineProgram({
  name: 'wu-ftpd',
  programs: ['wu-ftpd', 'wuftpd'],
  fail: ['failed login from {peer:source.domain} [{ip}][[, {text}]]'],
});

/** MySQL and MariaDB: the host closes the text, quoted. */
export const mysql = defineProgram({
  name: 'mysql',
  bare: true,
  words: ['[War', '[Not'],
  programs: ['mysql', 'mysqld', 'mariadb', 'mariadbd'],
  fail: [
    "{num} [Note][[ [{word}]]][[ [{word}]]] Access denied for user '{user}'@'{peer}' (using password: {word})",
    "{num} [Warning][[ [{word}]]][[ [{word}]]] Access denied for user '{user}'@'{peer}' (using password: {word})",
    "[Note] Access denied for user '{user}'@'{peer}' (using password: {word})",
    "[Warning] Access denied for user '{user}'@'{peer}' (using password: {word})",
    "{pre} Access denied for user '{user}'@'{peer}' (using password: {word})",
    "{pre} Access denied for user '{user}'@'{peer}' to database '{word}'",
    "{pre} Access denied for user '{user}'@'{peer}'",
    "Access denied for user '{user}'@'{peer}' (using password: {word})",
    // MariaDB's audit plugin: host, user, peer, connection, query, operation, database, object, code.
    ...['{num} {word},', '{word} ', ''].flatMap((led) => [
      `${led}{cell:host.name},{user},{ip},{num},{num},FAILED_CONNECT,,,{num:event.code}`,
    ]),
  ],
});

/** Microsoft SQL Server's error log. */
export const mssql = defineProgram({
  name: 'mssql',
  bare: true,
  programs: ['mssql', 'sqlservr', 'mssql-auth'],
  fail: [
    ...['', '{num}-{num}-{num} {num}:{num}:{word} '].flatMap((stamp) => [
      `${stamp}Logon       Login failed for user '{user}'. Reason: {text:event.reason} [CLIENT: {ip}]`,
      `${stamp}Logon{gap}Login failed for user '{user}'. {text:event.reason} [CLIENT: {ip}]`,
      `${stamp}Logon{gap}Login failed for user '{user}'.[[ ]][CLIENT: {ip}]`,
    ]),
    "Login failed for user '{user}'. {text:event.reason} [CLIENT: {ip}]",
  ],
});

const MONGO_COMPONENTS = [
  'I ACCESS   [{word}] ',
  'I  ACCESS   [{word}] ',
  'I NETWORK  [{word}] ',
  'I  NETWORK  [{word}] ',
];
/** MongoDB before 4.4, which wrote plain text: a level, a component and a thread before the message (4.2 puts two blanks). */
export const mongodb = defineProgram({
  name: 'mongodb',
  programs: ['mongodb', 'mongod', 'mongodb-auth'],
  heads: MONGO_COMPONENTS,
  fail: [
    '{pre}SASL {word} authentication failed for {user} on {word} from client {ip}:{port}',
    '{pre}SASL {word} authentication failed for {user} on {text} from client {sole}:{text} ; {text:event.reason}',
    '{pre}SASL {word} authentication failed for {user} on {text} from client [{sole}]:{text} ; {text:event.reason}',
    // Before 3.6 the refusal names nobody; the connection's first line did.
    ...['', 'I ACCESS   ', 'I  ACCESS   '].map(
      (led) => `${led}[conn{num:connection.number}] Failed to authenticate {user} with mechanism {text:event.reason}`,
    ),
    '{pre}Failed to authenticate {user} from client {sole} with mechanism {word}: {text:event.reason}',
  ],
  ok: [
    '{pre}Successfully authenticated as principal {user} on {word} from client {ip}:{port}',
    '{pre}Successfully authenticated as principal {user} on {word}',
  ],
  info: [
    '{pre}connection accepted from {ip}:{port} #{num:connection.number} {text}',
    ...['', ...MONGO_COMPONENTS.map((led) => led.slice(0, led.indexOf('[')))].map(
      (led) => `${led}[conn{num:connection.number}] end connection {ip}:{port} ({text})`,
    ),
    '{pre}end connection {ip}:{port} ({text})',
  ],
});

/** OpenVPN: the peer opens every message. */
const openvpnMessages = defineProgram({
  name: 'openvpn',
  words: ['TLS'],
  always: { 'event.category': 'network' },
  programs: ['openvpn', 'ovpn-server', 'ovpn'],
  fail: [
    '{ip}:{port} TLS Auth Error: {text:event.reason}',
    "{ip}:{port} SENT CONTROL [{text}]: 'AUTH_FAILED{text}' (status={num})",
  ],
  probe: [
    '{ip}:{port} TLS Error: {text:event.reason}',
    '{ip}:{port} VERIFY ERROR: {text:event.reason}',
    '{ip}:{port} TLS_ERROR: {text:event.reason}',
    '{ip}:{port} SIGUSR1[soft,connection-reset] received, client-instance restarting',
    'TLS Error: {text:event.reason} from [AF_INET]{ip}:{port}',
    'TLS Error: {text:event.reason} from [AF_INET]{ip}:{port} ({word})',
  ],
  ok: [
    '{ip}:{port} [{user}] Peer Connection Initiated with {text}',
    "{ip}:{port} TLS: Username/Password authentication succeeded for username '{user}'{text}",
  ],
  info: [
    '{ip}:{port} [{word:user.name}] Peer Connection Initiated with [AF_INET]{ip}:{port}',
    '{ip}:{port} {text:event.reason}',
    '{word:user.name}/{ip}:{port} {text:event.reason}',
    '{word:user.name},{ip:source.nat.ip},',
    '{word:user.name},{ip:source.nat.ip}',
    'MULTI: Learn: {ip:source.nat.ip} -> {word:user.name}/{ip}:{port}',
    'UDPv4 link remote: [AF_INET]{ip}:{port}',
    'TCP connection established with [AF_INET]{ip}:{port}',
    'MANAGEMENT: {text:event.reason}',
    '{word}: {text:event.reason}',
    'AUTH-PAM: {text:event.reason}',
    '{word} {word}/{ip}:{port} {text:event.reason}',
    'IFCONFIG POOL IPv4: base={ip} size={num}',
    '{text:event.reason}',
  ],
  groups: [
    {
      fields: { 'event.category': 'authentication', 'event.outcome': 'failure', 'event.action': 'openvpn-ldap' },
      patterns: [
        'Incorrect password supplied for LDAP DN "CN={cell:user.name},{text}".',
        'Incorrect password supplied for LDAP DN "{text:user.name}".',
        'ldap_bind with zero-length password is forbidden.',
        'Unable to bind as {user}',
        'LDAP user "{user}" was not found.',
      ],
    },
  ],
});

/** OpenVPN, whose file lines carry microseconds behind the stamp. */
export const openvpn: DeclaredProgram = {
  ...openvpnMessages,
  read(message) {
    const rest = message.startsWith('us=') ? message.indexOf(' ') + 1 : 0;
    return openvpnMessages.read(rest > 0 && rest < 16 ? message.slice(rest) : message);
  },
  decode(envelope) {
    const fields = this.read(envelope.message);
    return fields === null ? null : eventOf(envelope, openvpnMessages.kind, fields);
  },
};

/** A level with its thread, a call's id, and the source file with its line and function. */
const ASTERISK_HEADS = ['NOTICE', 'WARNING', 'SECURITY'].flatMap((level) =>
  ['[{num}]', '[{num}]:', '[{num}][{word}]'].flatMap((thread) =>
    [' {word} ', ' {word} {word} ', ' {word} in {word} '].map((file) => level + thread + file),
  ),
);
/** Asterisk's channel drivers; the address stands behind the last `failed for`. */
export const asterisk = defineProgram({
  name: 'asterisk',
  heads: ASTERISK_HEADS,
  fail: [
    "{pre}Registration from '{user}' failed for '{ip}[[:{port}]]' - {word} {word}",
    "{pre}Registration from '{user}' failed for '{ip}[[:{port}]]' - {word} {word} {word}",
    "{pre}Registration from '{user}' failed for '{ip}[[:{port}]]' - {word} {word} {word} {word}",
    "{pre}Host {ip} failed MD5 authentication for '{user}' ({text})",
    "{pre}Host {ip} failed to authenticate as '{user}'",
    "{pre}Failed to authenticate {text} as '{user}'",
    "{pre}chan_iax2.c: No registration for peer '{user}' (from {ip})",
    "{pre}manager.c: {ip} failed to authenticate as '{user}'",
    "{pre}manager.c: {ip} tried to authenticate with nonexistent user '{user}'",
    "{pre}Request '{word}' from '{user}' failed for '{ip}[[:{port}]]' (callid: {word}) - {word} {word}",
    "{pre}Request '{word}' from '{user}' failed for '{ip}[[:{port}]]' (callid: {word}) - {word} {word} {word}",
    "{pre}Request '{word}' from '{user}' failed for '{ip}[[:{port}]]' (callid: {word}) - No matching endpoint found after {num} tries in {word} ms",
    "{pre}Request '{word}' from '{user}' failed for '{ip}[[:{port}]]' (callid: {word}) - Failed to authenticate",
    "{pre}Request '{word}' from '{user}' failed for '{ip}[[:{port}]]' (callid: {word}) - {word} {word} {word} {word}",
  ],
  probe: [
    "{pre}Call from '{user}' ({ip}:{port}) to extension '{word}' rejected because extension not found in context '{word}'.",
    "{pre}Call from '' ({ip}:{port}) to extension {text}",
    "{pre}Call from '{user}' (((UDP|TCP|TLS|WS|WSS)):[{ip}]:{port}) to extension '{word}' rejected because extension not found in context '{word}'.",
    "{pre}Call (((UDP|TCP|TLS|WS|WSS)):{ip}:{port}) to extension '{word}' rejected because extension not found in context '{word}'.",
    "{pre}hacking attempt detected '{ip}'",
    '{pre}"Rejecting unknown SIP connection from {ip}[[:{port}]]"',
  ],
  groups: ['FailedACL', 'InvalidAccountID', 'ChallengeResponseFailed', 'InvalidPassword'].map((event) => ({
    fields: { 'event.category': 'authentication', 'event.action': 'asterisk-login', 'event.outcome': 'failure' },
    patterns: [`{pre}SecurityEvent="${event}",{pairs}`],
  })),
});

/** FreeSWITCH: the address closes the line. */
export const freeswitch = defineProgram({
  name: 'freeswitch',
  heads: ['[WARNING] sofia_reg.c:{num} ', '[WARN] [SOFIA] [sofia_reg.c:{num}] ', '[WARNING] [sofia_reg.c:{num}] '],
  fail: [
    "{pre}SIP auth failure ({text}) on sofia profile '{word}' for [{user}] from ip {ip}",
    "{pre}SIP auth challenge ({text}) on sofia profile '{word}' for [{user}] from ip {ip}",
    "{pre}Can't find user [{user}] from {ip}",
  ],
  probe: [
    '{pre}sofia_reg.c:{num} IP {ip} Rejected by register acl[[ {text}]]',
    '{pre}IP {ip} Rejected by register acl[[ {text}]]',
  ],
  info: ['{pre}Rejected by acl {text}. Falling back to {text}'],
});

/** Murmur, Mumble's server; a login name precedes the fixed text, the address ends it. */
export const murmur = defineProgram({
  name: 'murmur',
  programs: ['murmur', 'murmurd', 'mumble-server'],
  fail: [
    '{text} Rejected connection from {ip}:{port}: Invalid server password',
    '{text} Rejected connection from {ip}:{port}: Wrong certificate or password for existing user',
    '{text} Rejected connection from {ip}:{port}: Wrong certificate or password for an existing user',
    '{text} Rejected connection from {ip}:{port}: Invalid username',
    '{text} Rejected connection from {ip}:{port}: Username already in use',
  ],
});

/** xrdp. */
export const xrdp = defineProgram({
  name: 'xrdp',
  programs: ['xrdp', 'xrdp-sesman'],
  fail: ['{pre}AUTHFAIL: user={user} ip={ip} time={num}', '{pre}AUTHFAIL: user={user} ip=::ffff:{ip} time={num}'],
});

/** Portsentry, scanlogd and xinetd: the address stands first or last. */
export const portsentry = defineProgram({
  name: 'portsentry',
  probe: [
    '{pre}Host: {word}/{ip} Port: {num} {word} Blocked',
    '{pre}Connect from host: {word}/{ip} to {word} port: {num}',
  ],
});
/** Openwall's scan detector. */
export const scanlogd = defineProgram({
  name: 'scanlogd',
  probe: ['{ip} to {ip:destination.ip} ports {text}', '{ip}:{port} to {ip:destination.ip} ports {text}'],
});
/** xinetd's refusals. */
export const xinetd = defineProgram({
  name: 'xinetd',
  probe: ['FAIL: {word} address from={ip}', 'FAIL: {word} libwrap from={ip}'],
});

/** SSH tarpit endlessh. */
export const endlessh = defineProgram({
  name: 'endlessh',
  bare: true,
  probe: ['ACCEPT host={ip} port={port} {text}', '{pre}ACCEPT host={ip} port={port} {text}'],
  info: ['CLOSE host={ip} port={port} {text}', '{pre}CLOSE host={ip} port={port} {text}'],
});

/** sshesame, an SSH honeypot: the peer opens the message in brackets. */
export const sshesame = defineProgram({
  name: 'sshesame',
  words: ['[cha', 'auth'],
  fail: [
    '[{ip}:{port}] authentication for user "{user}" with password "{text}" {word}',
    '[{ip}:{port}] authentication for user "{user}" without credentials {word}',
    '[{ip}:{port}] authentication for user "{user}" with {text} {word}',
    '{ip}:{port}] authentication for user "{user}" with password "{text}" {word}',
    '{ip}:{port}] authentication for user "{user}" without credentials {word}',
  ],
  // Said in full, as other programs begin lines with an address in brackets, too.
  probe: [
    '[channel {num}]',
    'connection',
    'global request',
    'rejection of',
    'TCP/IP forwarding',
    'new channel',
  ].flatMap((said) => [`{ip}:{port}] ${said} {text:event.reason}`, `[{ip}:{port}] ${said} {text:event.reason}`]),
});

/** NSD's rate limit. */
export const nsd = defineProgram({
  name: 'nsd',
  probe: [
    '{pre}ratelimit block {word} type {word} target {word} query {ip} {text}',
    '((info|notice|warning)): ratelimit block {word} type {word} target {word} query {ip} {text}',
    '{pre}axfr for {word} from {ip} refused{text}',
    '((info|notice|warning)): {word} for {word} from ((|client ))[[ ]]{ip} refused, no acl matches[[.]]',
    '{pre} for {word} from {ip} refused, no acl matches[[.]]',
    '{pre} for {word} from client {ip} refused, no acl matches[[.]]',
  ],
});

/** SoftEther VPN. */
export const softether = defineProgram({
  name: 'softethervpn',
  programs: ['softethervpn', 'softether', 'vpnserver'],
  fail: ['', '{pre}'].map(
    (led) =>
      `${led}Connection "{word}": User authentication failed. The user name that has been provided was "{user}", from {ip}.`,
  ),
});
