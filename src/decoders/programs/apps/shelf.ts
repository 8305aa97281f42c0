/** Applications of the home rack and their refused logins; texts as each project logs them. */
import { eventOf } from '../../event.ts';
import { readJson } from '../../formats/json-line.ts';
import { type DeclaredProgram, defineProgram } from '../../message/program.ts';
import { LOGIN_FAILED, LOGIN_OK, NETWORK, SESSION } from '../groups.ts';

/** Mealie, a recipe keeper: the address closes the line. */
export const mealie = defineProgram({
  name: 'mealie',
  fail: ['{pre}Incorrect username or password from {ip}', 'Incorrect username or password from {ip}'],
});
/** RomM: proxy, client, request, status, between bars that it writes itself. */
export const romm = defineProgram({
  name: 'romm',
  fail: [
    '{ip:source.nat.ip} | {ip} | {word} /api/login ((401|403|429)) |{text}',
    '{word}:{gap}[{word}][{word}][{word} {word}]{gap}{ip:source.nat.ip} | {ip} | {word} /api/login ((401|403|429)) |{text}',
  ],
  info: ['{word}:{gap}[{word}][{word}][{word} {word}]{gap}{ip:source.nat.ip} | {ip} | {text}'],
});
/** Redmine: the address stands before the stamp that closes the line. */
export const redmine = defineProgram({
  name: 'redmine',
  fail: ['{word} {word}[[ {word}]]', '{word}'].map((stamp) => `{pre}Failed login for '{user}' from {ip} at ${stamp}`),
  ok: ['{word} {word}[[ {word}]]', '{word}'].map(
    (stamp) => `{pre}Successful authentication for '{user}' from {ip} at ${stamp}`,
  ),
});
/** Technitium DNS server: the client opens the message in brackets. */
export const technitium = defineProgram({
  name: 'technitium',
  programs: ['technitium', 'technitium-dns', 'DnsServerApp'],
  fail: ['[{ip}:{port}] DnsServerCore.DnsWebServiceException: Invalid username or password for user: {user}'],
  ok: ['[{ip}:{port}] [{user}] User logged in.'],
});
const LISTENER = 'listenerId = "{word}", localPort = {num}, remoteIp = {ip}, remotePort = {port}';
/** Stalwart mail server: an event's id in brackets, then its own pairs. */
export const stalwart = defineProgram({
  name: 'stalwart',
  programs: ['stalwart', 'stalwart-mail'],
  fail: [
    'auth.failed',
    'auth.too-many-attempts',
    'auth.banned',
    'smtp.auth-not-allowed',
    'smtp.auth-mechanism-not-supported',
    'imap.authentication-failed',
  ].map((id) => `{pre}(${id}) ${LISTENER}[[, {text}]]`),
  ok: [`{pre}(auth.success) ${LISTENER}, accountName = "{text:user.name}", accountId = {num}`],
  probe: [
    'security.ip-blocked',
    'security.scan-ban',
    'security.loiter-ban',
    'security.abuse-ban',
    'security.authentication-ban',
    'smtp.relay-not-allowed',
  ].map((id) => `{pre}(${id}) ${LISTENER}[[, {text}]]`),
  info: [`{pre}) ${LISTENER}[[, {text}]]`],
});
/** Axigen's services: the session's peer is named where it opens; refusals of TLS name it again. */
export const axigen = defineProgram({
  name: 'axigen',
  probe: ['{pre}SSL alert remote {ip}:{port}, {text:event.reason}'],
  groups: [
    {
      fields: NETWORK,
      patterns: [
        '{pre}connection accepted from [{ip}:{port}]',
        '{pre}SPF result for EHLO domain <{word}> connected from <{ip}>: {text:event.reason}',
      ],
    },
    {
      fields: SESSION,
      patterns: ['{pre}closing session from [{ip}:{port}]', '{pre}Closing connection from [{ip}:{port}]'],
    },
    { fields: LOGIN_FAILED, patterns: ["{pre}Authentication error for user '{user}': {text:event.reason}"] },
    { fields: LOGIN_OK, patterns: ['{pre}User [{user}] successfully authorized!'] },
  ],
});

const gitlabMessages = defineProgram({
  name: 'gitlab',
  heads: [''],
  ok: ['{pre}Successful Login: username={user} ip={ip} method={word} admin={word}'],
  fail: [': Failed Login: username={user} ip={ip}', '{pre}Failed Login: username={user} ip={ip}'],
});
/** GitLab's application log, and its production log, where a refused login is a request that led nowhere. */
export const gitlab: DeclaredProgram = {
  ...gitlabMessages,
  read(message) {
    return message.charCodeAt(0) === 123 ? refusedLogin(message) : gitlabMessages.read(message);
  },
  decode(envelope) {
    const fields = this.read(envelope.message);
    return fields === null ? null : eventOf(envelope, gitlabMessages.kind, fields);
  },
};

/** `SessionsController#create` that did not redirect, or a failed callback of a directory. */
function refusedLogin(message: string): typeof LOGIN_FAILED | null {
  const values = readJson(message);
  if (values?.get('method') !== 'POST') return null;
  const path = values.get('path') ?? '';
  const callback = path.startsWith('/users/auth/') && values.get('action') === 'failure';
  const signIn = path === '/users/sign_in' && values.get('status') !== '302';
  return callback || signIn ? LOGIN_FAILED : null;
}
