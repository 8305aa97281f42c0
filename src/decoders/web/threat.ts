/**
 * Names the attack classes a request carries on its face. Plain text search over the normalised target, agent and referrer;
 * a request without a single suspicious character costs one scan. Rules match on the classes (`threat.web`).
 */
import { normalise } from './normalise.ts';
import { looksLikeCode, looksLikePhp, looksLikeTemplate } from './threat-code.ts';
import { looksLikeCommand } from './threat-command.ts';
import { joinStrings, unwrapBase64 } from './threat-nested.ts';
import { isForgery, isRemoteInclude, isTraversal, namesSystemFile } from './threat-place.ts';
import { looksLikeInclude, looksLikeLdap, looksLikeNoSql, splitsHeader } from './threat-query.ts';
import { looksLikeScript } from './threat-script.ts';
import { fixesSession, namesSession } from './threat-session.ts';
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
  | 'php-injection'
  | 'code-injection'
  | 'remote-file-inclusion'
  | 'ldap-injection'
  | 'nosql-injection'
  | 'header-injection'
  | 'ssi-injection'
  | 'session-fixation';

/** Nothing that matters here can be written without one of these. */
const SUSPICIOUS =
  /['"<>;|`${}()\\%\r\n]|\.\.|\/\.\/|@@|__|0x2[ef]|\/(?:etc|proc|sys)\/|:\/\/|:\/etc|--|=\/|=[a-z]:|\*|web-inf|meta-inf|(?:boot|win|php)\.ini|[\s=](?:or|and|xor|union|having|order|case|if|for)\s|\s[-/][a-z]|&\s|host\.(?:docker|containers)|localhost|169\.254|process\[|\bro0ab|prototype|\balias\s|=~|constructor|require|\/\[|\w\[[^\]]{1,8}\]\w|\[\/?php|\]\w{1,40}\[|\sfrom\s|\+(?:union|select|or|and)\+|!!|unix:|x_trace|(?:sess|sid|session)\w{0,16}=/;
const SUSPICIOUS_HEADER =
  /[<>`${}\\%@]|\(\)\s*\{|'|\.\.\/|--|^[;|&]|\/(?:bin|etc)\/|\|\||(?:delete|insert|drop)\s|select\W|:\/etc|^file:|^[a-z]:[\\/]|on[a-z]{4,20}=|(?:eval|alert|confirm|prompt)\W/i;
/** Markup written as numeric entities, with the ampersand itself encoded or not. */
const HIDDEN_MARKUP = /(?:&|%26)(?:#|%23)(?:0{0,7}6[02](?!\d)|x0{0,7}3[ce](?![0-9a-f]))|(?:&|%26)lt(?:;|%3b|$|[&\s])/i;
/** What nearly every referrer is. A climb needs two dots in a row, which the host and file names here cannot have. */
const PLAIN_ADDRESS = /^https?:\/\/(?:[\w/:?=&#~+-]|\.(?!\.))*$/;
/** A letter, a comment, a letter: the comment stands inside a word. */
const CUT_BY_COMMENT = /\w(?:\/|%2f)(?:\*|%2a)/i;
const LONG_VALUE = /[=/][\w+/-]{16}/;
const WEB_ADDRESS = /^(?:https?:\/\/|www\.|\/)/i;

/**
 * The classes, or undefined for a request that shows none. Arguments: normalised target, raw agent, raw referrer, the target
 * as it was sent, and the site's name where the log has it.
 */
export function classify(
  target: string | undefined,
  agent: string | undefined,
  referrer: string | undefined,
  sent?: string,
  domain?: string,
): readonly WebThreat[] | undefined {
  return joinThreats(
    classifyTarget(target, sent),
    sent !== undefined && namesSession(sent) && fixesSession(referrer, domain) ? FIXATION : undefined,
    joinThreats(
      agent === undefined ? undefined : classifyAgent(agent),
      referrer === undefined ? undefined : classifyReferrer(referrer),
    ),
  );
}

/** What a request without any shows, where it must be said by an object. */
export const NO_THREATS: readonly WebThreat[] = [];

/** Lists of classes that are shared; there are few, and a stranger one is simply not. */
const MAX_LISTS = 1024;
const lists = new Map<string, readonly WebThreat[]>();

/** The same list, always the same object. */
function shared(list: readonly WebThreat[]): readonly WebThreat[] {
  const name = list.join();
  const known = lists.get(name);
  if (known === undefined && lists.size < MAX_LISTS) lists.set(name, list);
  return known ?? list;
}

/** Of a session handed to somebody in the address. */
export const FIXATION: readonly WebThreat[] = shared(['session-fixation']);

/** Each class once, in the order given, as a rule the same object for the same classes; undefined when there is none. */
export function joinThreats(
  one: readonly WebThreat[] | undefined,
  two: readonly WebThreat[] | undefined,
  three?: readonly WebThreat[],
): readonly WebThreat[] | undefined {
  if (two === undefined && three === undefined) return one;
  if (one === undefined && (two === undefined || three === undefined)) return two ?? three;
  return shared([...new Set([...(one ?? []), ...(two ?? []), ...(three ?? [])])]);
}

/** What a target shows by itself: normalised, and as it was sent. */
export function classifyTarget(target: string | undefined, sent: string | undefined): readonly WebThreat[] | undefined {
  let found: Set<WebThreat> | undefined;
  if (target !== undefined && SUSPICIOUS.test(target)) found = inspect(target, valuesOf(target));
  if (sent !== undefined) found = inspectSent(sent, found);
  return listOf(found);
}

/** What an agent shows, as it was sent. */
export function classifyAgent(agent: string): readonly WebThreat[] | undefined {
  return SUSPICIOUS_HEADER.test(agent) ? listOf(inspectHeader(normalise(agent), true)) : undefined;
}

/** What a referrer shows, as it was sent. */
export function classifyReferrer(referrer: string): readonly WebThreat[] | undefined {
  return !PLAIN_ADDRESS.test(referrer) && SUSPICIOUS_HEADER.test(referrer)
    ? listOf(inspectHeader(normalise(referrer), !WEB_ADDRESS.test(referrer)))
    : undefined;
}

function listOf(found: ReadonlySet<WebThreat> | undefined): readonly WebThreat[] | undefined {
  return found === undefined || found.size === 0 ? undefined : shared([...found]);
}

/** What only the target as it was sent can show. */
function inspectSent(sent: string, before: Set<WebThreat> | undefined): Set<WebThreat> | undefined {
  let found = before;
  const add = (threat: WebThreat): void => {
    found ??= new Set();
    found.add(threat);
  };
  if (hidesMarkup(sent)) add('xss');
  if (CUT_BY_COMMENT.test(sent))
    for (const value of valuesOf(normalise(sent, ''))) if (looksLikeSql(value)) add('sqli');
  if (LONG_VALUE.test(sent)) {
    for (const text of unwrapBase64(sent)) {
      const inner = new Set<WebThreat>();
      inspectText(text, inner);
      inspectValue(text, inner);
      for (const threat of inner) add(threat);
    }
  }
  return found;
}

/** Entities come from a browser only in the text of a page, never in an address. */
function hidesMarkup(sent: string): boolean {
  return (sent.includes('%26') || sent.includes('&#') || sent.includes('&lt')) && HIDDEN_MARKUP.test(sent);
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
  if (splitsHeader(target)) found.add('header-injection');
  inspectText(target, found);
  for (const value of values) {
    inspectValue(value, found);
    // Twice encoded blanks, and percent signs that some servers drop.
    const joined = joinStrings(value);
    if (joined !== null) inspectValue(joined, found);
    if (value.includes('+')) inspectValue(value.replaceAll('+', ' '), found);
    if (value.split('%', 6).length > 5) inspectValue(value.replaceAll('%', ''), found);
  }
  return found;
}

function inspectText(text: string, found: Set<WebThreat>): void {
  if (isJndi(text)) found.add('jndi');
  if (looksLikeTemplate(text)) found.add('template-injection');
  if (text.includes('<!entity') || (text.includes('<!doctype') && text.includes('system'))) found.add('xxe');
  if (looksLikeCode(text)) found.add('code-injection');
  if (looksLikeNoSql(text)) found.add('nosql-injection');
  if (looksLikeInclude(text)) found.add('ssi-injection');
}

function inspectValue(value: string, found: Set<WebThreat>): void {
  if (looksLikeSql(value)) found.add('sqli');
  if (looksLikeScript(value)) found.add('xss');
  if (looksLikeCommand(value)) found.add('command-injection');
  if (looksLikePhp(value)) found.add('php-injection');
  if (looksLikeLdap(value)) found.add('ldap-injection');
  if (namesSystemFile(value)) found.add('path-traversal');
  if (isForgery(value)) found.add('ssrf');
  if (isRemoteInclude(value)) found.add('remote-file-inclusion');
}

/**
 * A header is free text: what is free of meaning in it (semicolons, parentheses, names of languages that are also commands)
 * must not weigh. `whole`: it is no address of a page, whose query somebody else may have written.
 */
function inspectHeader(text: string, whole: boolean): Set<WebThreat> {
  const found = new Set<WebThreat>();
  inspectText(text, found);
  if (/\(\)\s{0,4}\{/.test(text)) found.add('command-injection');
  if (text.includes('<script') || text.includes('javascript:')) found.add('xss');
  if (text.includes('../../') || (whole && isTraversal(text))) found.add('path-traversal');
  if (whole && !/^(?:mozilla|opera)\/\d/.test(text)) {
    inspectValue(text, found);
    if (text.includes('+')) inspectValue(text.replaceAll('+', ' '), found);
  } else if (/'\s{0,4}(?:or|and)\s|union\s|sleep\s{0,4}\(|<[a-z]/.test(text)) {
    if (looksLikeSql(text)) found.add('sqli');
    if (looksLikeScript(text)) found.add('xss');
  }
  return found;
}

/** Log4j look-ups, also broken up: `${${lower:j}ndi:`, `${::-j}`. */
function isJndi(escaped: string): boolean {
  const text = escaped.includes('$\\') ? escaped.replaceAll('\\', '') : escaped;
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
