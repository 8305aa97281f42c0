/** Passing over lines must never change what is found: whatever is called dull decodes to an event that nothing wants. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createDecode } from './decode.ts';
import { createSkim, type SkimRules } from './skim.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const WANTED = new Set(['ssh-login', 'ssh-invalid-user', 'ssh-preauth-close', 'pam-auth', 'sudo', 'su']);
const decode = createDecode({ timezone: 'UTC', program: null });
const rules: SkimRules = {
  wants: (_kind, action) => action !== null && WANTED.has(action),
  judge: () => null,
  holdsKeyword: null,
};
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

describe('messages that come again', () => {
  /** Refusals and one command are wanted. */
  const isWanted = (line: string): boolean => {
    const fields = decode.decode(line, NOW)?.fields ?? {};
    return fields['event.outcome'] === 'failure' || String(fields['process.command_line']).includes('/bin/vim');
  };
  let asked = 0;
  const skim = createSkim(
    {
      wants: (_kind, action) => action !== null,
      judge: () => (_part, event) => {
        asked++;
        return (
          event.fields['event.outcome'] !== 'failure' &&
          !String(event.fields['process.command_line']).includes('/bin/vim')
        );
      },
      holdsKeyword: null,
    },
    null,
  )!;
  const passes = (line: string): boolean => {
    const bytes = Buffer.from(`x\n${line}\ny`);
    return skim(bytes, 2, bytes.length - 2);
  };

  test('are judged once, under whatever stamp and number', () => {
    const texts = [
      'sudo:      bob : TTY=pts/9 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/docker ps',
      'su[9]: (to root) carol on pts/6',
    ];
    for (const text of texts) {
      asked = 0;
      for (const head of HEADS) {
        expect(passes(head + text)).toBe(true);
        expect(passes(`${head}${text.replace('[9]', '[10]')}\r`)).toBe(true);
      }
      expect(asked).toBe(1);
    }
  });

  test('are looked at where a rule wants one, and where others than the program read them', () => {
    for (const text of [
      'sudo: bob : TTY=pts/9 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/vim -c :!sh',
      'sudo: bob : user NOT in sudoers ; TTY=pts/9 ; PWD=/ ; USER=root ; COMMAND=/usr/bin/docker ps',
      'su[9]: FAILED SU (to root) carol on pts/6',
      'su[9]: [ID 800047 auth.info] FAILED SU (to root) carol on pts/6',
      'su[9]: (pam_unix) authentication failure; logname=a uid=0 euid=0 tty=pts/1 ruser=a rhost=  user=root',
      'sudo: authentication failure; logname=a uid=0 euid=0 tty=/dev/pts/1 ruser=a rhost=192.0.2.1  user=root : TTY=x',
      'sudo: message repeated 2 times: [ bob : user NOT in sudoers ; TTY=pts/9 ; PWD=/ ; USER=root ; COMMAND=/bin/ls]',
      `sudo: bob : TTY=pts/9 ; PWD=/ ; USER=root ; COMMAND=/bin/ls ${'x'.repeat(200)}`,
    ])
      for (const head of HEADS) expect(passes(head + text), text).toBe(false);
  });

  test('never lose what is wanted, however they are mixed', () => {
    const part = fc.constantFrom(
      ...[
        'bob',
        ' : ',
        'TTY=pts/9',
        ' ; ',
        'PWD=/',
        'USER=root',
        'COMMAND=',
        '/bin/ls',
        '/bin/vim',
        'user NOT in sudoers',
      ],
      ...['(to root) ', 'FAILED SU ', ' on pts/6', '+ ', '- ', 'bob:root', 'FAILED su for ', ' by ', '[ID 1 a.b] '],
      ...[
        'pam_unix(su:auth): ',
        '(pam_unix) ',
        'authentication failure; logname=',
        ' rhost=192.0.2.1',
        'message repeated 2 times: [ ',
      ],
    );
    const tag = fc.constantFrom('su[1]: ', 'sudo: ', 'sudo[7]: ', 'su: ');
    fc.assert(
      fc.property(
        fc.constantFrom(...HEADS),
        tag,
        fc.array(part, { minLength: 1, maxLength: 7 }),
        (head, name, parts) => {
          const line = head + name + parts.join('');
          if (passes(line)) expect(isWanted(line), line).toBe(false);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

test('the mark before the login is seen before a CR', () => {
  expect(isDull(`${HEADS[0]}sshd[12]: Disconnected from authenticating user root 192.0.2.1 port 22 [preauth]\r`)).toBe(
    false,
  );
});

test('an opening that always has one outcome is dull where only the other is wanted', () => {
  const outcome = (wanted: string): SkimRules => ({
    wants: (_kind, action, _category, outcome) => action !== null && (outcome === undefined || outcome === wanted),
    judge: () => null,
    holdsKeyword: null,
  });
  const line = Buffer.from(`${HEADS[0]}sshd[12]: pam_unix(sshd:auth): check pass; user unknown`);
  expect(createSkim(outcome('success'), null)!(line, 0, line.length)).toBe(true);
  expect(createSkim(outcome('failure'), null)!(line, 0, line.length)).toBe(false);
});
