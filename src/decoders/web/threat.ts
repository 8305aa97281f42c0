/**
 * Names the attack classes a request carries on its face. Plain text search over the normalised target, agent and referrer;
 * a request without a single suspicious character costs one scan. Rules match on the classes (`threat.web`).
 */
import { normalise } from './normalise.ts';
import { looksLikeCommand } from './threat-command.ts';
import { looksLikeScript } from './threat-script.ts';
import { looksLikeSql } from './threat-sql.ts';

/** Attack classes, as values of `threat.web`. */
export type WebThreat =
  | 'sqli'
  | 'xss'
  | 'path-traversal'
  | 'command-injection'
  | 'jndi'
  | 'template-injection'
  | 'xxe'
  | 'ssrf'
  | 'php-injection';

/** Nothing that matters here can be written without one of these. */
const SUSPICIOUS =
  /['"<>;|`${}()\\]|\.\.|%2e|%5c|%00|\/etc\/|\/proc\/|:\/\/|--|=\/|boot\.ini|win\.ini|\s(?:or|and|union|having|order)\s/;
const SUSPICIOUS_HEADER = /[<>`${}\\]|\(\)\s*\{|'|\.\.\//;

/** The classes, or undefined for a request that shows none. Arguments: normalised target, raw agent, raw referrer. */
export function classify(
  target: string | undefined,
  agent: string | undefined,
  referrer: string | undefined,
): readonly WebThreat[] | undefined {
  let found: Set<WebThreat> | undefined;
  if (target !== undefined && SUSPICIOUS.test(target)) found = inspect(target, valuesOf(target));
  if (agent !== undefined && SUSPICIOUS_HEADER.test(agent)) found = union(found, inspectHeader(normalise(agent)));
  if (referrer !== undefined && SUSPICIOUS_HEADER.test(referrer))
    found = union(found, inspectHeader(normalise(referrer)));
  return found === undefined || found.size === 0 ? undefined : [...found];
}

function union(one: Set<WebThreat> | undefined, other: Set<WebThreat>): Set<WebThreat> {
  return one === undefined ? other : one.union(other);
}

/** Path and parameter values of a target; at most 64. */
function valuesOf(target: string): string[] {
  const query = target.indexOf('?');
  const values = [query < 0 ? target : target.slice(0, query)];
  if (query < 0) return values;
  let start = query + 1;
  while (start <= target.length && values.length < 64) {
    const amp = target.indexOf('&', start);
    const end = amp < 0 ? target.length : amp;
    const equals = target.indexOf('=', start);
    values.push(equals >= 0 && equals < end ? target.slice(equals + 1, end) : target.slice(start, end));
    if (equals >= 0 && equals < end) values.push(target.slice(start, equals));
    start = end + 1;
  }
  // A value may itself hold an ampersand: the whole query is looked at once more.
  if (values.length > 3) values.push(target.slice(query + 1));
  return values;
}

function inspect(target: string, values: readonly string[]): Set<WebThreat> {
  const found = new Set<WebThreat>();
  if (isTraversal(target)) found.add('path-traversal');
  if (isJndi(target)) found.add('jndi');
  if (isTemplate(target)) found.add('template-injection');
  if (target.includes('<!entity') || (target.includes('<!doctype') && target.includes('system'))) found.add('xxe');
  if (isForgery(target)) found.add('ssrf');
  if (isPhp(target)) found.add('php-injection');
  for (const value of values) {
    if (looksLikeSql(value)) found.add('sqli');
    if (looksLikeScript(value)) found.add('xss');
    if (looksLikeCommand(value)) found.add('command-injection');
  }
  return found;
}

function inspectHeader(text: string): Set<WebThreat> {
  const found = new Set<WebThreat>();
  if (isJndi(text)) found.add('jndi');
  if (/\(\)\s{0,4}\{/.test(text)) found.add('command-injection');
  if (text.includes('<script') || text.includes('javascript:')) found.add('xss');
  if (text.includes("' or ") || text.includes('union select') || text.includes('sleep('))
    if (looksLikeSql(text)) found.add('sqli');
  if (text.includes('../../')) found.add('path-traversal');
  return found;
}

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
  'system.ini',
  '/windows/system32',
  '/.ssh/id_rsa',
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
];

function isTraversal(target: string): boolean {
  const path = target.replaceAll('\\', '/');
  let ups = 0;
  for (let at = path.indexOf('../'); at >= 0; at = path.indexOf('../', at + 3)) ups++;
  if (ups >= 2) return true;
  if (path.includes('/..;/') || path.includes('....//') || path.includes('/.%2e/') || path.includes('..%')) return true;
  if (ups === 1 && (/[=/:]\.\.\//.test(path) || path.startsWith('../'))) return true;
  if (path.endsWith('/..')) return true;
  for (const file of SECRET_FILES) if (namesFile(path, file)) return true;
  return (
    /(?:php|file|phar|zip|expect|glob|data):\/\/(?:filter|input|\/|etc|[a-z])/.test(path) &&
    /=(?:php|file|phar|zip|expect|glob|data):\/\//.test(path)
  );
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

/** Log4j look-ups, also broken up: `${${lower:j}ndi:`, `${::-j}`. */
function isJndi(text: string): boolean {
  const at = text.indexOf('${');
  if (at < 0) return false;
  return (
    text.includes('jndi:', at) ||
    text.includes('${lower:', at) ||
    text.includes('${upper:', at) ||
    text.includes('${::-', at) ||
    text.includes('${env:', at) ||
    text.includes('${sys:', at)
  );
}

function isTemplate(text: string): boolean {
  if (
    /\{\{\s{0,8}[\w'"([.*+\-/\s]{1,200}\}\}/.test(text) &&
    /\{\{[^}]{0,200}(?:[*+]|__|config|self|request|constructor|['"]\s{0,4}[.|])/.test(text)
  )
    return true;
  if (
    /[$#]\{[^}]{0,200}(?:\d\s{0,4}[*+]\s{0,4}\d|t\(java|java\.lang|getruntime|\.class|processbuilder|application\.)/.test(
      text,
    )
  )
    return true;
  return (
    /<%=?[^%]{0,200}(?:\d\s{0,4}\*\s{0,4}\d|system|file\.|exec|runtime)/.test(text) ||
    text.includes('<#assign') ||
    text.includes('__class__') ||
    text.includes('freemarker.template')
  );
}

function isForgery(text: string): boolean {
  return (
    /=(?:https?|gopher|dict|ftp|ldap|tftp):\/\/(?:[^/@]{0,64}@)?(?:127\.|localhost|0\.0\.0\.0|169\.254\.169\.254|\[::1?\]|\[::ffff:|metadata\.google|0x7f|2130706433|10\.0\.0\.1)/.test(
      text,
    ) || /=(?:gopher|dict):\/\//.test(text)
  );
}

function isPhp(text: string): boolean {
  if (text.includes('<?php') || text.includes('<?=')) return true;
  if (text.includes('auto_prepend_file') || text.includes('allow_url_include')) return true;
  return /(?:^|[=;\s({])(?:system|passthru|shell_exec|phpinfo|assert|eval|base64_decode|file_get_contents|call_user_func|popen|proc_open|preg_replace)\s{0,4}\(\s{0,4}(?:['"$)]|base64_decode|chr\(|md5\(|@)/.test(
    text,
  );
}
