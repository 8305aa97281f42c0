/** Does a request name a place it should not reach: a file of the machine, an inner service, somebody else's script? */

const SECRET_FILES = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/group',
  '/etc/hosts',
  '/etc/issue',
  '/proc/self/',
  '/proc/version',
  'boot.ini',
  'win.ini',
  'php.ini',
  'system.ini',
  'ntuser.dat',
  '/windows/system32',
  '/windows/repair',
  '/.ssh/id_rsa',
  '/.ssh/authorized_keys',
  '/etc/httpd/',
  '/etc/apache2/',
  '/etc/nginx/',
  '/etc/my.cnf',
  '/var/log/apache',
  '/var/log/nginx',
  '/var/log/auth.log',
  '/etc/crontab',
  '/etc/sudoers',
  '/etc/ssh/',
  '/etc/php',
  '/etc/environment',
  '/etc/resolv.conf',
  '/etc/fstab',
  '/etc/motd',
  '/etc/hostname',
  '/@fs/etc/',
  '/web-inf/',
  '/meta-inf/',
];
/** A file of the system named at the start of a value or behind a blank. */
const SYSTEM_PATH =
  /(?:^|[\s=])(?:\/etc\/[a-z]|\/proc\/(?:self|\d|version|cpuinfo|net)|\/sys\/(?:class|kernel|devices)|\/root\/\.|[a-z]:[\\/]{1,4}(?:windows|winnt|boot|autoexec|inetpub[\\/]\S{1,80}\.[a-z]{2,6}$)|[\\/]{0,2}\\\\[^\\\s]{1,64}\\{1,2}[a-z]{1,12}\$)/;
const SCHEME =
  /(?:^|[=&])(?:url:)?(?:file|phar|zip|expect|glob|data|php|ogg|rar|jar|netdoc|local_file|compress\.\w{1,8}|zlib|ssh2(?:\.\w{1,8})?|gopher|dict|tftp|ldaps?|smb|irc|imaps?|pop3s?|sftp|telnet|rtmps?)\s{0,2}:(?:\/\/|\/(?=etc)|https?:|file:)/;
/** A machine's own services and cloud metadata, also with the numbers of the address written otherwise. */
const INNER_HOST =
  /(?:^|[=&])(?:https?|ftps?):\/{2,4}(?:[^/@&\s]{0,64}@)?(?:127\.|localhost|(?:[\w-]{1,40}\.){0,4}(?:localtest\.me|nip\.io|sslip\.io|lvh\.me|xip\.io)|kubernetes\.(?:default|docker\.internal)|0\.0\.0\.0|169\.254\.|192\.0\.0\.192|100\.100\.100\.200|\[(?:0{0,4}:){2,7}|\[::|metadata\.|host\.docker\.internal|0x[0-9a-f]{2,8}(?:[.:/]|$)|0\d{2,4}\.|\d{8,10}(?:[:/]|$)|10\.0\.0\.1|[^\x21-\x7e]|0\d{8,12}(?:[:/]|$))|(?:^|[=&])(?:https?:)?(?:\/\/)?(?:(?:host|gateway|kubernetes)\.(?:docker|containers)\.internal|ipv6-localhost|ip6-localhost|localhost(?=[:/]))(?:[:/]|$)|(?:^|[=&])https?:127\.|(?:^|[=&])https?:\/\/(?:\[[0-9a-f:.%]{2,45}\]|\[[0-9a-f]{0,4}::|[^/@&\s?#]{1,80}\s{1,4}&?@|[^\s?#]{1,80}#[^/\s@]{0,40}@)|^unix:|[=/?]unix:[^|\s]{0,4096}\|/;
const REMOTE_SCRIPT =
  /(?:^|[=&])(?:https?|ftps?):\/\/(?:(?:\d{1,3}\.){3}\d{1,3}(?:[:/]|$)|[^/&\s@:]{1,80}\.[a-z]{2,12}(?:[/:][^/@&\s]{0,60})?@[a-z0-9]|[^&\s]{1,200}(?:\.(?:txt|phtml|inc|dat|sh)\?{0,2}|(?:c99|r57|shell|cmd|wso|b374k|backdoor)\.php|\?{1,2}|\.php\?cmd=.{0,40})$)|(?:^|[=&])ftps?:\/\/[^/]/;

/** A climb out of the folder, a wrapper, or a file of the system. Expects the normalised target. */
export function isTraversal(target: string): boolean {
  const path = target
    .replaceAll(/0?x2e/g, '.')
    .replaceAll(/0?x2f/g, '/')
    .replaceAll(/0?x5c|\\/g, '/');
  let ups = 0;
  for (let at = path.indexOf('../'); at >= 0; at = path.indexOf('../', at + 3)) ups++;
  if (ups >= 2) return true;
  if (path.includes('/..;/') || path.includes('....//') || path.includes('/.%2e/') || path.includes('..%')) return true;
  if (ups === 1 && (/[=/:]\.\.\//.test(path) || path.startsWith('../'))) return true;
  // `/././` and `/.//./`: nobody writes more than one; and folders of a Java application whose separators got lost.
  if (/\/(?:\.\/{1,2}){3,}|(?:^|[=/.\\])(?:web|meta)-?inf(?:[/\\.]|$|web\.|mani)|[./]\{file\}/.test(path)) return true;
  if (path.endsWith('/..') || /\.{3,}\/|\.{9,}|(?:\/\.){8,}|(?:\.;?\/?){2}\.;\/|[=/]\.\.\{/.test(path)) return true;
  for (const file of SECRET_FILES) if (namesFile(path, file)) return true;
  return false;
}

/** A value that is a path of the system or a stream wrapper. */
export function namesSystemFile(value: string): boolean {
  return SYSTEM_PATH.test(value);
}

/** A value that makes the server itself fetch what only it can reach. */
export function isForgery(value: string): boolean {
  return INNER_HOST.test(value) || (value.includes(':') && SCHEME.test(value));
}

/** A value that is somebody else's script. */
export function isRemoteInclude(value: string): boolean {
  return value.includes('://') && REMOTE_SCRIPT.test(value);
}

/** The name stands at the start of a value or of the path, or behind a climb, and ends there: not `/static/etc/passwdless`. */
function namesFile(path: string, file: string): boolean {
  for (let at = path.indexOf(file); at >= 0; at = path.indexOf(file, at + 1)) {
    const before = at === 0 ? '=' : path[at - 1]!;
    const after = path.charCodeAt(at + file.length);
    const ends =
      file.endsWith('/') ||
      !((after >= 97 && after <= 122) || (after >= 48 && after <= 57) || after === 45 || after === 95);
    if (ends && /[=/:.&?,;|'"\s<(]/.test(before)) return true;
  }
  return false;
}
