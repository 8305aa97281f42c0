/**
 * F5 BIG-IP: logins at its own console, access policies (APM), its application firewall (ASM, Advanced WAF), audit and traffic.
 * Messages are numbered (`01490500:5: `); F5's article K16197 and the APM and ASM log references name them.
 */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields, FieldValue } from '../../../model/log-event.ts';
import { mapFields } from '../../formats/mapping.ts';
import { readPairs } from '../../formats/pairs.ts';
import { type DeclaredProgram, defineProgram, withReader } from '../../message/program.ts';
import { CONFIGURATION, LOGIN_FAILED, LOGIN_OK, NETWORK, REQUEST, SESSION } from '../groups.ts';

const TMM = ['tmm', ...Array.from({ length: 16 }, (_, number) => `tmm${number}`)];
const CODE = '[[{word:event.code}:{num}: ]]';
/** An access policy, its partition and the number of the session. */
const ACCESS = `${CODE}{word:rule.name}:{word}:{word}: `;
const DATE = '{word} {word}{gap}{num} {word} {num}';
const PAM =
  '[[{word:event.code}:{num}: AUDIT - user {word} - RAW: ]]((httpd|sshd|su|login|tmsh|scp))(((pam_audit|mod_auth_pam)))';

const declared = defineProgram({
  name: 'f5-big-ip',
  programs: ['f5-big-ip', 'f5', 'bigip', ...TMM, 'apmd', 'mcpd', 'bigd', 'sod', 'ASM', 'asm', 'acctd'],
  bare: true,
  groups: [
    {
      fields: LOGIN_FAILED,
      patterns: [
        `${PAM}: User={user} tty={word} host={ip} failed to login after {num} attempts (start="${DATE}" end="${DATE}").[[:]]`,
        `User={user} tty={word} host={ip} failed to login after {num} attempts (start="${DATE}" end="${DATE}").[[:]]`,
        "AUTHCACHE PAM: user '{user}' - not authenticated: {text:event.reason}",
        `${ACCESS}{word} ((module|agent)): {text}authentication with '{text:user.name}' failed{text:event.reason}`,
        `${ACCESS}{word} agent: {text}: authenticate with '{text:user.name}' failed{text:event.reason}`,
        `${ACCESS}Access policy result: ((Logon_Deny|Deny))`,
        `${ACCESS}Following rule '{text}' from item '{text}' to ending 'Deny'`,
      ],
    },
    {
      fields: LOGIN_OK,
      patterns: [
        `${PAM}: user={user}({text}) partition={word} level={word} tty={word} host={ip} attempts={num} start="${DATE}".`,
        `${ACCESS}{word} module: authenticate with '{text:user.name}' successfully`,
        `${ACCESS}{word} module: authentication with '{text:user.name}' successful`,
        `${ACCESS}{word} agent: {text}: authenticate with '{text:user.name}' successful`,
        `${ACCESS}Following rule '{text}' from item '{text}' to ending 'Allow'`,
        `${ACCESS}Access policy result: ((Full|LTM+APM_Mode|LTM_APM|Network_Access|Webtop))`,
        `${ACCESS}Received User-Agent header: {text:user_agent.original}`,
      ],
    },
    {
      fields: { ...SESSION, 'event.action': 'session-start' },
      patterns: [
        `${ACCESS}New session from client IP {ip} {text:event.reason}`,
        `${ACCESS}Received client info - {text:event.reason}`,
      ],
    },
    {
      fields: { ...SESSION, 'event.action': 'session-end', 'event.outcome': 'success' },
      patterns: [
        `${PAM}: user={user}({text}) partition={word} level={word} tty={word} host={ip} attempts={num} start="${DATE}" end="${DATE}".`,
        `${ACCESS}Session deleted{text:event.reason}`,
        `${ACCESS}Session statistics - {text:event.reason}`,
      ],
    },
    {
      fields: { 'event.category': 'authentication', 'event.action': 'logon-page' },
      patterns: [`${ACCESS}Username '{text:user.name}'`],
    },
    { fields: { ...SESSION, 'event.action': 'access-policy' }, patterns: [`${ACCESS}{text:event.reason}`] },
    {
      fields: CONFIGURATION,
      patterns: [
        `${CODE}AUDIT - pid={num:process.pid} user={word:user.name} folder={word} module={word} status=[{text:event.reason}] cmd_data={text:process.command_line}`,
        `${CODE}AUDIT - client {word}, user {word:user.name} - {text:event.reason}`,
        `${CODE}AUDIT - user {word:user.name} - {text:event.reason}`,
        `${CODE}AUDIT - {text:event.reason}`,
      ],
    },
    {
      fields: REQUEST,
      patterns: [
        '[((ssl_acc|ssl_req))] {ip} - {word:user.name} [{word} {word}] "{word:http.request.method} {path:url.original} HTTP/{word:http.version}" {num:http.response.status_code} {word}',
        '[((ssl_acc|ssl_req))] {ip} - {word:user.name} [{word} {word}] {path:url.original} {num:http.response.status_code} {num}',
      ],
    },
    {
      fields: NETWORK,
      patterns: [
        '[[{word:event.code}:{num}: ]]Rule {word:rule.name} <{word}>: ((virtual|client_ip))={pairs}',
        `${CODE}SSL Handshake failed for {word:network.transport} {ip}:{port} -> {ip:destination.ip}:{port:destination.port}`,
        `${CODE}Connection error: {text:event.reason}`,
        `${CODE}{ip}:{port} -> {ip:destination.ip}:{port:destination.port}: {text:event.reason}`,
        'Rule {word:rule.name} <{word}>: {ip}:{port} -> {ip:destination.ip}:{port:destination.port}',
        'Rule {word:rule.name} <{word}>: {ip:destination.ip}:{port:destination.port}: {text:event.reason}',
        '[[{word:event.code}:{num}: ]]Rule {word:rule.name} <{word}>: {text:event.reason}',
        'Rule {word:rule.name} : {text:event.reason}',
        '{word:event.code}:{num}: {text:event.reason}',
        'GSSAPI {text:event.reason}',
      ],
    },
  ],
});

/** BIG-IP; what its application firewall writes is read by name. */
export const bigip: DeclaredProgram = withReader(
  declared,
  (message) => withSession(readFirewall(message) ?? declared.read(message), message),
  (message) => withSession(readFirewall(message) ?? declared.readBare(message), message),
);

/** True for `01490500:5: ...`: a number of eight hexadecimal digits and a level. */
export function isBigIp(message: string): boolean {
  return (
    message.charCodeAt(0) === 48 &&
    message.charCodeAt(8) === 58 &&
    message.charCodeAt(10) === 58 &&
    /^[0-9a-f]{8}:\d: /.test(message)
  );
}

const SESSION_ID = /^(?:[0-9a-f]{8}:\d: )?\/[^\s:]{1,128}:[^\s:]{1,64}:([0-9a-f]{8}): /;

/** The session's number: only the line that opens it names the client. */
function withSession(fields: Fields | null, message: string): Fields | null {
  const found = fields === null ? null : SESSION_ID.exec(message);
  return fields === null || found === null
    ? fields
    : { ...fields, 'connection.number': Number.parseInt(found[1]!, 16) };
}

const VIOLATIONS = '[SECEV] Request violations: ';

/** `unit_hostname="...",ip_client="...",...` and `[SECEV] Request violations: ...`. */
function readFirewall(message: string): Fields | null {
  const start = message.startsWith('ASM:') ? 4 : 0;
  if (message.startsWith('unit_hostname="', start) || message.startsWith('attack_type="', start)) {
    const values = readPairs(message, start);
    const fields: Record<string, FieldValue | undefined> = { ...mapFields(values) };
    for (const [name, value] of Object.entries(fields)) if (value === 'N/A') delete fields[name];
    return { ...fields, ...verdictOf(values.get('request_status'), values.get('violations')) };
  }
  const at = message.indexOf(VIOLATIONS);
  if (at < 0 || at > 24) return null;
  const [method, url] = requestOf(message);
  return {
    ...verdictOf('blocked', message.slice(at + VIOLATIONS.length, message.indexOf('.', at + VIOLATIONS.length))),
    'source.ip': canonicalAddress(only(message, ', source ip: ')) ?? undefined,
    'source.port': numberOf(only(message, ', source port: ')),
    'destination.ip': canonicalAddress(only(message, ', destination ip: ')) ?? undefined,
    'destination.port': numberOf(only(message, ', destination port: ')),
    'http.request.method': method,
    'url.original': url,
  };
}

/** A request that was blocked for a violation is the client's act; one that was only noted may be a rule still on trial. */
function verdictOf(status: string | undefined, violations: string | undefined): Fields {
  const named = violations === undefined || violations === '' || violations === 'N/A' ? undefined : violations;
  if (named === undefined) return { 'event.category': 'web', 'event.action': status ?? 'http-request' };
  return {
    'event.category': 'intrusion_detection',
    'event.action': status,
    'event.outcome': status === 'blocked' ? 'failure' : undefined,
    'event.reason': named,
    'rule.name': named,
  };
}

/** The value behind a name that stands only once, up to the next comma; else empty, as a request may hold such a name, too. */
function only(message: string, name: string): string {
  const at = message.indexOf(name);
  if (at < 0 || at !== message.lastIndexOf(name)) return '';
  const start = at + name.length;
  const end = message.indexOf(',', start);
  return message.slice(start, end < 0 ? undefined : end);
}

function numberOf(text: string): number | undefined {
  const value = Number(text);
  return text !== '' && Number.isInteger(value) && value < 65_536 ? value : undefined;
}

function requestOf(message: string): [method: string | undefined, url: string | undefined] {
  const found = /, request: <([A-Z]{3,10}) (\S{1,2048}) HTTP\//.exec(message);
  return found === null ? [undefined, undefined] : [found[1], found[2]];
}
