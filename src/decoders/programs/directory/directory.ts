/** Directory and access servers: OpenLDAP's slapd, FreeRADIUS, Samba, PingFederate's siblings, RSA, VMware. */

import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields } from '../../../model/log-event.ts';
import { eventOf } from '../../event.ts';
import { readJson } from '../../formats/json-line.ts';
import { type DeclaredProgram, defineProgram } from '../../message/program.ts';
import { CONFIGURATION, LOGIN_FAILED, LOGIN_OK, NETWORK, REQUEST, SESSION } from '../groups.ts';
import { sshd } from '../sshd.ts';

/** The first part of a name in the directory: who it is. */
const NAMED = '((uid|cn|mail|sAMAccountName))={cell:user.name}';

/** OpenLDAP's statistics log (loglevel stats). */
export const slapd = defineProgram({
  name: 'slapd',
  programs: ['slapd', 'openldap'],
  bare: true,
  groups: [
    {
      fields: { 'event.category': 'authentication', 'event.action': 'bind' },
      patterns: [
        `conn={num} op={num} BIND dn="${NAMED},{text}" {text}`,
        'conn={num} op={num} BIND dn="{user}" {text}',
        'conn={num} op={num} BIND {text}',
      ],
    },
    {
      fields: { ...LOGIN_FAILED, 'event.action': 'result' },
      patterns: ['conn={num:connection.number} op={num} RESULT tag=97 err=49 {text}'],
    },
    {
      fields: { ...CONFIGURATION, 'event.action': 'mod' },
      patterns: [
        `conn={num} op={num} ((MOD|ADD|DEL|MODRDN)) dn="${NAMED},{text}"`,
        'conn={num} op={num} ((MOD|ADD|DEL|MODRDN)) dn="{user}"',
        'conn={num} op={num} ((MOD|ADD)) attr={text:event.reason}',
      ],
    },
    {
      fields: NETWORK,
      patterns: [
        'conn={num:connection.number} fd={num} ACCEPT from IP={ip}:{port} (IP={ip:destination.ip}:{port:destination.port})',
        'conn={num} fd={num} ((closed|TLS)) {text:event.reason}',
        'conn={num} op={num} SRCH base="{text}" {text}',
        'conn={num} op={num} {word:event.action} {text:event.reason}',
        'conn={num} op={num} {word:event.action}',
        'conn={num} fd={num} {word:event.action}',
      ],
    },
  ],
});

const FROM = [
  '(from client {word:host.name} port {port})',
  '(from client {word:host.name} port {port} cli {mac})',
  '(from client {word:host.name} port {port} cli {mac} via TLS tunnel)',
  '(from client {word:host.name} port {port} cli {word})',
  '(from client {word:host.name} port {port} via TLS tunnel)',
  '(from client {text} port {num}[[ cli {word}]][[ {word} {word} {word}]])',
];
/** FreeRADIUS: logins and refusals. */
export const freeradius = defineProgram({
  name: 'freeradius',
  programs: ['freeradius', 'radiusd', 'radius'],
  fail: ['', '({num}) ', 'Auth: ', 'Auth: ({num}) '].flatMap((led) =>
    FROM.flatMap((from) => [
      `${led}Login incorrect ({text:event.reason}): [{user}] ${from}`,
      `${led}Login incorrect: [{user}] ${from}`,
      `${led}Invalid user ({text:event.reason}): [{user}] ${from}`,
      `${led}Invalid user: [{user}] ${from}`,
    ]),
  ),
  ok: ['', '({num}) ', 'Auth: ', 'Auth: ({num}) '].flatMap((led) =>
    FROM.map((from) => `${led}Login OK: [{user}] ${from}`),
  ),
  probe: [
    '[[ ]]Ignoring request to {word} address {word} port {port:destination.port}[[ bound to server {word}]] from unknown client {ip} port {port}[[ proto {word:network.transport}]]',
  ],
});

const SMB_HEAD =
  'Auth: [{word:network.protocol}] user [{text:user.domain}]\\[{user}] at [{text}] with [{text}] status [';
const SMB_TAIL = '] workstation [{text}] remote host [ipv4:{sole}:{text}';
const SMB_TAIL_6 = '] workstation [{text}] remote host [ipv6:{sole}:{text}';
const SMB_REFUSED = [
  'WRONG_PASSWORD',
  'NO_SUCH_USER',
  'LOGON_FAILURE',
  'ACCOUNT_LOCKED_OUT',
  'ACCOUNT_DISABLED',
  'PASSWORD_EXPIRED',
  'ACCESS_DENIED',
  'INVALID_LOGON_HOURS',
];
/** Samba's authentication audit (`auth_audit`), and smbd's older note of a refused password. */
export const samba = defineProgram({
  name: 'samba',
  programs: ['samba', 'smb', 'smbd', 'smbd_audit'],
  bare: true,
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: SMB_REFUSED.flatMap((status) => [
        `${SMB_HEAD}NT_STATUS_${status}${SMB_TAIL}`,
        `${SMB_HEAD}NT_STATUS_${status}${SMB_TAIL_6}`,
      ]),
    },
    { fields: LOGIN_OK, patterns: [`${SMB_HEAD}NT_STATUS_OK${SMB_TAIL}`, `${SMB_HEAD}NT_STATUS_OK${SMB_TAIL_6}`] },
    {
      fields: { 'event.category': 'authentication', 'event.action': 'login' },
      patterns: [`${SMB_HEAD}{text:event.reason}${SMB_TAIL}`],
    },
  ],
});

const LEVEL = '((info|warning|error|verbose|INFO|WARN|ERROR|DEBUG))';
const HOSTD = `${LEVEL} {word:process.name}[{word}] [{text}] `;
/** The same in vSphere 8, where level and service are the syslog tag, and without either. */
const PLAIN = ['[Originator@{text}] ', ''];
const EVENT = 'Event [{num}] [{word}] [{word}] ';
const ABOUT = '[{word:log.level}] [{text:user.name}] [{text:host.name}] [{num}] ';
const FACTS: readonly [event: string, category: string][] = [
  ['UserLogoutSessionEvent', 'session'],
  ['VmReconfiguredEvent', 'configuration'],
  ['HostReconnectionFailedEvent', 'host'],
  ['TaskEvent', 'process'],
];

/** VMware ESXi's and vCenter's services: `level service[pid] [tags] text`. */
const vmwareMessages = defineProgram({
  name: 'vmware',
  programs: [
    'vmware',
    'Hostd',
    'hostd',
    'vpxd',
    'vpxa',
    'Vpxa',
    'vobd',
    'vmkernel',
    'vmkwarning',
    'rhttpproxy',
    'vmauthd',
    'applmgmt-audit',
    'esxcli',
    'vsansystem',
    'dcui',
    'shell',
    'crond',
    'fdm',
    'Fdm',
    'websso',
    'ssoAdminServer',
    'esxi',
    'vcenter',
  ],
  bare: true,
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: [
        `${HOSTD}Rejected password for user {user} from {ip}`,
        `${HOSTD}Event {num} : Cannot login {user}@{ip}`,
        ...PLAIN.flatMap((led) => [
          `${led}Rejected password for user {user} from {ip}`,
          `${led}Event {num} : Cannot login {user}@{ip}`,
        ]),
        `${EVENT}[vim.event.BadUsernameSessionEvent] ${ABOUT}[Cannot login {text}@{ip}]`,
        `${EVENT}[vim.event.BadUsernameSessionEvent] ${ABOUT}{text:event.reason}`,
        `${EVENT}[vim.event.EventEx] ${ABOUT}[Failed login {text} from {ip} at {word} {word} {word} in SSO]`,
        `${EVENT}[vim.event.AlreadyAuthenticatedSessionEvent] ${ABOUT}{text:event.reason}`,
      ],
    },
    {
      fields: LOGIN_OK,
      patterns: [
        ...[HOSTD, ...PLAIN].map((led) => `${led}Accepted password for user {user} from {ip}`),
        // Only a name that the system knows gets here, so none that imitates this.
        ...[
          `${LEVEL} {word:process.name}[{word}] [{word} {word}[[ {word}]]] `,
          '[Originator@{word} {word}[[ {word}]]] ',
          '',
        ].map((led) => `${led}Event {num} : User {word:user.name}@{ip} logged in as {text:user_agent.original}`),
        "[{word}] {word}: [esx.audit.ssh.session.opened] SSH session was opened for '{user}@{ip}'.",
        `${EVENT}[vim.event.UserLoginSessionEvent] ${ABOUT}[User {text} logged in as {text:user_agent.original}]`,
        `${EVENT}[vim.event.EventEx] ${ABOUT}[Successful login {text} from {ip} at {word} {word} {word} in SSO]`,
        `${EVENT}[vim.event.EventEx] ${ABOUT}[SSH session was opened for '{text}@{ip}'.]`,
      ],
    },
    {
      // vCenter's front proxy, in Envoy's default format.
      fields: REQUEST,
      patterns: [
        `${LEVEL} envoy[{word}] [{word} {word}] [{word}] "{word:http.request.method} {word:url.original} HTTP/{word:http.version}" {num:http.response.status_code} {word} {num:http.request.bytes} {num:http.response.bytes} {num} {word} {quoted:http.request.forwarded} "{text:user_agent.original}" "{word}" "{word:url.domain}" "{word}"`,
      ],
    },
    {
      fields: { ...SESSION, 'event.outcome': 'success' },
      patterns: [
        ...['[Originator@{word} {word}[[ {word}]]] ', ''].map(
          (led) => `${led}Event {num} : User {word:user.name}@{ip} logged out {text:event.reason}`,
        ),
        "[{word}] {word}: [esx.audit.ssh.session.closed] SSH session was closed for '{user}@{ip}'.",
        `${HOSTD}Event {num} : SSH session was ((opened|closed)) for '{user}@{ip}'.`,
        `${HOSTD}Event {num} : User {text} logged in as {word:user.name}[[ {text:user_agent.original}]]`,
        `${EVENT}[vim.event.EventEx] ${ABOUT}[SSH session was ((opened|closed)) for '{text}@{ip}'.]`,
        `${EVENT}[vim.event.EventEx] ${ABOUT}[SSH session was ((opened|closed)) for {text}@{ip}.]`,
        `${EVENT}[vim.event.UserLogoutSessionEvent] ${ABOUT}[User {text} logged out ({text}, user agent: {text:user_agent.original})]`,
      ],
    },
    ...FACTS.map(([event, category]) => ({
      fields: { 'event.category': category },
      patterns: [`${EVENT}[vim.event.${event}] ${ABOUT}{text:event.reason}`],
    })),
    {
      fields: { 'event.category': 'host' },
      patterns: [`${EVENT}[{word:event.action}] ${ABOUT}{text:event.reason}`],
    },
    { fields: { 'event.category': 'process' }, patterns: [`${HOSTD}{text:event.reason}`] },
    {
      fields: { 'event.category': 'process' },
      patterns: ['[Originator@{text}] {text:event.reason}', '[{word}] {word}: [{word:event.code}] {text:event.reason}'],
    },
    {
      fields: { 'event.category': 'process' },
      patterns: [
        "User '{word:user.name}' running command '{text:process.command_line}'",
        'Terminating watchdog process with PID {num}',
      ],
    },
  ],
});

/** VMware's services; a user of a domain is written `DOMAIN\\NAME`. */
export const vmware: DeclaredProgram = {
  ...vmwareMessages,
  read: (message) => ssoAudit(message) ?? withDomain(vmwareMessages.read(message)),
  readBare: (message) => ssoAudit(message) ?? withDomain(vmwareMessages.readBare(message)),
  decode(envelope) {
    const fields = this.read(envelope.message);
    if (fields !== null) return eventOf(envelope, vmwareMessages.kind, fields);
    // ESXi's shell is OpenSSH; a collector that knows the host may have dropped the daemon's name.
    return envelope.program === 'esxi' ? sshd.decode(envelope) : null;
  },
};

const AUDITLOGGER = ' [auditlogger] ';

/** vCenter's single sign-on audit within its service's log: `INFO websso[...] [...] [auditlogger] {JSON}`. */
function ssoAudit(message: string): Fields | null {
  const at = message.indexOf('websso[') < 0 ? -1 : message.indexOf(AUDITLOGGER);
  if (at < 0 || at > 120) return null;
  const values = readJson(message.slice(at + AUDITLOGGER.length));
  const type = values?.get('type');
  if (values === null || type === undefined || !type.startsWith('com.vmware.sso.')) return null;
  const meaning = type.endsWith('.LoginFailure') ? LOGIN_FAILED : type.endsWith('.LoginSuccess') ? LOGIN_OK : SESSION;
  return {
    ...meaning,
    'source.ip': canonicalAddress(values.get('client') ?? '') ?? undefined,
    'user.name': values.get('user'),
    'event.reason': values.get('description'),
  };
}

function withDomain(fields: Fields | null): Fields | null {
  const user = fields?.['user.name'];
  const slash = typeof user === 'string' ? user.indexOf('\\') : -1;
  return fields === null || typeof user !== 'string' || slash < 1
    ? fields
    : { ...fields, 'user.domain': user.slice(0, slash), 'user.name': user.slice(slash + 1) };
}

const IKE = ['{num}[{word}] <{word}|{num:connection.number}> ', '{num}[{word}] <{num:connection.number}> '];
/** strongSwan's charon: the peer is named where packets come and go, the refusal in the same connection's other lines. */
export const strongswan = defineProgram({
  name: 'strongswan',
  programs: ['charon', 'strongswan', 'charon-systemd', 'ipsec'],
  always: NETWORK,
  probe: [
    ...['', ...IKE.map((led) => led.slice('{num}[{word}] '.length))].flatMap((id) => [
      `{num}[{word}] ${id}deleting half open IKE_SA with {ip} after timeout`,
      `{num}[{word}] ${id}{ip} is initiating ((a|an)) {word} IKE_SA but is not allowed{text}`,
    ]),
    ...IKE.flatMap((led) => [
      `${led}no IKE config found for {ip:destination.ip}...{ip}, sending NO_PROPOSAL_CHOSEN`,
      `${led}parsing IKE header from {ip} failed{text}`,
    ]),
  ],
  fail: IKE.flatMap((led) => [
    `${led}EAP-MS-CHAPv2 verification failed, retry ({num})`,
    `${led}EAP method EAP_{word} failed for peer {user}`,
    `${led}tried {num} shared ((key|keys)) for {text}, but MAC mismatched`,
    `${led}received AUTHENTICATION_FAILED notify error`,
    `${led}XAuth authentication of '{user}' failed`,
  ]),
  info: [
    ...[...IKE, '{num}[{word}] <{word}> ', '{num}[{word}] '].flatMap((led) => [
      `${led}sending packet: from {ip:destination.ip}[{port:destination.port}] to {ip}[{port}] ({num} bytes)`,
      `${led}received packet: from {ip}[{port}] to {ip:destination.ip}[{port:destination.port}] ({num} bytes)`,
    ]),
    ...IKE.map((led) => `${led}{ip} is initiating a{text}`),
    '{num}[{word}] <{word}> {text:event.reason}',
    '{num}[{word}] {text:event.reason}',
  ],
  groups: [{ fields: SESSION, patterns: ['{num}[IKE] <{word}> deleting IKE_SA {text:event.reason}'] }],
});
