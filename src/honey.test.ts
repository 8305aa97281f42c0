/** Honey users and paths: one attempt speaks and bans, names beside them do not, and wildcards in a name are plain text. */
import { expect, test } from 'vitest';
import { configSchema } from './config/schema.ts';
import type { Detection } from './model/detection.ts';
import { buildPipeline } from './pipeline.ts';

const config = configSchema.parse({
  rules: { bundled: false, honey: { users: ['oracle', 'back*up'], paths: ['/old-admin/', 'hidden'] } },
});

function found(lines: readonly string[]): string[] {
  const pipeline = buildPipeline(config, { persist: false });
  expect(pipeline.ruleErrors).toEqual([]);
  const decode = pipeline.decoderOf({ id: 'honey', program: null, timezone: 'UTC' });
  const out: Detection[] = [];
  lines.forEach((text, offset) => {
    const event = decode.decode(text, Date.parse('2026-11-24T12:00:00Z'));
    if (event !== null) pipeline.detector.detect(event, { source: 'honey', generation: 'g', offset, text }, out);
  });
  return out.map((each) => `${each.rule.title} ${each.rule.action} ${each.entity['source.ip']}`);
}

const web = (target: string): string =>
  `203.0.113.7 - - [24/Nov/2026:08:00:00 +0000] "GET ${target} HTTP/1.1" 404 1 "-" "x"`;

test('one attempt with a honey user is enough, refused or not, at any service', () => {
  expect(
    found([
      'Nov 24 08:00:00 web sshd[1]: Failed password for invalid user oracle from 203.0.113.7 port 4 ssh2',
      'Nov 24 08:00:00 web sshd[1]: Accepted password for oracle from 203.0.113.8 port 4 ssh2',
      'Nov 24 08:00:00 mx dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<oracle>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1',
      '2026/11/24 08:00:00 [error] 12#12: *1 user "oracle": password mismatch, client: 203.0.113.10, server: x, request: "GET / HTTP/1.1", host: "x"',
    ]),
  ).toEqual(['203.0.113.7', '203.0.113.8', '203.0.113.9', '203.0.113.10'].map((ip) => `Honey user tried ban ${ip}`));
});

test('other users are nobody’s concern, and a star in a name is a star', () => {
  expect(
    found([
      'Nov 24 08:00:00 web sshd[1]: Failed password for invalid user oracle2 from 203.0.113.7 port 4 ssh2',
      'Nov 24 08:00:00 web sshd[1]: Failed password for backup from 203.0.113.7 port 4 ssh2',
    ]),
  ).toEqual([]);
});

test.each(['/old-admin', '/old-admin/', '/OLD-admin/x.php', '/old%2dadmin?x=1', '/hidden'])(
  '%s is a trap',
  (target) => {
    expect(found([web(target)])).toEqual(['Honey path asked for ban 203.0.113.7']);
  },
);

test.each(['/old-administration', '/', '/blog/old-admin', '/hiddens'])('%s is none', (target) => {
  expect(found([web(target)])).toEqual([]);
});
