/**
 * Juniper Junos: flow sessions, screens and attacks of SRX, logins and commands. Messages have names (Juniper's "System Log Explorer");
 * they come as text or, as SRX writes its security logs, as RFC 5424 structured data.
 */
import type { Fields, FieldValue } from '../../../model/log-event.ts';
import { mapFields, TRANSPORTS } from '../../formats/mapping.ts';
import { readPairs } from '../../formats/pairs.ts';
import { type DeclaredProgram, defineProgram, withReader } from '../../message/program.ts';
import { CONFIGURATION, DENIED, LOGIN_FAILED, LOGIN_OK, NETWORK, SESSION } from '../groups.ts';

const FLOW = '{ip}/{port}->{ip:destination.ip}/{port:destination.port}';
const declared = defineProgram({
  name: 'junos',
  programs: ['junos', 'RT_FLOW', 'RT_IDP', 'RT_UTM', 'RT_IDS', 'RT_AAMW', 'mgd', 'fwauthd', 'jlogin', 'juniper-junos'],
  bare: true,
  groups: [
    {
      fields: { ...NETWORK, 'event.action': 'session-created', 'event.outcome': 'success' },
      patterns: [
        `((RT_FLOW_SESSION_CREATE|RT_FLOW_SESSION_CREATE_LS|APPTRACK_SESSION_CREATE)): ((session|AppTrack session)) created ${FLOW} {text}`,
      ],
    },
    {
      fields: NETWORK,
      patterns: [
        `((RT_FLOW_SESSION_CLOSE|RT_FLOW_SESSION_CLOSE_LS)): session closed {text:event.reason}: ${FLOW} {text}`.replace(
          '{text:event.reason}',
          '{word} {word}',
        ),
        ...['{word}', '{word} {word} {word}', '{word} {word} {word} {word}'].map(
          (why) => `RT_FLOW_SESSION_CLOSE: session closed ${why}: ${FLOW} {text}`,
        ),
        'FW: {word} {word} {word} {mac} -> {mac:destination.mac}  {word:network.transport} {ip} {ip:destination.ip} {num:source.port} {num:destination.port} {text}',
        'FW: {word}{gap}{word:event.action} {mac} {mac:destination.mac} {word} {word} {word}{gap}{word:network.transport} {ip} {ip:destination.ip}{gap}{num:source.port}{gap}{num:destination.port} {text}',
      ],
    },
    {
      fields: DENIED,
      patterns: [
        `((RT_FLOW_SESSION_DENY|RT_FLOW_SESSION_DENY_LS)): session denied ${FLOW} {text}`,
        'RT_SCREEN_{word:rule.name}: {text} source: {ip}:{port}, destination: {ip:destination.ip}:{port:destination.port}, {word} {word}: {word}, {word} {word}: {word}, action: {word:event.action}',
        'RT_SCREEN_{word:rule.name}: {text} source: {ip}, destination: {ip:destination.ip}, {word} {word}: {word}, {word} {word}: {word}, action: {word:event.action}',
      ],
    },
    {
      fields: LOGIN_FAILED,
      patterns: [
        "SSHD_LOGIN_FAILED: Login failed for user '{user}' from host '{ip}'",
        "[[{word}: ]]SSHD_LOGIN_FAILED: Login failed for user '{user}' from host '{ip}'",
        'LOGIN_FAILED: Login failed for user {user} from host {ip}',
        "LOGIN_FAILED: Login failed for user '{user}' from host '{ip}'",
        'LOGIN_PAM_AUTHENTICATION_ERROR: PAM authentication error for user {user}',
        '((FWAUTH_WEBAUTH_FAIL|FWAUTH_TELNET_USER_AUTH_FAIL|FWAUTH_HTTP_USER_AUTH_FAIL|FWAUTH_FTP_USER_AUTH_FAIL)): {text}: user {text:user.name} at {ip} ((failed|rejected))',
        'WEB_AUTH_FAIL: Unable to authenticate httpd client (username {user})',
        'DYNAMIC_VPN_AUTH_FAIL: User {text:user.name} {text:event.reason}',
      ],
    },
    {
      fields: LOGIN_OK,
      patterns: [
        "UI_LOGIN_EVENT: User '{word:user.name}' login, class '{word}' [{num}], ssh-connection '{ip} {port} {ip:destination.ip} {port:destination.port}', client-mode '{word}'",
        "UI_LOGIN_EVENT: User '{word:user.name}' login, class '{word}' [{num}], {text}",
        "UI_AUTH_EVENT: Authenticated user '{user}' at permission level '{word}'",
        "UI_AUTH_EVENT: Authenticated user '{user}' assigned to class '{word}'",
        'LOGIN_INFORMATION: User {word:user.name} logged in from host {ip} on device {word}',
        'WEB_AUTH_SUCCESS: Authenticated httpd client (username {user})',
        '((FWAUTH_WEBAUTH_SUCCESS|FWAUTH_HTTP_USER_AUTH_ACCEPTED)): {text}: user {text:user.name} at {ip} ((logged in|accepted))',
      ],
    },
    {
      fields: CONFIGURATION,
      patterns: [
        "UI_CFG_AUDIT_{word}: User '{word:user.name}' {text:event.reason}",
        "UI_COMMIT{word} User '{word:user.name}' {text:event.reason}",
        "UI_DBASE_LOGIN_EVENT: User '{word:user.name}' {text:event.reason}",
        "UI_DBASE_LOGOUT_EVENT: User '{word:user.name}' {text:event.reason}",
      ],
    },
    {
      fields: { 'event.category': 'process', 'event.outcome': 'success' },
      patterns: [
        "UI_CMDLINE_READ_LINE: User '{word:user.name}'[[,]] command '{text:process.command_line}'",
        "UI_JUNOSCRIPT_CMD: User '{word:user.name}' used JUNOScript client to run command '{text:process.command_line}'",
        "UI_CHILD_START: Starting child '{word:process.executable}'",
        "UI_CHILD_STATUS: Cleanup child '{word:process.executable}', PID {num}, status {num}",
      ],
    },
    {
      fields: { ...SESSION, 'event.outcome': 'success', 'event.action': 'logout' },
      patterns: ["UI_LOGOUT_EVENT: User '{word:user.name}' logout"],
    },
    {
      fields: { 'event.category': 'iam', 'event.action': 'account-locked' },
      patterns: ["LIBJNX_LOGIN_ACCOUNT_LOCKED: Account for user '{user}' has been locked out from logins"],
    },
  ],
});

/** Junos. */
export const junos: DeclaredProgram = withReader(
  declared,
  (message) => structured(message) ?? declared.read(message),
  (message) => structured(message) ?? declared.readBare(message),
);

const NAME = /^[A-Z][A-Z\d_]{3,63}$/;
const MARK = ' [junos@';

/** `RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.135 source-address="..." ...] text`: values are quoted, and quotes in them escaped. */
function structured(message: string): Fields | null {
  const at = message.indexOf(MARK);
  if (at < 0 || at > 64) return null;
  const name = message.slice(0, at);
  const start = message.indexOf(' ', at + MARK.length);
  if (!NAME.test(name) || start < 0) return null;
  const values = readPairs(message.slice(0, 16_384), start);
  const fields: Record<string, FieldValue | undefined> = { ...mapFields(values, undefined, false) };
  for (const [field, value] of Object.entries(fields)) if (value === 'N/A' || value === 'UNKNOWN') delete fields[field];
  const protocol = values.get('protocol-id') ?? values.get('protocol-name');
  if (protocol !== undefined && protocol !== 'N/A')
    fields['network.transport'] = TRANSPORTS[protocol] ?? protocol.toLowerCase();
  return {
    ...fields,
    'network.protocol': values.get('service-name')?.replace(/^junos-/, ''),
    'rule.name': values.get('attack-name') ?? values.get('policy-name') ?? values.get('rule-name'),
    'event.code': name,
    ...meaningOf(name, values),
  };
}

const LOGINS = /LOGIN|AUTH/;

function meaningOf(name: string, values: ReadonlyMap<string, string>): Fields {
  if (LOGINS.test(name)) {
    if (/FAIL|ERROR|REJECT|LOCKED|DENIED/.test(name)) return LOGIN_FAILED;
    if (/LOGOUT/.test(name)) return { ...SESSION, 'event.action': 'logout' };
    return LOGIN_OK;
  }
  const action = values.get('action')?.toLowerCase();
  if (name.endsWith('_DENY') || name.endsWith('_DENY_LS')) return DENIED;
  if (name.startsWith('RT_SCREEN_'))
    return action === 'drop' ? DENIED : { ...NETWORK, 'event.action': action ?? 'screen' };
  if (name.startsWith('IDP_ATTACK') || name.startsWith('AV_VIRUS') || name.startsWith('AAMW_'))
    return { 'event.category': 'intrusion_detection', 'event.action': action };
  if (name.startsWith('WEBFILTER_')) return { 'event.category': 'web', 'event.action': name.toLowerCase() };
  if (name.startsWith('UI_')) return { 'event.category': 'process', 'event.action': name.toLowerCase() };
  return { ...NETWORK, 'event.action': name.toLowerCase() };
}
