/** Passing over lines must never change what is found: whatever is called dull decodes to an event that nothing wants. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { createDecode } from './decode.ts';
import { createSkim, type SkimRules } from './skim.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const WANTED = new Set(['ssh-login', 'ssh-invalid-user', 'ssh-preauth-close', 'pam-auth', 'sudo', 'su']);
const decode = createDecode({ timezone: 'UTC', program: null });
const rules: SkimRules = { wants: (_kind, action) => action !== null && WANTED.has(action), holdsKeyword: null };
const skim = createSkim(rules, null)!;

function isDull(line: string): boolean {
  const bytes = Buffer.from(`x\n${line}\ny`);
  return skim(bytes, 2, bytes.length - 2);
}

/** What may be lost by passing over a line. */
function matters(line: string): boolean {
  const event = decode.decode(line, NOW);
  if (event === null) return true;
  return WANTED.has(String(event.fields['event.action']));
}

const HEADS = [
  'Nov 24 10:00:00 web ',
  'Nov  4 23:59:59 10.0.0.1 ',
  '2026-11-24T10:00:00.123456+00:00 web ',
  '2026-11-24T10:00:00Z web ',
];

test.each([
  'sshd[12]: Received disconnect from 192.0.2.1 port 22:11: bye',
  'sshd[12]: Received disconnect from 2001:db8::1 port 65535:11: Bye Bye [preauth]',
  'sshd[12]: Disconnected from user alice 192.0.2.1 port 22',
  'sshd[12]: pam_unix(sshd:session): session opened for user alice(uid=1000) by (uid=0)',
  'CRON[9]: pam_unix(cron:session): session closed for user root',
  'systemd-logind[7]: Removed session 4.',
  'dockerd[7]: anything at all',
])('is dull: %s', (text) => {
  for (const head of HEADS) expect(isDull(head + text), head).toBe(true);
});

test.each([
  'sshd[12]: Failed password for root from 192.0.2.1 port 22 ssh2',
  'sshd[12]: Received disconnect from 192.0.2.1 port 22:3: com.example: Auth fail:11: bye',
  'sshd[12]: Received disconnect from 192.0.2.1: 14: No supported authentication methods available',
  'sshd[12]: Received disconnect from UNKNOWN port 22:11: bye',
  'sshd[12]: Disconnected from authenticating user root 192.0.2.1 port 22 [preauth]',
  'sshd[12]: message repeated 5 times: [ Failed password for root from 192.0.2.1 port 22 ssh2]',
  'unknown[12]: message repeated 5 times: [ x]',
  'vsftpd[12]: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp ruser=a rhost=192.0.2.1',
  'nginx: 192.0.2.1 - - [24/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 404 1 "-" "-"',
  'a b: sshd[12]: Removed session',
])('is looked at: %s', (text) => {
  for (const head of HEADS) expect(isDull(head + text), head).toBe(false);
});

test('a stamp that is none, a truncated line and bytes outside ASCII are looked at', () => {
  for (const line of [
    '',
    'x',
    'Nov 45 10:00:00 web dockerd: x',
    'Nov 24 10:00:61 web dockerd: x',
    '2026-13-24T10:00:00Z web d: x',
    'Nov 24 10:00:00 web çay: x',
  ])
    expect(isDull(line), line).toBe(false);
});

test('no line of the samples that a rule could ask about is passed over', () => {
  const samples = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.samples.yaml'),
  );
  let seen = 0;
  for (const name of samples)
    for (const line of linesIn(parse(readFileSync(join(import.meta.dirname, name), 'utf8')))) {
      seen++;
      if (isDull(line)) expect(matters(line), line).toBe(false);
    }
  expect(seen).toBeGreaterThan(50);
});

test('nor any mixture of heads, tags and texts', () => {
  const part = fc.constantFrom(
    ...HEADS,
    'sshd',
    'su',
    'sudo',
    'CRON',
    '[12]',
    '(x)',
    ': ',
    ' ',
    '/',
    'pam_unix(sshd:session): session ',
    'pam_unix(',
    ':auth): authentication failure; rhost=192.0.2.1',
    'Failed password for root from 192.0.2.1 port 22 ssh2',
    'Disconnected from ',
    'Received disconnect from 192.0.2.1',
    ' port 22',
    ':11: ',
    ':3: ',
    ': 14: ',
    ' [preauth]',
    'Invalid user x from 192.0.2.1',
    'message repeated 2 times: [ ',
    ']',
    'systemd-logind',
    'Removed session 1.',
  );
  fc.assert(
    fc.property(fc.constantFrom(...HEADS), fc.array(part, { minLength: 1, maxLength: 6 }), (head, parts) => {
      const line = head + parts.join('');
      if (isDull(line)) expect(matters(line)).toBe(false);
    }),
    { numRuns: 3000 },
  );
});

/** Every text under a key that names a line. */
function linesIn(value: unknown): string[] {
  if (typeof value === 'string') return [];
  if (Array.isArray(value)) return value.flatMap((each) => (typeof each === 'string' ? [each] : linesIn(each)));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'line' && typeof each === 'string' ? [each] : linesIn(each),
  );
}

test('a label of an application turns skimming off: its own stamps may look like an envelope', () => {
  expect(createSkim(rules, 'jellyfin')).toBe(null);
  expect(createSkim(rules, 'nginx')).not.toBe(null);
});

test('a line that holds a keyword of a rule is looked at', () => {
  const keyword = Buffer.from('by (uid=0)');
  const holdsKeyword = (bytes: Uint8Array, start: number, end: number): boolean =>
    Buffer.from(bytes.subarray(start, end)).includes(keyword);
  const skim = createSkim({ ...rules, holdsKeyword }, null)!;
  const isLookedAt = (line: string): boolean => !skim(Buffer.from(line), 0, line.length);
  const opened = 'sshd[1]: pam_unix(sshd:session): session opened for user root(uid=0)';
  expect(isLookedAt(`${HEADS[0]}${opened} by (uid=0)`)).toBe(true);
  expect(isLookedAt(`${HEADS[0]}${opened} by alice`)).toBe(false);
});
