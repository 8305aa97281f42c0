/** What a record is about and how it ended, by its own words: its ECS category and outcome. */
import type { FieldValue } from '../../model/log-event.ts';

const FAILED = [
  'login failed',
  'failed login',
  'login fail',
  'authentication failed',
  'authentication failure',
  'failed authentication',
  'invalid username or password',
  'login_failed',
  'login_error',
  'invalid credentials',
  'incorrect username or password',
  'ssl-login-fail',
  'unsuccessful authentication',
  'wrong password',
  'incorrect password',
  'invalid password',
  'failed sign-in',
  'password-auth.failed',
  'failed to authenticate',
  'login denied',
  'logon denied',
  'logon failed',
  'failed logon',
  'logon failure',
  'failed log in',
  'failed sign in',
  'sign-in failed',
  'signin failed',
  'bad credentials',
  'wrong credentials',
  'wrong username',
  'wrong user name',
  'bad password',
  'authentication was rejected',
  'authentication rejected',
  'authentication denied',
  'failed to log in',
  'failed to logged in',
  'failed to sign in',
  'sign in failed',
  'failed to login',
  'could not authenticate',
  'unable to authenticate',
  'auth-fail',
  'authentication_failed',
  'invalid_login',
  'unsuccessful 1fa',
  'unsuccessful totp',
  'unsuccessful duo',
  'unsuccessful webauthn',
];
const SUCCEEDED = [
  'login successful',
  'logged in',
  'signed in',
  'authentication success',
  'login success',
  'successful login',
  'successful logon',
  'logon success',
  'login succeeded',
  'login allowed',
  'admin accessed',
  'authentication succeeded',
  'authentication successful',
  'successfully authenticated',
  'successful 1fa',
  'authentication_success',
  'tunnel-up',
];
/** One of the phrases, all of them plain text. */
function anyOf(phrases: readonly string[]): RegExp {
  return new RegExp(phrases.map((phrase) => phrase.replace(/[.\\]/g, '\\$&')).join('|'));
}

const ANY_FAILED = anyOf(FAILED);
const ANY_SUCCEEDED = anyOf(SUCCEEDED);

/** What the program writes of its own accord; never a user's name or a path, which could say "login failed". */
const TELLING = [
  'event.action',
  'msg',
  'message',
  'logdesc',
  'action',
  'act',
  'event',
  'eventid',
  'type',
  'outcome',
  'error',
  'name',
];

const MALWARE = ['malware', 'spyware', 'virus', 'trojan', 'ransomware', 'eicar'];
/** The category that the record's own words name, or that its fields make likely. */
export function categoryOf(
  fields: Readonly<Record<string, FieldValue>>,
  values: ReadonlyMap<string, string>,
): string | null {
  if (values.has('alert.signature')) return 'intrusion_detection';
  for (const name of ['cat', 'type', 'subtype', 'category', 'name', 'log_type', 'event_type']) {
    const value = values.get(name)?.slice(0, 80).toLowerCase();
    if (value === undefined) continue;
    if (MALWARE.some((word) => value.includes(word))) return 'malware';
  }
  if (fields['source.ip'] !== undefined && fields['destination.ip'] !== undefined) return 'network';
  if (fields['http.request.method'] !== undefined) return 'web';
  if (fields['process.command_line'] !== undefined || fields['process.executable'] !== undefined) return 'process';
  return fields['source.ip'] !== undefined && fields['destination.port'] !== undefined ? 'network' : null;
}

/** The category that its words hint at, `network` where it has an address, or null. */
export function guessedCategory(
  fields: Readonly<Record<string, FieldValue>>,
  values: ReadonlyMap<string, string>,
): string | null {
  const peer = fields['source.ip'] !== undefined || fields['destination.ip'] !== undefined;
  return saidCategory(values) ?? (peer ? 'network' : null);
}

/** The category that the record's own name, type or message hints at by a word. */
function saidCategory(values: ReadonlyMap<string, string>): string | null {
  for (const name of SAYING) {
    const value = values.get(name)?.slice(0, 120).toLowerCase();
    if (value === undefined || value === '') continue;
    for (const [category, words] of WORDS) if (words.some((word) => value.includes(word))) return category;
  }
  return null;
}

/** Where a record says what it is about, the plainest first. */
const SAYING = [
  'logtype',
  'log_type',
  'event',
  'cat',
  'category',
  'subtype',
  'type',
  'event_type',
  'name',
  'act',
  'action',
  'reason',
  'msg',
  'message',
];
const WORDS: readonly (readonly [category: string, words: readonly string[]])[] = [
  [
    'authentication',
    [
      'authenticat',
      'login',
      'logon',
      'logoff',
      'logout',
      'log in',
      'log out',
      'sign in',
      'password',
      'user_timeout',
      'user_disconnected',
    ],
  ],
  ['session', ['session', 'disconnected for user']],
  ['email', ['email', 'smtp', 'mail', 'spam']],
  ['configuration', ['config', 'policy updated', 'policy_updated']],
  ['iam', ['account', 'group', 'privilege', 'role']],
  ['file', ['file', 'folder', 'directory']],
  ['web', ['http request', 'web ', 'url']],
  [
    'network',
    [
      'network',
      'firewall',
      'connection',
      'traffic',
      'flow',
      'vpn',
      'tunnel',
      'packet',
      'server',
      'dropping',
      'drop',
      'route',
      'dhcp',
    ],
  ],
  ['process', ['process', 'job', 'service', 'command', 'subsystem']],
];

const REFUSED = /^(?:den[iy]|block|drop|reject|refus|fail)/i;
const LET_IN = /^(?:allow|accept|permit|pass|grant|success|continue)/i;
/** `Action=Logon` alone; a record of a failed one says so somewhere. */
const IN = /^log(?:on|in|ged in| in)$/i;
const SAID = ['msg', 'message', 'reason', 'error', 'desc', 'description', 'details', 'name'];
const UNWELL = /fail|den[iy]|invalid|wrong|incorrect|reject|lock|bad |unknown|error/i;
const OUTCOMES: Readonly<Record<string, 'success' | 'failure'>> = {
  success: 'success',
  succeeded: 'success',
  successful: 'success',
  ok: 'success',
  failure: 'failure',
  failed: 'failure',
  fail: 'failure',
  error: 'failure',
  denied: 'failure',
  deny: 'failure',
  rejected: 'failure',
  reject: 'failure',
  fraud: 'failure',
  allowed: 'success',
  granted: 'success',
  approved: 'success',
  passed: 'success',
};
/** `BAD_CREDENTIALS`: a word of the program's own, never a sentence with somebody's words in it. */
const REASON = /^(?:BAD|INVALID|WRONG|INCORRECT)_(?:CREDENTIALS?|PASSWORD|USER|USERNAME|LOGIN|OTP|TOKEN)$/;

/** An outcome the record states, or success where an appliance says what it did; a login has only the outcome that is stated. */
export function toldOutcome(values: ReadonlyMap<string, string>, isLogin: boolean): 'success' | 'failure' | null {
  for (const name of [
    'outcome',
    'result',
    'status',
    'event.outcome',
    'outcome.result',
    'eventresult',
    'eventstatus',
    'resulttype',
  ]) {
    const value = values.get(name);
    const told = value === undefined ? undefined : OUTCOMES[value.toLowerCase()];
    if (told !== undefined) return told;
  }
  const success = values.get('success');
  if (success === 'false' || success === 'true') return success === 'true' ? 'success' : 'failure';
  const done = values.get('act') ?? values.get('action') ?? values.get('disp');
  if (done === undefined) return null;
  if (!isLogin) return 'success';
  if (REFUSED.test(done)) return 'failure';
  return LET_IN.test(done) ||
    (IN.test(done) && !SAID.some((name) => UNWELL.test(values.get(name)?.slice(0, 256) ?? '')))
    ? 'success'
    : null;
}

/** Paths at which a name and a password are sent. */
const LOGIN_PATHS = ['/login', '/signin', '/sign_in', '/sign-in', '/auth', '/session'];

/** `HTTP: POST http://example.com/auth/login` answered with 401, where no field names the request's parts. */
function isRefusedRequest(values: ReadonlyMap<string, string>): boolean {
  const status = values.get('httpstatus') ?? values.get('status');
  const said = values.get('msg')?.slice(0, 160);
  return status === '401' && said !== undefined && LOGIN_PATHS.some((path) => said.includes(path));
}

/** The outcome of a login the record tells of; null when it tells of none. */
export function outcomeOf(values: ReadonlyMap<string, string>): 'success' | 'failure' | null {
  if (isRefusedRequest(values)) return 'failure';
  let succeeded = false;
  for (const name of TELLING) {
    const value = values.get(name)?.slice(0, 160).toLowerCase();
    if (value === undefined || value.length < 5) continue;
    // A refusal that any of them tells of is one, whatever "user logged in" stands in another.
    if (ANY_FAILED.test(value)) return 'failure';
    succeeded ||= ANY_SUCCEEDED.test(value);
  }
  if (REASON.test(values.get('reason')?.slice(0, 64) ?? '')) return 'failure';
  return succeeded ? 'success' : null;
}
