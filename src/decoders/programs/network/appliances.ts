/** Switches, gateways and firewalls whose lines are text: Aruba, Meraki, Junos, Barracuda, MikroTik, pf, WatchGuard. */
import type { Fields } from '../../../model/log-event.ts';
import { eventOf } from '../../event.ts';
import { type DeclaredProgram, defineProgram } from '../../message/program.ts';
import { CONFIGURATION, DENIED, LOGIN_FAILED, LOGIN_OK, NETWORK, SESSION } from '../groups.ts';

/** ArubaOS switches and wireless controllers. */
export const aruba = defineProgram({
  name: 'aruba-os',
  bare: true,
  words: ['<ERR', '<NOT', '<WAR', '<INF', '<DBG', 'make', 'User'],
  groups: [
    {
      fields: LOGIN_OK,
      patterns: [
        "auth:  {word}: User '{user}' logged in from {ip} to {word} session",
        'stm[{num}]: <{num}> <{word}> {word} <{ip} {mac}>  Auth success: {text}',
        '<{num}> <{num}> <{word} {ip}> User {user} Successful Authentication {text}',
      ],
    },
    {
      fields: LOGIN_FAILED,
      patterns: [
        "auth:  {word}: Invalid user name/password on {word} session User '{user}' is trying to login from {ip}",
        '<{num}> <{num}> <{word} {ip}> User {word:user.name} Failed Authentication {text}',
        '<{num}> <{num}> <{word}> <{word} {ip}>{gap}User {word:user.name} Failed Authentication{text}',
      ],
    },
    {
      fields: SESSION,
      patterns: [
        "auth:  {word}: User '{user}' logged out of {word} session from {ip}",
        'snmp:  {word}: Security access violation from {ip} for {text}',
        'mgr:  {word}: SME {word} from {ip} - {text}',
        'ssl:  {word}: User :TLS connection failed for {word} session from {ip}.[[ ({num} times in {num} seconds)]]',
        'ssl:  {word}: SSL/TLS session closed for {word} from {ip}.',
      ],
    },
    {
      fields: NETWORK,
      patterns: [
        '((ports|dhcp-snoop|lldp|chassis|system|update|ssl|snmp|mgr|auth|ip|stp|loop-protect)):  {word}: {text:event.reason}',
        'stm[{num}]: <{num:event.code}> <{word}> {word} <{ip} {mac}> {text:event.reason}',
        'cli[{num}]: <{num:event.code}> <{word}> {word} <{ip} {mac}> {text:event.reason}',
        '<{num:event.code}> <{num}> <{word} {ip}>{gap}User {word:user.name} {text:event.reason}',
        '<{num:event.code}> <{num}> <{word} {ip}> {text:event.reason}',
        'Event|{num:event.code}|LOG_{word}|{word}|{word}|{text:event.reason}',
        '((ports|FFI|fault)):[[ ]]{text:event.reason}',
        '<{num:event.code}> <{num}> <{word}> <{word} {ip}>{gap}User {word:user.name} {text:event.reason}',
        '<{num:event.code}> <{num}> <{word}> <{word} {ip}>{gap}{text:event.reason}',
      ],
    },
  ],
});

/** Cisco Meraki: epoch, device, kind, then text or pairs. */
export const meraki = defineProgram({
  name: 'cisco-meraki',
  programs: ['cisco-meraki', 'meraki'],
  words: ['even', 'urls', 'flow', 'fire', 'vpn_', 'ip_f', 'ids-', 'secu', 'airm', 'cell'],
  groups: [
    {
      fields: NETWORK,
      patterns: [
        "[[{num}.{num} ]]{word:observer.name} urls src={ip}:{port} dst={ip:destination.ip}:{port:destination.port} mac={mac} agent='{text:user_agent.original}' request: {word:http.request.method} {text:url.original}",
        '[[{num}.{num} ]]{word:observer.name} urls src={ip}:{port} dst={ip:destination.ip}:{port:destination.port} mac={mac} request: {word:http.request.method} {text:url.original}',
        '[[{num}.{num} ]]{word:observer.name} ((flows|firewall|vpn_firewall|cellular_firewall)) {word:event.action} src={ip} dst={ip:destination.ip} mac={mac} protocol={word:network.transport} sport={port} dport={port:destination.port}[[ {text}]]',
        '[[{num}.{num} ]]{word:observer.name} ((flows|firewall|vpn_firewall|cellular_firewall|ip_flow_start|ip_flow_end|ids-alerts|security_event)) {pairs}',
        '[[{num}.{num} ]]{word:observer.name} events dhcp lease of ip {ip} from mx mac {mac:server.mac} for client mac {mac} {text}',
        "[[{num}.{num} ]]{word:observer.name} events ((client_vpn_connect|anyconnect_vpn_connect|anyconnect_vpn_disconnect)) user id '{word:user.name}' local ip {ip:source.nat.ip} ((connected|reconnected)) from {ip}",
        '[[{num}.{num} ]]{word:observer.name} events {word} IP[{ip}] {text:event.reason}',
        "[[{num}.{num} ]]{word:observer.name} events type={word:event.action} msg= '{word} Server IP={ip:destination.ip} Server port={port:destination.port} Peer IP={ip} Peer port={port}: {text:event.reason}",
        '[[{num}.{num} ]]{word:observer.name} events type={word:event.action} {pairs}',
        '[[{num}.{num} ]]{word:observer.name} ((events|airmarshal_events)) {text:event.reason}',
      ],
    },
  ],
});

/** Barracuda CloudGen Firewall: level, box, service, text. */
export const barracuda = defineProgram({
  name: 'barracuda',
  programs: ['barracuda', 'barracuda-cloudgen-firewall'],
  bare: true,
  groups: ['Info     ', 'Security ', 'Warning  ', 'Notice   ', 'Error    ', 'Fatal    '].flatMap((level) => [
    {
      fields: LOGIN_OK,
      patterns: [
        `${level}{word:observer.name} LOGIN ATTEMPT: {word:process.name}[{num}]: Login {word:user.name} from {ip} : Allowed.`,
        `${level}{word:observer.name} LOGIN ATTEMPT: {word}: Login {word:user.name} from {ip} : Allowed.`,
        `${level}{word:observer.name} phibs: Authentication Login for peer={ip} {pairs}`,
      ],
    },
    {
      fields: LOGIN_FAILED,
      patterns: [
        `${level}{word:observer.name} LOGIN ATTEMPT: Login from {ip}: Denied: {text:event.reason}`,
        `${level}{word:observer.name} LOGIN ATTEMPT: {word}: Login {word:user.name} from {ip} : Denied{text:event.reason}`,
      ],
    },
    {
      fields: SESSION,
      patterns: [
        `${level}{word:observer.name} {word}: Session {word:user.name}: {word:event.action}`,
        `${level}{word:observer.name} {word}: Session({ip}:{port}) {text:event.reason}`,
        `${level}{word:observer.name} New Session {text:event.reason}`,
      ],
    },
    {
      fields: { 'event.category': 'file' },
      patterns: [`${level}{word:observer.name} [{word:user.name}@{ip}_{port}]{gap}{text:event.reason}`],
    },
    {
      fields: NETWORK,
      patterns: [
        `${level}{word:observer.name} {word:event.action}: {word}|{word:network.transport}|{word}|{ip}|{port}|{mac}|{ip:destination.ip}|{port:destination.port}|{text}`,
        `${level}{word:observer.name} {word:event.action}: type={word}|{pairs}`,
        `${level}{word:observer.name} firewall: [{word}] {word:event.action} {gap}IPS {word}({num}) {ip} -> {ip:destination.ip}:{port:destination.port} |{text:event.reason}`,
        `${level}{word:observer.name} firewall: [{word}] SecurityEvent: {text:event.reason} for source IP {ip} within {num} seconds`,
        `${level}{word:observer.name} {word:event.provider}: {text:event.reason}`,
      ],
    },
    {
      fields: { 'event.category': 'process' },
      patterns: [`${level}{word:observer.name} {text:event.reason}`],
    },
  ]),
});

const OUT = ['{word:observer.egress.interface.name}, ', '(unknown {num}), '];
const ENDS = [
  '{ip}:{port}->{ip:destination.ip}:{port:destination.port}',
  '[{ip}]:{port}->[{ip:destination.ip}]:{port:destination.port}',
  '{ip}->{ip:destination.ip}',
];
const PACKET = '[[connection-state:{word} ]][[src-mac {mac}, ]]proto {word:network.transport}';
const FORWARDED = OUT.flatMap((out) =>
  ENDS.flatMap((ends) =>
    ['', ' ({word})', ' ({word} {word})'].map(
      (flags) =>
        `((input|forward|output)): in:{word:observer.ingress.interface.name} out:${out}${PACKET}${flags}, ${ends}, {text}`,
    ),
  ),
);
const TOPICS = ['system,error,critical ', 'system,error ', 'system,info,account ', 'critical ', 'error ', ''];
const TUNNELS = '((l2tp|pptp|sstp|ovpn|pppoe))';
/** MikroTik RouterOS: firewall lines, logins, tunnels. */
export const routeros = defineProgram({
  name: 'routeros',
  bare: true,
  words: ['fire', 'syst', 'l2tp', 'pptp', 'sstp', 'ovpn', 'ipse'],
  programs: ['routeros', 'routeros-auth', 'mikrotik', 'system,error,critical', 'system,info,account'],
  fail: [
    ...TOPICS.map((led) => `${led}login failure for user {user} from {ip} via {word}`),
    '{pre}login failure for user {user} from {ip} via {word}',
    ...['error', 'info', 'info,account'].flatMap((level) => [
      `${TUNNELS},ppp,${level} [[<]]{word}: user {user} authentication failed`,
      `${TUNNELS},ppp,${level} {word}: user {user} authentication failed`,
    ]),
    '{pre}user {user} authentication failed',
  ],
  ok: [
    ...TOPICS.map((led) => `${led}user {user} logged in from {ip} via {word}`),
    '{pre}user {user} logged in from {ip} via {word}',
    ...[`${TUNNELS},ppp,info,account `, 'ppp,info,account '].map(
      (led) => `${led}{text:user.name} logged in, {ip:source.nat.ip} from {ip}`,
    ),
  ],
  probe: ['ipsec,error ', 'ipsec,info ', ''].flatMap((led) => [
    `${led}{ip} failed to pre-process ph1 packet (side: {num}, status {num}).`,
    `${led}{ip} parsing packet failed, possible cause: wrong password`,
  ]),
  groups: [
    {
      fields: { 'event.category': 'session', 'event.action': 'logout' },
      patterns: TOPICS.map((led) => `${led}user {user} logged out from {ip} via {word}`),
    },
    {
      fields: NETWORK,
      patterns: [
        ...FORWARDED.flatMap((rest) =>
          ['firewall,info ', 'firewall,info {word:rule.name} ', ''].map((led) => led + rest),
        ),
        `${TUNNELS},info TCP connection established from {ip}`,
        'l2tp,info first L2TP UDP packet received from {ip}',
        'ipsec,info respond new phase 1 (Identity Protection): {ip:destination.ip}[{port:destination.port}]<=>{ip}[{port}]',
        'ipsec,error phase1 negotiation failed due to time up {ip:destination.ip}[{port:destination.port}]<=>{ip}[{port}] {text:event.reason}',
      ],
    },
  ],
});

const PF = '{word:rule.id},{word:observer.ingress.interface.name},match,{word:event.action},{word:network.direction},';
const PF_FIELDS = '{word},{word},{word},{word},{word},';
/** pf's filterlog of pfSense and OPNsense; the columns as their documentation lists them. */
export const filterlog = defineProgram({
  name: 'filterlog',
  programs: ['filterlog', 'pf', 'openbsd-packet-filter'],
  always: { 'event.category': 'network', 'event.action': 'pf' },
  info: ['{num},,,', '{num},{num},,', '{num},,{num},'].flatMap((head) => [
    `${head}${PF}4,{word},,${PF_FIELDS}{word:network.transport},{num:network.bytes},{ip},{ip:destination.ip},{port},{port:destination.port},{text}`,
    `${head}${PF}4,{word},,${PF_FIELDS}{word:network.transport},{num:network.bytes},{ip},{ip:destination.ip},{text}`,
    `${head}${PF}6,{word},{word},{word},{word:network.transport},{num},{num},{ip},{ip:destination.ip},{port},{port:destination.port},{text}`,
    `${head}${PF}6,{word},{word},{word},{word:network.transport},{num},{num},{ip},{ip:destination.ip},{text}`,
  ]),
});

/** Packet filter lines with `IN= OUT= SRC=` behind something else: Proxmox's firewall, UniFi gateways. */
const pairsOfFilter = defineProgram({
  name: 'packet-filter',
  programs: ['pve-firewall', 'unifi'],
  bare: true,
  always: { ...NETWORK, 'event.action': 'packet' },
  info: [
    '[WAN_{word:rule.name}] {pairs}',
    '[LAN_{word:rule.name}] {pairs}',
    '[GUEST_{word:rule.name}] {pairs}',
    '{word} [WAN_{word:rule.name}] {pairs}',
    '{pre}IN={pairs}',
  ],
});
/** What stands before `IN=` and says that the packet was refused: `WAN_LOCAL-D-10`, `policy DROP:`. */
const REFUSED = /-D[-\]]|\b(?:DROP|REJECT|BLOCK|DENY)\b/;
/** Packet filter lines; a rule's name says what became of the packet. */
export const filterPairs: DeclaredProgram = {
  ...pairsOfFilter,
  read: (message) => judged(pairsOfFilter.read(message), message),
  readBare: (message) => judged(pairsOfFilter.readBare(message), message),
  decode(envelope) {
    const fields = this.read(envelope.message);
    return fields === null ? null : eventOf(envelope, pairsOfFilter.kind, fields);
  },
};

function judged(fields: Fields | null, message: string): Fields | null {
  if (fields === null) return null;
  const head = message.slice(0, Math.min(160, message.indexOf('IN=')));
  return REFUSED.test(head) ? { ...fields, ...DENIED } : fields;
}

/** Ekinops OneOS routers. */
export const oneos = defineProgram({
  name: 'ekinops-oneos',
  bare: true,
  groups: ['INFO', 'WARN', 'ERROR', 'DEBUG'].flatMap((level) =>
    [`: #${level}#`, `#${level}#`].flatMap((led) => [
      {
        fields: LOGIN_FAILED,
        patterns: [`${led}{gap}Login failed for user '{word:user.name}' from {text}`],
      },
      {
        fields: CONFIGURATION,
        patterns: [
          `${led}{gap}{text:event.reason} by user '{word:user.name}' from {text}`.replace('{word:user.name}', '{user}'),
        ],
      },
      { fields: { 'event.category': 'process' }, patterns: [`${led}{gap}{text:event.reason}`] },
    ]),
  ),
});

const REASONS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((count) => `{word}${' {word}'.repeat(count - 1)}`);
/** WatchGuard Firebox: what the message of its records says about a login. */
export const watchguard = defineProgram({
  name: 'watchguard',
  programs: ['watchguard', 'firebox'],
  bare: true,
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: [
        ...REASONS.map((reason) => `Authentication of {word} user [{user}] from {ip} was rejected, ${reason}`),
        "WebUI User {user} from {ip} log in attempt was rejected - invalid credentials or user doesn't exist.",
      ],
    },
    {
      fields: LOGIN_OK,
      patterns: [
        'SSL VPN user {user} from {ip} logged in assigned virtual IP is {ip:source.nat.ip}',
        'WebUI User {user} from {ip} logged in',
        'Authentication of {word} user [{user}] from {ip} accepted',
      ],
    },
  ],
});

/** IBM AIX's audit trail through syslog. */
export const aix = defineProgram({
  name: 'ibm-aix',
  words: ['OK', 'FAIL'],
  groups: [
    {
      fields: { 'event.category': 'process' },
      patterns: ['OK', 'FAIL', 'FAIL_AUTH', 'FAIL_ACCESS'].flatMap((status) => [
        `{word:event.action} {gap}{word:process.name} {gap}{word:user.name} {gap}{word} {gap}${status} {gap}{num} {word} {num} {text}`,
        `filename {word:file.path} {word:event.action} {word:process.name} {word:user.name} {word} ${status} {num} {word} {num} {text}`,
      ]),
    },
  ],
});

/** RSA Authentication Manager's runtime audit. */
export const securid = defineProgram({
  name: 'rsa-securid',
  words: ['audi'],
  groups: ['SUCCESS', 'FAIL'].map((result) => ({
    fields: result === 'SUCCESS' ? LOGIN_OK : LOGIN_FAILED,
    patterns: [
      `{word}, {word}, audit.runtime.{word}, {word}, {cell},{cell},{ip},{ip:destination.ip},{cell:event.action},{num:event.code},${result},{cell},{cell},{cell},{cell},{cell},{cell:user.name},{text}`,
      `{word} {word}, {word}, audit.runtime.{word}, {word}, {cell},{cell},{ip},{ip:destination.ip},{cell:event.action},{num:event.code},${result},{cell},{cell},{cell},{cell},{cell},{cell:user.name},{text}`,
    ],
  })),
});

const AGENT =
  '{word:host.name} [{word} {word}] "{ip} {text:user.name}" "{word:url.domain} {word:http.request.method} {text:url.original}';
/** Broadcom SiteMinder's access log. */
export const siteminder = defineProgram({
  name: 'siteminder',
  bare: true,
  groups: [
    {
      fields: LOGIN_OK,
      patterns: ['AuthAccept', 'AzAccept', 'AuthLogout', 'ValidateAccept'].flatMap((kind) => [
        `${kind} ${AGENT}`,
        `${kind} {word:host.name} [{word} {word}] "{ip} {text}`,
      ]),
    },
    {
      fields: LOGIN_FAILED,
      patterns: ['AuthReject', 'AzReject', 'ValidateReject', 'AuthAttempt'].flatMap((kind) => [
        `${kind} ${AGENT}`,
        `${kind} {word:host.name} [{word} {word}] "{ip} {text}`,
      ]),
    },
  ],
});

/** Kaspersky Endpoint Security's events through syslog. */
export const kaspersky = defineProgram({
  name: 'kaspersky-endpoint-security',
  bare: true,
  groups: [
    {
      fields: { 'event.category': 'malware' },
      patterns: ['Result description: {text:event.reason}User: {user} (Initiator){text}'],
    },
    {
      fields: { 'event.category': 'process' },
      patterns: ['Event type: {text:event.action}User: {user} (Initiator){text}'],
    },
  ],
});
