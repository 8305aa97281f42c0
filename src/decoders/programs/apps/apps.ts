/** Web applications and daemons with a log of their own: refused logins. The stamp is read before; `{pre}` is level and logger. */
import { defineProgram } from '../../message/program.ts';

/** Vaultwarden: the name closes the line, the address precedes it. */
export const vaultwarden = defineProgram({
  name: 'vaultwarden',
  heads: [
    '[vaultwarden::api::identity][ERROR] ',
    '[vaultwarden::api::admin][ERROR] ',
    '[vaultwarden::error][ERROR] ',
    '[vaultwarden::api::core::two_factor::authenticator][ERROR] ',
    '[vaultwarden::api::core::two_factor::email][ERROR] ',
    '[vaultwarden::auth][ERROR] ',
  ],
  fail: [
    '{pre}Username or password is incorrect. Try again. IP: {ip}. Username: {user}.',
    '{pre}Invalid admin token. IP: {ip}',
    '{pre}Invalid admin token! IP: {ip}. Username: {user}',
    '{pre}Username or password is incorrect. Try again. IP: {ip}. Username: {user}',
    '{pre}Invalid TOTP code! Server time: {word} {word} UTC IP: {ip}',
  ],
});
/** Bitwarden's own server. */
export const bitwarden = defineProgram({
  name: 'bitwarden',
  heads: ['[WRN] '],
  fail: ['{pre}Failed login attempt. {ip}', '{pre}Failed login attempt, 2FA invalid. {ip}'],
});
/** Gitea and Forgejo: the peer follows the name; the reason is one of a few fixed texts. */
export const gitea = defineProgram({
  name: 'gitea',
  heads: ['...ers/web', 'routers/web'].flatMap((at) => [
    `${at}/auth/auth.go:{num}:SignInPost() [{word}] `,
    `${at}/auth/auth.go:{num}:SignInPost() [{word}] [{word}] `,
  ]),
  words: ['[I]', '[W]', '[E]'],
  programs: ['gitea', 'forgejo'],
  fail: [
    '{pre}Failed authentication attempt for {user} from {ip}[[:{port}]]: user does not exist [uid: {num}, name: {word}, keyid: {num}]',
    "{pre}Failed authentication attempt for {user} from {ip}[[:{port}]]: user's password is invalid [uid: {num}, name: {word}]",
    '{pre}Failed authentication attempt for {user} from {ip}[[:{port}]]',
    '{pre}Failed authentication attempt for {user} from [{ip}]:{port}: user does not exist [uid: {num}, name: {word}, keyid: {num}]',
    "{pre}Failed authentication attempt for {user} from [{ip}]:{port}: user's password is invalid [uid: {num}, name: {word}]",
    '{pre}Failed authentication attempt for {user} from {ip}:{port}: Email address does not exist [email: {word}]',
    '{pre}Failed authentication attempt for {user} from [{ip}]:{port}: Email address does not exist [email: {word}]',
    '{pre}Failed authentication attempt from {ip}[[:{port}]]',
    ...['{word} [{word}] ', '{word} [{word}] [{word}] '].flatMap((led) => [
      `${led}Failed authentication attempt for {user} from {ip}:{port}: user does not exist[[ [uid: {num}, name: {word}, keyid: {num}]]]`,
      `${led}Failed authentication attempt for {user} from {ip}:{port}: user's password is invalid[[ [uid: {num}, name: {word}]]]`,
      `${led}Failed authentication attempt for {user} from {ip}[[:{port}]]`,
      `${led}Failed authentication attempt from {ip}[[:{port}]]`,
      `${led}Invalid user {user} from {ip} port {port}`,
    ]),
  ],
});
/** Home Assistant: the host in parentheses comes before the user agent. */
export const homeAssistant = defineProgram({
  name: 'home-assistant',
  heads: [
    'WARNING (MainThread) [homeassistant.components.http.ban] ',
    'WARNING ({word}) [homeassistant.components.http.ban] ',
  ],
  programs: ['home-assistant', 'homeassistant'],
  fail: [
    '{pre}Login attempt or request with invalid authentication from {peer:source.domain} ({ip}).[[ {text}]]',
    '{pre}Login attempt or request with invalid authentication from {ip}[[.]]',
    '{pre}Login attempt with invalid authentication from {peer:source.domain} ({ip}).[[ {text}]]',
  ],
  probe: ['{pre}Banned IP {ip} for too many login attempts'],
});
/** Jellyfin and Emby. */
export const jellyfin = defineProgram({
  name: 'jellyfin',
  heads: [
    'Warn Server: ',
    ...['INF', 'WRN', 'ERR'].flatMap((level) =>
      [
        'Jellyfin.Server.Implementations.Users.UserManager',
        'Emby.Server.Implementations.Session.SessionManager',
      ].flatMap((writer) => [`[${level}] [{num}] ${writer}: `, `[${level}] ${writer}: `]),
    ),
  ],
  programs: ['jellyfin', 'emby'],
  fail: [
    '{pre}Authentication request for {user} has been denied (IP: {ip}).',
    '{pre}Authentication request for "{user}" has been denied (IP: "{ip}").',
    '{pre}AUTH-ERROR: {ip} - {text:event.reason}',
  ],
  ok: [
    '{pre}Authentication request for "{user}" has succeeded.',
    '{pre}Authentication request for {user} has succeeded.',
  ],
});
/** Sonarr, Radarr, Prowlarr, Lidarr, Readarr share one text. */
export const arr = defineProgram({
  name: 'servarr',
  heads: ['Warn|Auth|', '[Warn] Auth: '],
  // Sonarr under Mono carries its runtime's name.
  programs: ['sonarr', 'radarr', 'prowlarr', 'lidarr', 'readarr', 'whisparr']
    .flatMap((name) => [name, name.charAt(0).toUpperCase() + name.slice(1)])
    .concat('mono'),
  fail: ["{pre}Auth-Failure ip {ip} username '{user}'"],
});
/** Uptime Kuma and Dockge. */
export const uptimeKuma = defineProgram({
  name: 'uptime-kuma',
  heads: ['[AUTH] WARN: '],
  programs: ['uptime-kuma', 'dockge'],
  fail: ['{pre}Incorrect username or password for user {user}. IP={ip}'],
});
/** Paperless-ngx: the address closes the line in backquotes. */
export const paperless = defineProgram({
  name: 'paperless-ngx',
  heads: ['[INFO] [paperless.auth] ', '[WARNING] [paperless.auth] '],
  fail: [
    '{pre}Login failed for user `{user}` from private IP `{ip}`.',
    '{pre}Login failed for user `{user}` from IP `{ip}`.',
    '{pre}Login failed for user `{user}` from `{ip}`.',
    '{pre}Login failed for user `{user}` from ((IP |private IP |))`{ip}.`',
  ],
});
/** Immich. */
export const immich = defineProgram({
  name: 'immich',
  heads: ['[Nest] {num}{gap}- {word} {word} {word}{gap}WARN [AuthService] '],
  fail: ['{pre}Failed login attempt for user {user} from ip address {ip}'],
});
/** qBittorrent: the address precedes the name, which closes the line. */
export const qbittorrent = defineProgram({
  name: 'qbittorrent',
  bare: true,
  fail: ['', '{pre}'].map(
    (led) =>
      `${led}WebAPI login failure. Reason: invalid credentials, attempt count: {num}, IP: {ip}, username: {user}`,
  ),
  ok: ['{pre}WebAPI login success. IP: {ip}'],
});
/** SABnzbd: the peer precedes what the client sent. */
export const sabnzbd = defineProgram({
  name: 'sabnzbd',
  heads: ['WARNING::', 'WARNING:: '],
  fail: [
    'Unsuccessful login attempt from',
    'Fehlerhafter Login Versuch von',
    'Echec de la tentative de connexion de',
    'Intento de acceso fallido de',
  ]
    .map((said) => `{pre}${said} {ip}[[ {text}]]`)
    // Its translations differ; what stands between the logger's mark and the address is its own.
    .concat([2, 3, 4, 5, 6, 7, 8].map((count) => `{pre}[interface:{num}]${' {word}'.repeat(count)} {ip}[[ {text}]]`)),
});
/** Odoo: the address closes the line. */
export const odoo = defineProgram({
  name: 'odoo',
  heads: ['INFO {word} odoo.addons.base.models.res_users: ', 'INFO {word} odoo.addons.base.res.res_users: '],
  fail: ['{pre}Login failed for db:{text} login:{user} from {ip}'],
  ok: ['{pre}Login successful for db:{text} login:{user} from {ip}'],
});
/** Ombi. */
export const ombi = defineProgram({
  name: 'ombi',
  heads: ['[Warning] '],
  fail: ['{pre}Failed login attempt by IP: {ip}'],
});
/** Calibre-Web. */
export const calibreWeb = defineProgram({
  name: 'calibre-web',
  words: ['{cps'],
  fail: [
    '((WARN|INFO)) {word} Login failed for user "{user}" IP-address: {ip}',
    '{pre}Login failed for user "{user}" IP-address: {ip}',
    '{pre}Forgot password attempt for user "{user}" IP-address: {ip}',
  ],
});
/** Stirling PDF. */
export const stirling = defineProgram({
  name: 'stirling-pdf',
  heads: ['ERROR {word} [{word}] ', 'WARN  {word} [{word}] ', 'ERROR {word} - '],
  fail: [
    '{pre}Invalid password for user: {user} from IP: {ip}',
    '{pre}Username not found: {user} with IP: {ip}',
    '{pre}Failed login attempt from IP: {ip}',
    '{pre}Failed login attempt from IP: [{ip}]',
  ],
});
/** AdGuard Home. */
export const adguard = defineProgram({
  name: 'adguardhome',
  heads: ['[error] POST {word} ', '[error] POST '],
  fail: ['{pre}/control/login: from ip {ip}: invalid username or password'],
});
/** Apache Guacamole: the first address of the bracket is the peer that the servlet saw. */
export const guacamole = defineProgram({
  name: 'guacamole',
  heads: ['[http-nio-{word}] WARN  o.a.g.r.auth.AuthenticationService - '],
  programs: ['guacamole', 'apache-guacamole', 'guacd'],
  fail: [
    '{pre}Authentication attempt from {ip} for user "{user}" failed.',
    '{pre}Authentication attempt from [{ip}] for user "{user}" failed.',
    '{pre}Authentication attempt from [{ip}, {word}] for user "{user}" failed.',
  ],
});
/** File Browser. */
export const filebrowser = defineProgram({
  name: 'filebrowser',
  bare: true,
  fail: ['/api/login: 403 {ip} {text}', '{pre}/api/login: 403 {ip} {text}'],
  ok: ['/api/login: 200 {ip} {text}'],
});
/** Mailu's admin. */
export const mailu = defineProgram({
  name: 'mailu',
  heads: ['WARNING in limiter: '],
  programs: ['mailu', 'mailu-admin'],
  probe: ['{pre}Authentication attempt from {ip} has been rate-limited.'],
  fail: ['{pre}Authentication attempt from {ip} for {text} has been rate-limited.'],
});
/** Proxmox VE and Backup Server: the address was written before the name. */
export const proxmox = defineProgram({
  name: 'proxmox',
  bare: true,
  programs: [
    'proxmox',
    'pvedaemon',
    'pveproxy',
    'proxmox-backup-auth',
    'proxmox-backup-proxy',
    'proxmox-backup-api',
    'pmgdaemon',
  ],
  fail: [
    'authentication failure; rhost={ip} user={user} msg={text:event.reason}',
    'authentication failure; rhost=[{ip}]:{port} user={user} msg={text:event.reason}',
  ],
  ok: ["<{word}> successful auth for user '{user}'"],
});
/** Webmin: the address closes the line. */
export const webmin = defineProgram({
  name: 'webmin',
  programs: ['webmin', 'usermin'],
  fail: [
    'Invalid login as {user} from {ip}',
    '{pre}] {word:user.name} - {ip} global miniserv.pl "failed"{text}',
    '{word:user.name} - {ip} global miniserv.pl "failed"{text}',
    'Non-existent login as {user} from {ip}',
    'Security alert: Host {ip} blocked after {num} failed logins for user {user}',
  ],
  ok: ['Successful login as {user} from {ip}'],
});
/** HestiaCP and VestaCP. */
export const hestia = defineProgram({
  name: 'hestiacp',
  programs: ['hestiacp', 'vestacp'],
  fail: ['{user} {ip} failed to login', '{user} {ip} failed to login[[ {word}]]'],
});
/** MeshCentral. */
export const meshcentral = defineProgram({
  name: 'meshcentral',
  programs: ['meshcentral', 'https'],
  fail: ['Failed password for {user} from {ip} port {port}', 'Failed 2FA for {user} from {ip} port {port}'],
});
/** Joplin Server: the peer precedes the reason. */
export const joplin = defineProgram({
  name: 'joplin-server',
  heads: ['[error] App: 403: '],
  fail: [
    '{pre}POST /api/sessions: {ip}: Invalid username or password: {json}',
    '{pre}POST /api/sessions: {ip}: Invalid username or password{text}',
  ],
});
/** Keycloak's event logger writes its own pairs; only the ones before free text are taken. */
export const keycloak = defineProgram({
  name: 'keycloak',
  heads: [
    'WARN  [org.key.events] ({word}) ',
    'WARN  [org.keycloak.events] ({word}) ',
    'WARN  [org.key.events] ({word} {word}) ',
    'WARN  [org.keycloak.events] ({word} {word}) ',
    'DEBUG [org.keycloak.events] ({word}) ',
    'INFO  [org.keycloak.events] ({word}) ',
    '',
  ],
  fail: [
    '{pre}type=LOGIN_ERROR, {pairs}',
    '{pre}type="LOGIN_ERROR", {pairs}',
    '{pre}type=CODE_TO_TOKEN_ERROR, {pairs}',
    '{pre}type="CODE_TO_TOKEN_ERROR", {pairs}',
    '{pre}type=LOGIN_ERROR, realmId={word}, clientId={word}, userId={word}, ipAddress={ip}, error={text:event.reason}',
    '{pre}type="LOGIN_ERROR", realmId="{word}", realmName="{word}", clientId="{word}", userId="{word}", ipAddress="{ip}", error="{text:event.reason}"{text}',
  ],
  ok: [
    '{pre}type=LOGIN, {pairs}',
    '{pre}type="LOGIN", {pairs}',
    '{pre}type=LOGIN, realmId={word}, clientId={word}, userId={word}, ipAddress={ip}, {text}',
  ],
});
/** Monit: the client stands before the name. */
export const monit = defineProgram({
  name: 'monit',
  fail: [
    ...['HttpRequest: ', '{pre}HttpRequest: '].flatMap((led) =>
      ['{ip}', '[{ip}]'].flatMap((client) => [
        `${led}access denied -- client ${client}: unknown user '{user}'`,
        `${led}access denied -- client ${client}: wrong password for user '{user}'`,
        `${led}access denied -- client ${client}: empty password`,
      ]),
    ),
    "{pre}Client '{peer}' supplied wrong password for user '{user}' accessing monit httpd",
    "{pre}Client '{peer}' supplied unknown user '{user}' accessing monit httpd",
    "{pre}Client '{peer}' supplied empty password accessing monit httpd",
  ],
  info: [
    'HttpRequest: access denied -- client {ip}: {text:event.reason}',
    '{pre}HttpRequest: access denied -- client {ip}: {text}',
  ],
});
/** lighttpd's digest and basic authentication: the address closes the line. */
export const lighttpd = defineProgram({
  name: 'lighttpd',
  programs: ['lighttpd', 'lighttpd-auth'],
  fail: [
    "{pre}password doesn't match for {text} username: {user} IP: {ip}",
    "{pre}password doesn't match for {text} username: {user}, IP: {ip}",
    '{pre}auth failed for {user} : wrong password, IP: {ip}',
    '{pre}digest: auth failed for {user}: {text:event.reason}, IP: {ip}',
    '{pre}digest: auth failed{text:event.reason}, IP: {ip}',
    '{pre}digest: auth failed{text:event.reason} IP: {ip}',
    '{pre}get_password failed, IP: {ip}',
  ],
  probe: ["{pre}ALERT - {text:event.reason} (attacker '{ip}', file '{word}')"],
});
/** DirectAdmin: the peer stands first. */
export const directadmin = defineProgram({
  name: 'directadmin',
  fail: [
    "'{ip}' {num} failed login attempts. Account '{user}'",
    "{pre}'{ip}' {num} failed login attempt{text}. Account '{user}'",
  ],
});
/** ZNC's adminlog. */
export const znc = defineProgram({
  name: 'znc',
  programs: ['znc', 'znc-adminlog'],
  fail: ['[{user}] failed to login from {ip}[[:{port}]]', '{user}] failed to login from {ip}[[:{port}]]'],
});
/** Group-Office. */
export const groupoffice = defineProgram({
  name: 'groupoffice',
  fail: ['LOGIN FAILED for user: "{user}" from IP: {ip}'],
});
/** Monitorix. */
export const monitorix = defineProgram({
  name: 'monitorix',
  fail: ['{pre}AUTHERR - [{ip}] {text:event.reason}', 'AUTHERR - [{ip}] {text:event.reason}'],
  probe: ['', '{pre}'].flatMap((led) => [`${led}NOTEXIST - [{ip}] {text}`, `${led}NOTALLOWED - [{ip}] {text}`]),
});
/** Tine 2.0: the address closes the text. */
export const tine20 = defineProgram({
  name: 'tine20',
  fail: ['{pre}Login with username {user} from {ip} failed ({word})!'],
});
/** Centreon. */
export const centreon = defineProgram({
  name: 'centreon',
  fail: ["{pre}[WEB] [{ip}] Authentication failed for '{user}' : {text:event.reason}"],
});
/** LemonLDAP::NG: the address closes the line. */
export const lemonldap = defineProgram({
  name: 'lemonldap-ng',
  programs: ['LLNG', 'lemonldap-ng'],
  fail: [
    '[warn] {user} was not found in LDAP directory ({ip})',
    '[warn] Bad password for {user} ({ip})',
    '[error] Bad password for {user} ({ip})',
  ],
});
/** TeamSpeak 3. */
export const ts3 = defineProgram({
  name: 'ts3',
  heads: ['INFO    |Query         |   |', 'INFO    |Query         |{num}  |'],
  fail: [
    '{pre}query from {num} [{ip}]:{port} attempted to login with account "{user}" and failed!',
    '{pre}query from {num} {ip}:{port} attempted to login with account "{user}" and failed!',
  ],
});

/** Nextcloud and ownCloud: the message of their JSON log. */
export const nextcloud = defineProgram({
  name: 'nextcloud',
  programs: ['nextcloud', 'Nextcloud', 'owncloud'],
  fail: [
    'Login failed: {user} (Remote IP: {ip})',
    "Login failed: '{user}' (Remote IP: '{ip}')",
    "Login failed: '{user}' (Remote IP: '{ip}', X-Forwarded-For: '{word}')",
    'Login failed: {user}',
    'Bruteforce attempt from "{ip}" detected for action "{word}".',
    'Bruteforce attempt from "{ip}" detected for action "login".',
  ],
  probe: ['Trusted domain error. "{ip}" tried to access using "{text:url.domain}" as host.'],
});
/** Authelia: the name stands quoted in the message, the peer in `remote_ip`. */
export const authelia = defineProgram({
  name: 'authelia',
  fail: [
    "Unsuccessful {word} authentication attempt by user '{user}'[[{text:event.reason}]]",
    "Unsuccessful {word} authentication attempt made by user '{user}'[[{text:event.reason}]]",
    "Error occurred getting details for user with username input '{user}' which usually indicates they do not exist",
    "Credentials are wrong for user '{user}'",
    "User '{user}' is banned until {text}",
  ],
  ok: [
    "Successful {word} authentication attempt made by user '{user}'",
    "Successful {word} authentication attempt by user '{user}'",
  ],
});
/** SFTPGo: its own quotes stand around the name and the address. */
export const sftpgo = defineProgram({
  name: 'sftpgo',
  // A handshake that breaks off: a scanner, or a client without an algorithm in common.
  info: ['failed to accept an incoming connection from ip "{ip}": {text:event.reason}'],
  ok: [
    'User "{user}" logged in with "{word}" from ip "{ip}", TLS enabled? {word}',
    'User "{user}" logged in with "{word}", from ip "{sole}", client version "{text}',
    'User "{user}" logged in with "{word}", from ip "{ip}"',
  ],
});
/** Kasm Workspaces: the peer is in `request_ip`. */
export const kasm = defineProgram({
  name: 'kasm',
  fail: [
    'Authentication attempt invalid user: ({user})',
    'Authentication attempt failed for user: ({user})',
    'Invalid password for user: ({user})',
  ],
});
/** Caddy's Coraza module: the client opens the message. */
export const coraza = defineProgram({
  name: 'caddy-coraza',
  programs: ['coraza'],
  bare: true,
  probe: ['[client "{ip}"] Coraza: {text:event.reason}', '[client "{ip}"] ModSecurity: {text:event.reason}'],
});
