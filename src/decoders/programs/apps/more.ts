/** More web applications, mail and system services: refused logins and probes, texts as in each project's sources. */
import { defineProgram } from '../../message/program.ts';
import { DENIED, LOGIN_FAILED, LOGIN_OK, NETWORK } from '../groups.ts';
import { SPAM_RESULT, SPAMD } from '../mail/postfix.ts';

/** Firefly III's audit channel. */
export const firefly = defineProgram({
  name: 'fireflyiii',
  heads: [
    'local.INFO: ',
    'production.INFO: ',
    'local.WARNING: ',
    'production.WARNING: ',
    'local.ERROR: ',
    'production.ERROR: ',
  ],
  programs: ['fireflyiii', 'firefly-iii'],
  fail: [
    '{pre}AUDIT: User is trying to login using "{user}" ({ip} -> {word})',
    '{pre}Login failed for "{user}" ({ip} -> {word})',
    '{pre}AUDIT: Login failed. Attempt for user "{user}" failed. ({ip} -> {word})',
    '{pre}AUDIT: MFA failure count is set to {num}. ({ip} ({word:user.name}) -> {word})',
  ],
});
/** ZoneMinder: the peer in brackets before the text. */
export const zoneminder = defineProgram({
  name: 'zoneminder',
  programs: ['zoneminder', 'web_php'],
  heads: ['web_php[{num}]'],
  fail: [
    '{pre}.ERR [{ip}] [Could not retrieve user {user} details] at {text}',
    '{pre}.ERR [{ip}] [Login denied for user "{user}"] at {text}',
    '{pre}WAR [Login denied for user "{user}"] at {text}',
  ],
});
/** Pterodactyl's Wings. */
export const pterodactyl = defineProgram({
  name: 'pterodactyl',
  programs: ['pterodactyl', 'wings'],
  bare: true,
  fail: [
    'failed to validate user credentials ({word} {word}[[ {word}]][[ {word}]]) ip={ip}:{port}[[ method={word}]] subsystem={word} username={user}',
    '{pre}failed to validate user credentials ({word} {word}[[ {word}]][[ {word}]]) ip={ip}:{port}[[ method={word}]] subsystem={word} username={user}',
  ],
});
/** Webmin's miniserv log besides its syslog lines. */
export const miniserv = defineProgram({
  name: 'miniserv',
  words: ['mini'],
  fail: ['', '{word} [{word} {word}] '].map(
    (led) => `${led}{word:user.name} - {ip} global miniserv.pl "failed" "-" {text}`,
  ),
});
/** Audiobookshelf: the name in quotes, escaped by nobody; the address behind the last `from ip`. */
export const audiobookshelf = defineProgram({
  name: 'audiobookshelf',
  heads: ['ERROR: [Auth] ', 'ERROR: [LocalAuth] ', 'ERROR: [OidcAuth] '],
  fail: [
    '{pre}Failed login attempt for username "{user}" from ip {ip} ({word} {word} {word})[[ ({word})]]',
    '{pre}Failed login attempt for username "{user}" from ip {ip} ({word} {word})',
  ],
});
/** Overseerr and Jellyseerr: the object behind the text is the program's own. */
export const overseerr = defineProgram({
  name: 'overseerr',
  heads: ['[warn][API]: ', '[info][Auth]: ', '[warn][Auth]: ', '[info][API]: '],
  programs: ['overseerr', 'jellyseerr'],
  fail: [
    '{pre}Failed sign-in attempt using invalid {word} password {json}',
    '{pre}Failed login attempt from user with incorrect {word} credentials {json}',
    '{pre}Failed login attempt from user who has not been imported to {word} {json}',
    '{pre}Failed login attempt {json}',
  ],
});
/** Magento's event logger. */
export const magento = defineProgram({
  name: 'magento',
  heads: ['crowdsec'],
  programs: ['magento', 'magento-extension'],
  info: ['{pre}-events.INFO:{gap}{json}'],
});
/** Zimbra's audit and mailbox logs: `oip=` is the peer that the proxy saw. */
export const zimbra = defineProgram({
  name: 'zimbra',
  heads: ['INFO  [{word}] [', 'WARN  [{word}] ['],
  fail: [
    '{pre}oip={ip};{text} authentication failed for [{user}]{text:event.reason}',
    '{pre};oip={ip};{text} authentication failed for [{user}]{text:event.reason}',
  ],
});
/** Apereo CAS's audit line: who, what, action, application, time, client, server. */
export const cas = defineProgram({
  name: 'cas',
  fail: ['{pre}|CAS|{text}|AUTHENTICATION_FAILED|{user}|{text}|{ip}|{ip:server.ip}'],
  ok: ['{pre}|CAS|{text}|AUTHENTICATION_SUCCESS|{user}|{text}|{ip}|{ip:server.ip}'],
});
/** Cowrie, an SSH honeypot, in its text form. */
export const cowrie = defineProgram({
  name: 'cowrie',
  probe: [
    '{pre}New connection: {ip}:{port} ({ip:destination.ip}:{port:destination.port}) [session: {word}]',
    '{pre},{ip}] login attempt [{text}] {word}',
  ],
});
/** Harbor. */
export const harbor = defineProgram({
  name: 'harbor',
  programs: ['harbor', 'core'],
  fail: [
    '{pre}[client IP="{ip}[[, {word}]]" requestID={text}: failed to authenticate user:{user}, error:{text:event.reason}',
  ],
});
/** mailcow's netfilter container and CSF's login daemon: what they banned. */
export const banners = defineProgram({
  name: 'other-banners',
  heads: ['CRIT: '],
  programs: [
    'mailcow-f2b',
    'netfilter-mailcow',
    'lfd',
    'fail2ban',
    'fail2ban-server',
    'fail2ban.actions',
    'sshguard',
    'denyhosts',
  ],
  probe: [
    '{pre}Banning {ip}/{num} for {num} minutes',
    '{pre}NOTICE{gap}[{word:rule.name}] Ban {ip}',
    '{pre}WARNING{gap}[{word:rule.name}] Ban {ip}',
    '[{word:rule.name}] Ban {ip}',
    '({word}) Failed {word} login from {ip} ({text}',
    'Blocking "{ip}/{num}" for {text}',
    'Attack from "{ip}" on service {text}',
  ],
});
/** Miniflux, Navidrome and others that write logfmt: the message before the pairs is fixed. */
export const logfmtApps = defineProgram({
  name: 'logfmt-application',
  programs: ['miniflux', 'navidrome', 'ntfy', 'grafana', 'loki', 'traefik', 'tcpudp-traefik'],
  // ntfy sorts its pairs; the visitor's address stands behind the path that the visitor chose.
  fail: ['401', '403', '429'].flatMap((status) =>
    [0, 1, 2, 3, 4, 5, 6, 7, 8].map(
      (count) =>
        `{pre}Connection closed with HTTP ${status} (ntfy error {num}) ({text}, visitor_ip={ip}${',{cell}'.repeat(count)})`,
    ),
  ),
  info: [
    '{pre}msg="Handling ((TCP|UDP)) connection from {ip}:{port} to {ip:destination.ip}:{port:destination.port}"',
    '{pre} | {pairs}',
    'time={pairs}',
  ],
});
/** Suricata's fast.log. */
export const suricataFast = defineProgram({
  name: 'suricata-fast',
  bare: true,
  programs: ['suricata-fast', 'suricata-fastlogs'],
  groups: [
    {
      fields: { 'event.category': 'intrusion_detection', 'event.action': 'alert', 'event.outcome': 'failure' },
      patterns: [
        '[**] [{word:rule.id}] {text:rule.name} [**] [Classification: {text:rule.category}] [Priority: {text}} {ip}:{port} -> {ip:destination.ip}:{port:destination.port}',
        '[{word:rule.id}] {text:rule.name} [**] [Classification: {text:rule.category}] [Priority: {text}} {ip}:{port} -> {ip:destination.ip}:{port:destination.port}',
      ],
    },
  ],
});
/** tcpdump: the port is the last part of the address. */
export const tcpdump = defineProgram({
  name: 'tcpdump',
  groups: [
    {
      fields: NETWORK,
      patterns: [
        '{pre}IP {dotted} > {dotted:destination}: {text}',
        '{pre}IP6 {dotted} > {dotted:destination}: {text}',
        'IP {dotted} > {dotted:destination}: {text}',
      ],
    },
  ],
});
/** pfSense's web interface. */
export const pfsense = defineProgram({
  name: 'pfsense-gui',
  programs: ['php-fpm', 'php', 'pfsense-gui', 'nginx-pfsense', 'opnsense', 'opnsense-gui', 'opnsense-gui-logs'],
  fail: [
    "/index.php: webConfigurator authentication error for user '{user}' from: {ip}",
    "{word}: webConfigurator authentication error for user '{user}' from: {ip}",
    "{word}: webConfigurator authentication error for '{user}' from {ip}",
    "{word}: Web GUI authentication error for '{user}' from {ip}",
  ],
  ok: [
    "{word}: Successful login for user '{user}' from: {ip} ({word} {word})",
    "/index.php: Successful login for user '{user}' from: {ip}",
  ],
});
/** amavis, MailScanner and SpamAssassin: the peer stands in brackets behind the verdict. */
export const amavis = defineProgram({
  name: 'amavis',
  programs: ['amavis', 'amavisd', 'amavisd-new'],
  info: [
    '({word}) ((Blocked|Passed)) {word:event.action} ({word:rule.name}) {word}, [{ip}]:{port} {text}',
    '({word}) ((Blocked|Passed)) {word:event.action} {word}, [{ip}]:{port} {text}',
    '({word}) ((Blocked|Passed)) {word:event.action}[[ {word}]], {word} {word} [{ip}]:{port} {text}',
  ],
});
/** MailScanner: the client stands before the sender. */
export const mailscanner = defineProgram({
  name: 'mailscanner',
  programs: ['MailScanner', 'mailscanner'],
  probe: ['Message {word} from {ip} ({word:email.from.address}) to {word} is spam, {text:event.reason}'],
  info: ['Message {word} from {ip} ({word:email.from.address}) to {word} is {text:event.reason}'],
});
/** Sympa's web interface. */
export const sympa = defineProgram({
  name: 'sympa',
  programs: ['wwsympa', 'sympa'],
  info: [
    '{word} {word} [robot {word:url.domain}] [session {num}] [client {ip}] {text:event.reason}',
    ...['', ' [user {word:user.name}]', ' [list {word}]', ' [user {word:user.name}] [list {word}]'].map(
      (end) => `{word} {word}({text}) [robot {word:url.domain}] [session {word}] [client {ip}]${end}`,
    ),
    '{word} {word}({text}) [robot {text}] [session {text}',
  ],
});
/** The kernel's WireGuard module (dynamic debug). */
export const wireguard = defineProgram({
  name: 'wireguard',
  probe: [
    '{pre}Invalid handshake initiation from {ip}:{port}',
    '{pre}Packet has unallowed src IP ({ip:source.nat.ip}) from peer {num} ({ip}:{port})',
    '{pre}Invalid MAC of handshake, dropping packet from {ip}:{port}',
  ],
});
/** assp, the anti-spam SMTP proxy. */
export const assp = defineProgram({
  name: 'assp',
  fail: [
    'Blocking {ip} - too much AUTH errors ({num});',
    '[SSL-out] {ip} max sender authentication errors ({num}) exceeded {text}',
    '((|[Worker_{num}] ))[TLS-out] {ip} [SMTP Error] 535 {text:event.reason}',
    '{word} [Worker_{num}] [TLS-out] {ip} [SMTP Error] 535 {text:event.reason}',
    '[Worker_{num}] {ip} [SMTP Error] 535 {text:event.reason}',
  ],
  probe: ['[SSL-out] {ip} SSL negotiation with client failed: {text:event.reason}'],
});
/** Kerio Connect's security log. */
export const kerio = defineProgram({
  name: 'kerio',
  fail: [
    'Failed {word:network.protocol} login from {ip} with SASL method {word}',
    'Failed {word:network.protocol} login from {ip}[[, user {user}]]',
    'Failed {word} login from {ip} with {text}',
  ],
  probe: [
    'SMTP Spam attack detected from {ip}, {text:event.reason}',
    'IP address {ip} found in DNS blacklist {text:event.reason}',
    'Relay attempt from IP address {ip}, {text:event.reason}',
    'Attempt to deliver to unknown recipient <{text}>, from <{text}>, IP address {ip}',
    'Client with IP address {ip} has no reverse DNS entry, {text:event.reason}',
    'Message from IP address {ip}, {text:event.reason}',
    "SMTP: User {user} doesn't exist. Attempt from IP address {ip}",
    'Administration login into Web Administration from {ip} failed: {text:event.reason}',
  ],
});
/** Dante, a SOCKS server: `ADDRESS.PORT`. */
export const dante = defineProgram({
  name: 'dante',
  programs: ['danted', 'sockd', 'dante'],
  info: ['info: pass({num}): {word}/{word} {text}'],
  fail: ['info: block({num}): {word}/{word} ]: {dotted} {dotted:destination}: {text:event.reason}'],
});
/** HCL Domino's SMTP server. */
export const domino = defineProgram({
  name: 'domino',
  programs: ['domino', 'domino-smtp'],
  fail: [
    'SMTP Server: Authentication failed for user {user} ; connecting host {ip}',
    '((smtp|SMTP Server)): {user} [{ip}] authentication failure using internet password',
    '{pre}smtp: {user} [{ip}] authentication failure using internet password',
  ],
  probe: [
    'SMTP Server [{word}] Connection from [{ip}] rejected for policy reasons. {text:event.reason}',
    'SMTP Server: Connection from [{ip}] rejected for policy reasons.{text:event.reason}',
  ],
});
/** Drupal's syslog module: fields between bars; the third from the message is the peer, written by Drupal. */
export const drupal = defineProgram({
  name: 'drupal',
  programs: ['drupal', 'drupal_site', 'drupal-auth'],
  fail: [
    '{pre}|user|{ip}|{text}|Login attempt failed for {user}.',
    '//{word}|{num}|user|{ip}|{text}|Login attempt failed ((for|from)) {user}.',
    'https://{word}|{num}|user|{ip}|{text}|Login attempt failed ((for|from)) {user}.',
    'http://{word}|{num}|user|{ip}|{text}|Login attempt failed ((for|from)) {user}.',
    '{pre}|user|{ip}|{text}|Login attempt failed from {text}',
  ],
});
/** SquirrelMail's logger plugin: the address stands before the fixed end. */
export const squirrelmail = defineProgram({
  name: 'squirrelmail',
  fail: [
    '[LOGIN_ERROR] {user} ({text}) from {ip}: Unknown user or password incorrect.',
    '{pre}[LOGIN_ERROR] {user} ({text}) from {ip}: Unknown user or password incorrect.',
    '{pre}[LOGIN_ERROR] {user} from {ip}: Unknown user or password incorrect.',
    'Failed webmail login: by {user} ({text}) at {word} on {text} from {ip}: Unknown user or password incorrect.',
  ],
});
/** phpMyAdmin's own syslog line: the address closes it. */
export const phpMyAdmin = defineProgram({
  name: 'phpmyadmin',
  programs: ['phpMyAdmin', 'phpmyadmin', 'phpmyadmin-syslog'],
  fail: ['user denied: {user} ({word}) from {ip}', '{pre}user denied: {user} ({word}) from {ip}'],
});
/** ejabberd's client sessions: the address stands behind the account, closed by a colon or the end. */
export const ejabberd = defineProgram({
  name: 'ejabberd',
  programs: ['ejabberd', 'ejabberd-auth'],
  fail: ['{ip}', 'IP {ip}', '::FFFF:{ip}'].flatMap((peer) => [
    `{pre}Failed c2s {word} authentication for {user} from ${peer}: {word} {word}`,
    `{pre}Failed c2s {word} authentication for {user} from ${peer}: {word} {word} {word} {word}`,
    `{pre}Failed c2s {word} authentication for {user} from ${peer}`,
    `{pre}Failed authentication for {user} from ${peer}`,
    `{pre}Failed authentication for {user} from ${peer} ({word})`,
  ]),
  ok: ['{pre}Accepted c2s {word} authentication for {user} by {word} backend from {ip}'],
});
/** Nagios' remote executor: a host that may not ask. */
export const nrpe = defineProgram({
  name: 'nrpe',
  programs: ['nrpe', 'nagios'],
  probe: ['Host {ip} is not allowed to talk to us!', '{pre}Host {ip} is not allowed to talk to us!'],
});
/** 3proxy: an error code above zero and no bytes is a refusal. */
export const threeProxy = defineProgram({
  name: '3proxy',
  groups: ['', ...[0, 1, 2].map((hours) => `${'{word} '.repeat(hours)}+{num} `)].flatMap((stamp) =>
    ['000', '001', '002', '003', '004', '005'].map((class_) => ({
      fields: LOGIN_FAILED,
      patterns: [1, 2, 3, 4, 5, 6, 7, 8, 9].map(
        (digit) => `${stamp}{word}.{num} ${class_}0${digit} {word:user.name} {ip}:{port} {text}`,
      ),
    })),
  ),
  info: ['{word}.{num} {num:event.code} {word:user.name} {ip}:{port} {text}'],
});
/** Perdition, a mail proxy. */
export const perdition = defineProgram({
  name: 'perdition',
  programs: ['perdition', 'perdition.imaps', 'perdition.pop3s', 'perdition.imap', 'perdition.imap4', 'perdition.pop3'],
  fail: [
    'Auth: {ip}:{port}->{ip:destination.ip}:{port:destination.port} client-secure={word} authorisation_id={word} authentication_id="{user}" server="{text}" {text} status="failed: {text}"',
  ],
  probe: [
    'Fatal Error reading authentication information from client {ip}:{port}->{ip:destination.ip}:{port:destination.port}: Exiting child',
  ],
});
/** Oracle Communications Messaging Server's connection log. */
export const oracleMessaging = defineProgram({
  name: 'oracle-messaging',
  programs: ['oracleims', 'oracle-messaging'],
  bare: true,
  fail: [
    '<co ts="{word}" pi="{word}" sc="{word}" dr="{word}" ac="U" tr="{word}|{ip:destination.ip}|{num}|{ip}|{port}" ap="{word}" mi="Bad password" us="{user}" di="{text}',
  ],
});
/** macOS's screen sharing. */
export const screensharing = defineProgram({
  name: 'screensharingd',
  fail: ['Authentication: FAILED :: User Name: {user} :: Viewer Address: {ip} :: Type: {word}'],
  ok: ['Authentication: SUCCEEDED :: User Name: {user} :: Viewer Address: {ip} :: Type: {word}'],
});
/** stunnel: a peer whose certificate was refused. */
export const stunnel = defineProgram({
  name: 'stunnel',
  programs: ['stunnel', 'stunnel4'],
  probe: [
    '{pre}SSL_accept from {ip}:{port} : {text:event.reason}',
    '{pre}Connection from {ip}:{port} REFUSED by {text}',
  ],
  info: ['{pre}Service [{word}] accepted connection from {ip}:{port}'],
});
/** OpenWebMail. */
export const openwebmail = defineProgram({
  name: 'openwebmail',
  fail: [
    '[{num}] ({ip}) {user} - ((login error|userinfo error)) - {text:event.reason}',
    '- [{num}] ({ip}) {user} - userinfo error - {text:event.reason}',
    '- [{num}] ({ip}) {user} - login error - {text:event.reason}',
  ],
});
/** Counter-Strike's remote console; the peer closes the line. */
export const counterStrike = defineProgram({
  name: 'counter-strike',
  fail: ['Bad Rcon: {text} from "{ip}:{port}"', '{pre}Bad Rcon: {text} from "{ip}:{port}"'],
});
/** PHP's Suhosin patch. */
export const suhosin = defineProgram({
  name: 'suhosin',
  programs: ['suhosin', 'php-suhosin'],
  probe: [
    "ALERT - {text:event.reason} (attacker '{ip}', file '{word}')",
    "ALERT - {text:event.reason} (attacker '{ip}', file '{word}', line {num})",
  ],
});
/** The Linux audit daemon. */
export const linuxAudit = defineProgram({
  name: 'auditd',
  programs: ['audit', 'auditd', 'audispd', 'audisp-syslog', 'laurel', 'selinux', 'selinux-ssh'],
  bare: true,
  // One refused login writes USER_AUTH or USER_ERR, and USER_LOGIN besides.
  fail: ['', 'node={word} '].map(
    (led) => `${led}type=((USER_AUTH|USER_ERR)) msg=audit({word}): {text} addr={ip} terminal={word} res=failed'`,
  ),
  // OPNsense's web interface writes under the tag `audit`.
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: [
        "{word}: Web GUI authentication error for '{user}' from {ip}",
        "{word}: authentication error for user '{user}' from {ip}",
      ],
    },
    { fields: LOGIN_OK, patterns: ["{word}: Successful login for user '{user}' from: {ip}"] },
  ],
  ok: ["type=((USER_LOGIN|USER_AUTH)) msg=audit({word}): {text} addr={ip} terminal={word} res=success'"],
  info: ['type={pairs}', 'type=USER_LOGIN msg=audit({word}): {pairs}'],
});
/** Rspamd and SpamAssassin. */
export const rspamd = defineProgram({
  name: 'rspamd',
  programs: ['rspamd', 'spamd', 'spamassassin'],
  info: [
    '{word} rspamd_task_write_log: id: <{word}>, qid: <{word}>, ip: {ip}, {text}',
    '{word}; task; rspamd_task_write_log: id: <{text}',
    ...SPAM_RESULT,
    ...SPAMD,
    'prefork: {text:event.reason}',
  ],
});
/** OpenSMTPD. */
export const opensmtpd = defineProgram({
  name: 'opensmtpd',
  programs: ['smtpd', 'opensmtpd'],
  fail: [
    '{word} smtp failed-command command="AUTH {text}" result="535 Authentication failed"',
    '{word} smtp authentication user={user} address={ip} host={peer:source.domain} result=permfail',
  ],
  info: ['{word} smtp connected address={ip} host={text}'],
});
/** Exchange's protocol logs: comma-separated, the client is the sixth column. */
export const exchange = defineProgram({
  name: 'exchange',
  programs: ['exchange', 'exchange-smtp', 'exchange-imap', 'exchange-pop'],
  fail: [
    '{cell},{cell},{cell},{num},{ip:destination.ip}:{port:destination.port},{ip}:{port},>,535 {text:event.reason}',
    '{cell},{cell},{num},{ip:destination.ip}:{port:destination.port},{ip}:{port},>,535 {text:event.reason}',
  ],
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: [
        '{word},{num},{ip:destination.ip}:{port:destination.port},{ip}:{port},{word:user.name},{num},{num},{num},authenticate,{text}AuthFailed{text:event.reason}',
        '{word},{num},{ip:destination.ip}:{port:destination.port},{ip}:{port},{word:user.name},{num},{num},{num},((pass|auth)),{text}-ERR Logon failure{text:event.reason}',
        '{word},{num},{ip:destination.ip}:{port:destination.port},{ip}:{port},{word:user.name},{num},{num},{num},login,{text}AuthFailed{text:event.reason}',
      ],
    },
    {
      fields: NETWORK,
      patterns: ['{cell},{cell},{num},{ip:destination.ip}:{port:destination.port},{ip}:{port},{text:event.reason}'],
    },
  ],
});
const PORTAL = 'org:{word:organization.name}, user:{word:user.name}@{word:user.domain}, ip:{ip}';
const PORTAL_OTHER = 'org:{word:organization.name}, user:{word:user.name}, ip:{ip}';
/** CleanRoom portals, which write French. */
export const sentences = defineProgram({
  name: 'portals',
  programs: ['cleanroom', 'portal'],
  bare: true,
  groups: [
    {
      fields: { 'event.category': 'session', 'event.outcome': 'success' },
      patterns: ['Connexion', 'Déconnexion', 'D&#233;connexion'].flatMap((what) =>
        ['{word} {word}', '{word} {word} {word}'].flatMap((where) => [
          `${what} ${where} ${PORTAL}`,
          `${what} ${where} ${PORTAL_OTHER}`,
        ]),
      ),
    },
    {
      fields: { 'event.category': 'process', 'event.outcome': 'success' },
      patterns: [
        `Lancement d'une application {text:process.name} ${PORTAL}`,
        `Lancement d'une application {text:process.name} ${PORTAL_OTHER}`,
      ],
    },
    { fields: DENIED, patterns: ['Connexion refus{text}'] },
  ],
});
