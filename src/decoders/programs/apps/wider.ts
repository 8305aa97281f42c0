/** Sites, appliances and daemons that name the refused peer in one sentence; texts as in their sources and manuals. */
import { defineProgram } from '../../message/program.ts';

/** WordPress with WP fail2ban (its reference lists the messages); the tag is `wordpress(SITE)` or `wp(SITE)`. */
export const wordpress = defineProgram({
  name: 'wordpress',
  programs: ['wordpress', 'wp'],
  fail: [
    ...['', 'REST ', 'XML-RPC '].flatMap((led) => [
      `${led === '' ? 'A' : `${led}a`}uthentication failure for {user} from {ip}`,
      `${led === '' ? 'A' : `${led}a`}uthentication attempt for unknown user {user} from {ip}`,
    ]),
    'XML-RPC authentication failure from {ip}',
    'XML-RPC multicall authentication failure from {ip}',
    'Blocked authentication attempt for {user} from {ip}',
    'Blocked username authentication attempt for {user} from {ip}',
    'Empty username from {ip}',
  ],
  ok: ['Accepted password for {user} from {ip}'],
  probe: [
    'Blocked user enumeration attempt from {ip}',
    'Blocked access from country {word} from {ip}',
    'Pingback error {text} generated from {ip}',
  ],
});
/** Joomla's error log: the address stands before the category. */
export const joomla = defineProgram({
  name: 'joomla',
  fail: ['((INFO|WARNING)) {ip}\tjoomlafailure\t{text:event.reason}'],
});
/** TYPO3's backend. */
export const typo3 = defineProgram({
  name: 'typo3',
  fail: [
    "{pre}Login-attempt from {ip} ({word}), username '{user}', password not accepted!",
    "{pre}Login-attempt from {ip}, username '{user}', password not accepted!",
    "{pre}Login-attempt from {ip} for username '{user}', password not accepted!",
    "{pre}Login-attempt from {ip}[[ ({word})]], username '{user}' not found!",
    `{pre}Login-attempt from {ip}, for username "{user}" with an empty password!`,
    // The logger appends what it was given as JSON, in which a name cannot end its quotes.
    `{pre}Login-attempt from username "{user}" not found! - {text},"REMOTE_ADDR":"{ip}"}`,
  ],
});
/** Moodle writes to PHP's error log. */
export const moodle = defineProgram({
  name: 'moodle',
  fail: [
    '{pre}[client {ip}]  {word}  Failed Login:  {user}  {text:user_agent.original}',
    '{pre}[client {ip}]  {word}  Failed Login:  {user}',
  ],
});
/** Seafile's web interface. */
export const seafile = defineProgram({
  name: 'seafile',
  programs: ['seafile', 'seahub'],
  fail: ['{pre}Login attempt limit reached, ((email/username|username)): {user}, ip: {ip}, attemps: {num}'],
});
/** GLPI's event log. */
export const glpi = defineProgram({
  name: 'glpi',
  fail: ['{pre}Failed login for {user} from IP {ip}', '{pre}Connection failed for {user} ({ip})'],
});
/** Prosody with mod_log_auth. */
export const prosody = defineProgram({
  name: 'prosody',
  fail: [
    '{pre}Failed authentication attempt ({word}) for user {user} from IP: {ip}',
    '{pre}Failed authentication attempt ({word}) from IP: {ip}',
  ],
  ok: ['{pre}Successful authentication for user {user} from IP: {ip}'],
});
/** Synology DSM, "Connection" log. */
export const synology = defineProgram({
  name: 'synology-dsm',
  programs: ['synology', 'dsm', 'synocgi_auth', 'synoscgi', 'Connection', 'WinFileService'],
  fail: ['', '{pre}'].flatMap((led) => [
    `${led}User [{user}] from [{ip}] failed to log in via [{word}] due to authorization failure.`,
    `${led}User [{user}] from [{ip}] failed to sign in to [{word}] via [{word}] due to authorization failure.`,
  ]),
  ok: [
    'User [{user}] from [{ip}] logged in successfully via [{word}].',
    ...['', '{pre}'].map((led) => `${led}User [{user}] from [{ip}] signed in to [{word}] successfully via [{word}].`),
  ],
  probe: ['Host [{ip}] was blocked via [{word}].'],
  groups: [
    {
      fields: { 'event.category': 'file' },
      patterns: [
        'WinFileService Event: {word:event.action}, Path: {text:file.path}, File/Folder: {word}, Size: {text}, User: {text:user.name}, IP: {ip}',
        'Event: {word:event.action}, Path: {text:file.path}, File/Folder: {word}, Size: {text}, User: {text:user.name}, IP: {ip}',
      ],
    },
  ],
});
/** QNAP's connection log; the peer's computer name has no blanks. */
export const qnap = defineProgram({
  name: 'qnap',
  programs: ['qnap', 'qlogd', 'qulogd'],
  fail: [
    'conn log: Users: {user}, Source IP: {ip}, Computer name: {word}, Connection type: {word}, Accessed resources: {word}, Action: Login Fail',
  ],
  ok: [
    'conn log: Users: {user}, Source IP: {ip}, Computer name: {word}, Connection type: {word}, Accessed resources: {word}, Action: Login OK',
  ],
});
/** rsync's daemon: names come from the resolver, the address from the socket. */
export const rsync = defineProgram({
  name: 'rsyncd',
  programs: ['rsyncd', 'rsync'],
  fail: [
    'auth failed on module {word} from {peer:source.domain} ({ip}) for {user}: {text:event.reason}',
    'auth failed on module {word} from {peer:source.domain} ({ip}): {text:event.reason}',
    '[{num}] auth failed on module {word} from {peer:source.domain} ({ip}) for {user}: {text:event.reason}',
    '[{num}] auth failed on module {word} from {peer:source.domain} ({ip}): {text:event.reason}',
  ],
  probe: ['', '[{num}] '].map((pid) => `${pid}rsync denied on module {word} from {peer:source.domain} ({ip})`),
});
/** Tinyproxy: who may not connect, and a wrong password. */
export const tinyproxy = defineProgram({
  name: 'tinyproxy',
  fail: ['', '{pre}'].map((led) => `${led}Failed auth attempt (file descriptor: {num}), ip {ip}`),
  probe: ['', '{pre}'].map((led) => `${led}Unauthorized connection from "{ip}".`),
});
/** xl2tpd: a peer that no section lets in. */
export const xl2tpd = defineProgram({
  name: 'xl2tpd',
  probe: ['Denied connection to unauthorized peer {ip}', '{pre}Denied connection to unauthorized peer {ip}'],
});
/** Kopano's and Zarafa's gateway. */
export const kopano = defineProgram({
  name: 'kopano',
  programs: ['kopano-gateway', 'kopano-server', 'kopano-ical', 'zarafa-gateway', 'kopano'],
  fail: ['{ip}', '[{ip}]', '[{ip}]:{port}'].map(
    (peer) => `{pre}Failed to login from ${peer} with invalid username "{user}" or wrong password{text:event.reason}`,
  ),
});
/** Zabbix's agent: a host that may not ask. */
export const zabbix = defineProgram({
  name: 'zabbix-agent',
  programs: ['zabbix_agentd', 'zabbix_agent2', 'zabbix-agent', 'zabbix'],
  probe: [
    '{pre}failed to accept an incoming connection: connection from "{ip}" rejected, allowed hosts: {text:event.reason}',
  ],
});
/** TigerVNC (VNCServerST's log): a wrong password, and too many of them. */
export const tigervnc = defineProgram({
  name: 'tigervnc',
  programs: ['tigervnc', 'Xvnc', 'x0vncserver', 'Xtigervnc'],
  fail: ['{ip}', '[{ip}]'].map(
    (peer) => `{pre}Connections: closed: ${peer}::{port} (Authentication {text:event.reason})`,
  ),
  probe: ['{pre}Connections: blacklisted: {ip}', '{pre}Connections: blacklisted: {ip}::{port}'],
});
/** FreePBX's security log, made for fail2ban. */
export const freepbx = defineProgram({
  name: 'freepbx',
  heads: ['[freepbx_security.NOTICE]: ', '[freepbx_security.NOTICE]: [NOTICE]: '],
  fail: ['{pre}Authentication failure for {user} from {ip}[[ [] []]]', 'Authentication failure for {user} from {ip}'],
});
/** Redis: commands that only another protocol's client sends. It notes no refused passwords. */
export const redis = defineProgram({
  name: 'redis',
  words: ['Poss'],
  programs: ['redis', 'redis-server', 'valkey', 'valkey-server', 'keydb'],
  probe: ['{num}:{word} {num} {word} {num} {word} # ', '{pre}# ', ''].map(
    (led) => `${led}Possible SECURITY ATTACK detected. {text} Connection from {ip}:{port} aborted.`,
  ),
  info: ['{pre}* Accepted {ip}:{port}', '{pre}- Accepted {ip}:{port}'],
});
/** OpenBSD's doas; it names no address, as somebody on the machine asks. */
export const doas = defineProgram({
  name: 'doas',
  fail: ['failed auth for {user}', 'failed command for {user}: {text:process.command_line}'],
  groups: [
    {
      fields: { 'event.category': 'process', 'event.action': 'doas', 'event.outcome': 'success' },
      patterns: [
        '{word:user.name} ran command {word:process.command_line} as {word:user.effective.name} from {text:process.working_directory}',
        '{word:user.name} ran command {text:process.command_line} as {word:user.effective.name} from {word:process.working_directory}',
      ],
    },
  ],
});
/** TeamCity's auth log. */
export const teamcity = defineProgram({
  name: 'teamcity',
  words: ['jetb'],
  fail: [
    "{pre}Failed to login user with username '{user}': Incorrect username or password. Remote address: {ip}",
    "{word} - {gap}jetbrains.buildServer.AUTH - Failed to login user with username '{user}': Incorrect username or password. Remote address: {ip}",
  ],
});
/** RabbitMQ: a connection that broke before anybody was let in. The lines after it, which say why, name no peer. */
export const rabbitmq = defineProgram({
  name: 'rabbitmq',
  programs: ['rabbitmq', 'rabbitmq-server', 'beam.smp'],
  probe: ['AMQP', 'MQTT', 'STOMP'].map(
    (protocol) =>
      `{pre}Error on ${protocol} connection <{word}> ({ip}:{port} -> {ip:destination.ip}:{port:destination.port}, state: starting):`,
  ),
});
/** OpenWrt's web interface. */
export const luci = defineProgram({
  name: 'luci',
  programs: ['luci', 'uhttpd'],
  fail: ['[info] ', ''].map((led) => `${led}luci: failed login on {word} for {user} from {ip}`),
  ok: ['[info] ', ''].map((led) => `${led}luci: accepted login on {word} for {user} from {ip}`),
});
