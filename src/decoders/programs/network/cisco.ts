/** Cisco ASA, Firepower (FTD), IOS, IOS-XE and NX-OS: `%FACILITY-SEVERITY-CODE: text`, texts as in the system message guides. */
import { defineProgram } from '../../message/program.ts';
import { CONFIGURATION, DENIED, LOGIN_FAILED, LOGIN_OK, NETWORK, SESSION } from '../groups.ts';

const FROM_TO = '{ip}/{port} to {ip:destination.ip}/{port:destination.port}';
const ZONED =
  '{word:observer.ingress.zone}:{ip}/{port} to {word:observer.egress.zone}:{ip:destination.ip}/{port:destination.port}';
const SRC_DST =
  'src {word:observer.ingress.zone}:{ip}/{port} dst {word:observer.egress.zone}:{ip:destination.ip}/{port:destination.port}';
const AT = 'at {word} {word} {word} {word} {word} {word}';

function coded(bodies: readonly string[]): string[] {
  return bodies.map((body) => `%{word:cisco.facility}-{num}-{word:event.code}: ${body}`);
}

/** Every Cisco operating system that writes `%FACILITY-SEVERITY-CODE:`. */
export const cisco = defineProgram({
  name: 'cisco',
  programs: ['cisco', 'cisco-asa', 'cisco-ftd', 'cisco-ios', 'cisco-nx-os'],
  bare: true,
  groups: [
    {
      fields: DENIED,
      patterns: coded([
        `Deny inbound {word:network.transport} from ${FROM_TO}[[ {text}]]`,
        `Deny inbound {word:network.transport} src {word}:{ip} dst {word}:{ip:destination.ip}[[ {text}]]`,
        `Inbound {word:network.transport} connection denied from ${FROM_TO}[[ {text}]]`,
        `Deny {word:network.transport} (no connection) from ${FROM_TO}[[ {text}]]`,
        'Deny {word:network.transport} reverse path check from {ip} to {ip:destination.ip}[[ {text}]]',
        `Deny {word:network.transport} ${SRC_DST}[[ {text}]]`,
        'Deny {word:network.transport} src {word}:{ip} dst {word}:{ip:destination.ip}[[ {text}]]',
        'Deny IP spoof from ({ip}) to {ip:destination.ip}[[ {text}]]',
        'Deny IP from {ip} to {ip:destination.ip}, {text:event.reason}',
        'Deny IP due to Land Attack from {ip} to {ip:destination.ip}',
        'Deny {word:network.transport} connection spoof from {ip} to {ip:destination.ip} on interface {word}',
        'Deny inbound (No xlate) {word:network.transport} src {word}:{ip}/{port} dst {word}:{ip:destination.ip}/{port:destination.port}[[ {text}]]',
        `Deny inbound {word:network.transport} ${SRC_DST}[[ {text}]]`,
        'Denied ICMP type={word}, from laddr {ip} on interface {word} to {ip:destination.ip}: {text:event.reason}',
        'No matching connection for ICMP error message: icmp src {word}:{ip} dst {word}:{ip:destination.ip} {text:event.reason}',
        'Deny MAC address {mac}, possible spoof attempt on interface {word}',
        `Dynamic filter dropped {word} {word:network.transport} traffic from {word}:{ip}/{port} ({word}) to {word}:{ip:destination.ip}/{port:destination.port} {text:event.reason}`,
        'Host {ip} is attacking. {text:event.reason}',
        'Host {ip} is targeted. {text:event.reason}',
        `Failed to locate egress interface for {word:network.transport} from {word}:${FROM_TO}`,
        `Routing failed to locate next hop for {word:network.transport} from ${ZONED}`,
        'IPSEC: Received {text:event.reason} from {ip} to {ip:destination.ip}[[.]]',
        'Invalid transport field for protocol={word:network.transport}, from {ip}/{port} to {ip:destination.ip}/{port:destination.port}',
        'Received ARP {word} collision from {ip}/{mac} on interface {text:event.reason}',
        'Deny IP teardrop fragment {text} from {ip} to {ip:destination.ip}',
        'Denied {word:network.transport} type={num}, code={num} from {ip} on interface {word}',
        'Dropped {word:network.transport} packet from {word}:{ip}/{port} to {word}:{ip:destination.ip}/{port:destination.port}[[, {text}]]',
        'access-list {word:rule.name} denied {word:network.transport} {word}/{ip}({port}) -> {word}/{ip:destination.ip}({port:destination.port})[[ {text}]]',
        `{word:network.transport} access denied by ACL from {ip}/{port} to {word}:{ip:destination.ip}/{word}`,
        `{word:network.transport} request discarded from {ip}/{port} to {word}:{ip:destination.ip}/{word}`,
        `Duplicate {word:network.transport} SYN from ${ZONED}[[ {text}]]`,
        'Threat-detection adds host {ip} to shun list',
        'Shunned packet: {ip} ==> {ip:destination.ip} on interface {word}',
        'list {word:rule.name} denied {word:network.transport} {ip}({port}) -> {ip:destination.ip}({port:destination.port}), {text}',
        'list {word:rule.name} denied {word:network.transport} {ip} -> {ip:destination.ip}[[ ({word})]], {text}',
        'list {word:rule.name} denied {ip} {text}',
      ]),
    },
    {
      fields: LOGIN_FAILED,
      patterns: coded([
        ...[1, 2, 3, 4, 5].map(
          (count) =>
            `AAA user authentication Rejected : reason = ${'{word} '.repeat(count)}: server = {gap}{ip:destination.ip} : user = {user} : user IP = {ip}`,
        ),
        ...[1, 2, 3, 4, 5].map(
          (count) =>
            `AAA user authentication Rejected : reason = ${'{word} '.repeat(count)}: server = {gap}{ip:destination.ip} : user = {user}`,
        ),
        `Still timeleft for watching failures is {num} secs, [user: {user}] [Source: {ip}] [localport: {num:destination.port}] [Reason: {word} {word} {word}] [ACL: {word}] ${AT}`,
        'Switch {num} {word}: {word}: Authentication failure from {ip}:{port} for {text:network.protocol}.',
        'AAA user authentication Rejected : reason = {text:event.reason} : user = {user} : user IP = {ip}',
        'AAA user authentication Rejected: reason = {text:event.reason}: server = {text}, User = {user}: user IP = {ip}',
        'AAA user authentication Rejected: reason = {text:event.reason}: local database: user = {user}: user IP = {ip}',
        'Login denied from {ip}/{port} to {word}:{ip:destination.ip}/{word:network.protocol} for user "{user}"',
        'User authentication failed: IP address: {ip}, Uname: {user}',
        'User authentication failed: Uname: {user}',
        'Group <{word}> User <{user}> IP <{ip}> Authentication: rejected, Session Type: {word}.',
        'Group <{word}> User <{word:user.name}> IP <{ip}> Authentication: rejected{text}',
        `Login failed [user: {user}] [Source: {ip}] [localport: {num}] [Reason: {word} {word} {word}[[ - {word}]]] ${AT}`,
        "User '{user}' authentication for SSH2 Session from {ip} (tty = {num}) using crypto cipher '{word}', hmac '{word}' Failed",
        '{text}Authentication failure from {ip}:{port} for {word} {word} {word}',
        'error: PAM: Authentication failure for[[ illegal user]] {user} from {ip}[[ - {word}]]',
        'pam_aaa:Authentication failed for user {user} from {ip}[[ - {word}]]',
        'pam_aaa:Authentication failed from {ip}[[ - {word}]]',
        'error: maximum authentication attempts exceeded for[[ invalid user]] {user} from {ip} port {port} ssh2 [preauth][[ - {word}]]',
        'Failed password for[[ invalid user]] {user} from {ip} port {port} ssh2[[ - {word}]]',
        'Authentication failed for client ({mac}) {text}',
      ]),
    },
    {
      fields: LOGIN_OK,
      patterns: coded([
        'AAA user authentication Successful : server = {gap}{ip:destination.ip} : user = {user}',
        'AAA user authentication Successful : {text} : user = {user}',
        'AAA transaction status ACCEPT : user = {user}',
        'DAP: User {cell:user.name}, Addr {ip}, Connection {text:event.reason}',
        'user-identity: Add IP-User mapping {ip} - {word:user.domain}\\{word:user.name} Succeeded{text}',
        'Login permitted from {ip}/{port} to {word}:{ip:destination.ip}/{word:network.protocol} for user "{user}"',
        'User authentication succeeded: IP address: {ip}, Uname: {user}',
        'User authentication succeeded: Uname: {user}',
        'Group <{word}> User <{word:user.name}> IP <{ip}> Authentication: successful{text}',
        `Login Success [user: {user}] [Source: {ip}] [localport: {num}] ${AT}`,
        "User '{user}' authentication for SSH2 Session from {ip} (tty = {num}) using crypto cipher '{word}', hmac '{word}' Succeeded",
        "Switch {word} {word}: dmiauthd: User '{word:user.name}' authenticated successfully from {ip}:{port} {text}",
      ]),
    },
    {
      fields: NETWORK,
      patterns: coded([
        'Built {word:network.direction} {word:network.transport} connection {num} for {word:observer.ingress.zone}:{ip}/{port} ({text}) to {word}:{ip:destination.ip}/{port:destination.port} ({word})',
        'Built {word:network.direction} {word:network.transport} connection {num} for {word:observer.ingress.zone}:{ip}/{port} {text}',
        ...['Built {word:network.direction}', 'Teardown'].flatMap((what) =>
          ['{num:source.port}', '{num:source.port}({word})'].map(
            (port) =>
              `${what} {word:network.transport} connection for faddr {ip}/${port} gaddr {ip:destination.nat.ip}/{num} laddr {ip:destination.ip}/{num:destination.port}[[ {text}]]`,
          ),
        ),
        'Built {word:network.direction} {word:network.transport} connection for faddr {ip}/{num} {text}',
        'Starting SSL handshake with client {word}:{ip}/{port} for {word} session[[.]]',
        'SSL session with client {word}:{ip}/{port} terminated[[.]]',
        `((Built|Teardown)) local-host {word}:{ip}[[ {text}]]`,
        `((Built|Teardown)) {word} {word:network.transport} translation from {word}:{ip}/{port}[[({word})]] to {word}:{ip:destination.nat.ip}/{port:destination.port}[[ {text}]]`,
        '{word:network.transport} access ((requested|permitted)) from {ip}/{port} to {word}:{ip:destination.ip}/{word:network.protocol}',
        '{word:network.transport} flow from {word}:{ip}/{port} to {word}:{ip:destination.ip}/{port:destination.port} terminated by inspection engine, {text:event.reason}',
        'FTP connection from {word}:{ip}/{port} to {word}:{ip:destination.ip}/{port:destination.port}, user {word:user.name} {text:event.action}',
        'ASDM session number {num} from {ip} ((started|ended))',
        'IPSEC: An {text:event.action} between {ip} and {ip:destination.ip} (user= {word:user.name}) has been ((created|deleted))[[.]]',
        'SSL client {word}:{ip}/{port} to {ip:destination.ip}/{port:destination.port} {text:event.reason}',
        'Device failed SSL handshake with client {word}:{ip}/{port} to {ip:destination.ip}/{port:destination.port} {text:event.reason}',
        'Device ((completed|failed)) SSL handshake with ((client|server)) {word}:{ip}/{port} {text:event.reason}',
        'Device supports the following {num} cipher{text:event.reason}',
        'Received {text} for {word:network.transport} flow {ip}/{port} to {ip:destination.ip}/{port:destination.port}',
        'SrcIP: {ip}, {colons}',
        `Teardown {word:network.transport} connection {num} for ${ZONED}[[ {text}]]`,
        'Teardown {word:network.transport} connection {num} for {word}:{ip}/{port} {text}',
        'Teardown {word:network.transport} connection for faddr {ip}/{num} {text}',
        `Built {word} {word:network.transport} translation from ${ZONED}`,
        `Teardown {word} {word:network.transport} translation from ${ZONED}[[ {text}]]`,
        'Group <{word:user.domain}> User <{word:user.name}> IP <{ip}> {text:event.reason}',
        'Group = {word:user.domain}, Username = {word:user.name}, IP = {ip}, {text:event.reason}',
        'Group = {word:user.domain}, IP = {ip}, {text:event.reason}',
        'IP = {ip}, {text:event.reason}',
        'Local:{ip:destination.ip}:{port:destination.port} Remote:{ip}:{port} Username:{word:user.name} {text:event.reason}',
        '{word} SSL handshake with client {word}:{ip}/{port} to {ip:destination.ip}/{port:destination.port} {text}',
        'Device completed SSL handshake with client {word}:{ip}/{port} to {ip:destination.ip}/{port:destination.port} {text}',
        'SSL session with client {word}:{ip}/{port} to {ip:destination.ip}/{port:destination.port} {text}',
        '((IPS|IDS)):{num} {text:event.reason} from {ip} to {ip:destination.ip} on interface {word}',
        '[ {ip}] drop rate-{num} exceeded. {text:event.reason}',
        '{ip} Accessed URL {ip:destination.ip}:{text:url.original}',
        'access-list {word:rule.name} permitted {word:network.transport} {word}/{ip}({port}) -> {word}/{ip:destination.ip}({port:destination.port})[[ {text}]]',
        'list {word:rule.name} permitted {word:network.transport} {ip}({port}) -> {ip:destination.ip}({port:destination.port}), {text}',
        'EventPriority: {word:log.level}, {colons}',
        'SrcIP: {word}, {colons}',
        'DeviceUUID: {word}, {colons}',
        'AccessControlRuleAction: {word:event.action}, {colons}',
      ]),
    },
    {
      fields: { 'event.category': 'intrusion_detection', 'event.action': 'signature' },
      patterns: coded([
        'Sig:{num:rule.id} Subsig:{num} Sev:{num} {text:rule.name} [{ip}:{port} -> {ip:destination.ip}:{port:destination.port}]',
        'Sig:{num:rule.id} Subsig:{num} Sev:{num} {text:rule.name} [{ip}:{port} -> {ip:destination.ip}:{port:destination.port}] RiskRating:{num}',
      ]),
    },
    {
      fields: SESSION,
      patterns: coded([
        'SSH session from {ip} on interface {word} for user "{user}" disconnected by SSH server, reason: "{text:event.reason}"',
        'SSH2 Session request from {ip} (tty = {num}) {text}',
        "((SSH|SSH2)) Session from {ip} (tty = {num}) for user '{text}",
        'SSH Session request from {ip} (tty = {num}) {text}',
        'Group = {word:user.domain}, Username = {word:user.name}, IP = {ip}, Session disconnected. {text:event.reason}',
        'Local:{ip:destination.ip}:{port:destination.port} Remote:{peer}:{port} Username:{word:user.name} {text:event.reason}',
        '({text:event.reason}, tty {num} ({ip})), user {word:user.name}',
        "SSH2 Session from {ip} (tty = {num}) for user '{user}' using {text}",
        'User logged out: Uname: {user}',
        'User {user} has exited tty session {num}({ip})',
      ]),
    },
    {
      fields: CONFIGURATION,
      patterns: coded([
        "User '{word:user.name}' executed the '{text:process.command_line}' command.",
        "User '{word:user.name}', running '{word}' from IP {ip}, executed {text:process.command_line}",
        'Configured from {word} by {word:user.name} on {word} ({ip})',
        'Configured from {word} by {word:user.name} on {text}',
        'Configured programmatically by process {text:process.name} from {word} as {word:user.name} on {word} ({ip})',
        "User '{word:user.name}' executed cmd: {text:process.command_line}",
        'User:{word:user.name} executed the command:{text:process.command_line}',
        'User {word} failed attempts reset by {word:user.name} on {word} ({ip})',
        'User:{word:user.name}  logged command:{text:process.command_line}',
        'Username: {word:user.name} Privilege level: {num} Command: {text:process.command_line}',
      ]),
    },
    {
      fields: { 'event.category': 'iam' },
      patterns: coded(['UAUTH: Session={word}, User={cell:user.name}, Assigned IP={ip}, {text:event.reason}']),
    },
    {
      fields: { 'event.category': 'host' },
      patterns: coded([
        'DHCP_SNOOPING drop message {text:event.reason}, MAC sa: {mac}',
        'Host {mac} in vlan {num} is flapping between port {word} and port {word}[[ {text}]]',
        'Security violation occurred, caused by MAC address {mac} on port {text:event.reason}',
        'Received BPDU from bridge {mac} on port {text:event.reason}',
        'Attempt to overwrite Sticky ARP entry: {ip}, hw: {mac} by hw: {mac:destination.mac}',
        'Switch {num} {word}: {word:process.name}: {text:event.reason}',
        '{text:event.reason} for client ({mac}) {text}',
        'Duplicate address {ip} on {word}, sourced by {mac}',
        '{num} Invalid ARPs ({word}) on {word}, vlan {num}.([{mac}/{ip}/{mac:destination.mac}/{ip:destination.ip}/{text}])',
      ]),
    },
    {
      fields: NETWORK,
      patterns: ['Group <{word:user.domain}> User <{word:user.name}> IP <{ip}> {text:event.reason}'],
    },
    {
      fields: NETWORK,
      patterns: ['%((ASA|FTD|PIX|NGIPS))-{num}-{num:event.code}: {text:event.reason}'],
    },
    {
      fields: { 'event.category': 'host' },
      patterns: ['%{word:cisco.facility}-{num}-{word:event.code}: {text:event.reason}'],
    },
  ],
});
