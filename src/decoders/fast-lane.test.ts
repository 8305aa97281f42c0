/** The fast lane must say what the whole way says, of every line and whatever came before it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { LogEvent } from '../model/log-event.ts';
import { createDecode } from './decode.ts';
import { createFastLane } from './fast-lane.ts';
import { createZoneClock } from './time/zone-clock.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const LF = 10;

/** Everything of an event but what it shares with others: the order of its fields and those that are undefined included. */
function whole(event: LogEvent | null): string {
  return JSON.stringify(event, (key, value) => (key === 'alike' ? null : value === undefined ? 'undefined' : value));
}

function bytesOf(line: string): Uint8Array {
  return Buffer.from(`before\n${line}\nbehind\n`);
}

/** Two decoders that see the same lines, the second with their bytes. */
function createPair(program: string | null = null): (line: string, nowMs?: number) => void {
  const slow = createDecode({ timezone: 'Europe/Istanbul', program });
  const fast = createDecode({ timezone: 'Europe/Istanbul', program });
  return (line, nowMs = NOW) => {
    // As cut from a file: bytes only where all is ASCII.
    const bytes = /^[\0-\x7f]*$/.test(line) ? bytesOf(line) : null;
    expect(whole(fast.decode(line, nowMs, bytes, 7)), line).toBe(whole(slow.decode(line, nowMs)));
  };
}

const HEADS = [
  'Nov 24 10:00:00 web01 ',
  'Nov 24 10:00:59 web01 ',
  'Nov  4 23:59:60 10.0.0.1 ',
  'Nov 24 10:01:07 2001:db8::5 ',
  'Nov 24 10:00:00.123 web01 ',
  'Nov 24 10:00:00  web01 ',
  'Nov 24 10:00:00 INFO ',
  'Feb 29 10:00:00 web01 ',
  'Nov 24 10:61:00 web01 ',
  '2026-11-24T10:00:00.123456+03:00 web01 ',
  '2026-11-24T10:00:07.9+03:00 web01 ',
  '2026-11-24T10:00:07-0330 web01 ',
  '2026-11-24T10:00:00Z web01 ',
  '2026-11-24T10:00:00 web01 ',
  '2026-11-24T10:00:00Z stdout F ',
  '<38>Nov 24 10:00:00 web01 ',
];

const FREQUENT = [
  'sshd[12]: Failed password for root from 192.0.2.1 port 22 ssh2',
  'sshd[12]: Failed password for invalid user admin from 2001:db8::17 port 65535 ssh2',
  'sshd[999999999]: Failed none for invalid user a from 192.0.2.1 port 22 ssh2',
  'sshd[12]: Failed keyboard-interactive/pam for root from ::ffff:192.0.2.1 port 22 ssh2',
  'sshd-session[12]: Accepted publickey for deploy from 198.51.100.7 port 40022 ssh2: ED25519 SHA256:abcDEF0123+/w',
  'sshd[12]: Accepted password for a-rather-long.name_x from 198.51.100.7 port 1 ssh2',
  'sshd[12]: Failed publickey for root from 198.51.100.7 port 40022 ssh2: RSA SHA256:abcDEF0123+/w',
  'sshd[12]: Invalid user oracle from 198.51.100.7 port 40022',
  'sshd[12]: Invalid user  from 198.51.100.7 port 40022',
  'sshd[12]: Failed password for invalid user a from 203.0.113.9 port 1 ssh2 from 198.51.100.7 port 40022 ssh2',
  'sshd[12]: Failed password for  from 192.0.2.2 port 22 ssh2',
  'sshd[12]: Invalid user x from 203.0.113.9 port 1 from 198.51.100.7 port 40022',
  'sshd[12]: Connection closed by invalid user x 203.0.113.9 port 1 [preauth] 198.51.100.7 port 40022 [preauth]',
  'sshd[12]: Connection closed by invalid user  198.51.100.7 port 40022 [preauth]',
  'sshd[12]: Disconnecting authenticating user root 198.51.100.7 port 22: Too many authentication failures [preauth]',
  'sshd[12]: Disconnecting invalid user a: b 198.51.100.7 port 22: Too many authentication failures [preauth]',
  'sshd[12]: error: maximum authentication attempts exceeded for root from 198.51.100.7 port 22 ssh2 [preauth]',
  'sshd[12]: error: maximum authentication attempts exceeded for invalid user a from 2001:db8::1 port 22 ssh2 [preauth]',
  'sshd[12]: Connection closed by 198.51.100.7 port 40022 [preauth]',
  'sshd[12]: Connection closed by invalid user oracle 198.51.100.7 port 40022 [preauth]',
  'sshd[12]: Connection reset by authenticating user root 198.51.100.7 port 40022 [preauth]',
  'sshd[12]: Connection closed by 198.51.100.7 port 40022',
  'sshd[12]: Disconnected from authenticating user root 198.51.100.7 port 40022 [preauth]',
  'sshd[12]: Disconnected from user alice 2001:db8::17 port 40022',
  'sshd[12]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=root',
  'sshd[12]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1 ',
  'sshd[12]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=2001:db8::17',
];

test.each(FREQUENT)('takes %s', (text) => {
  for (const head of ['Nov 24 10:00:00 web01 ', '2026-11-24T10:00:00.123456+03:00 web01 ']) {
    const line = head + text;
    const lane = createFastLane(createZoneClock('UTC'), null);
    expect(lane.read(line, NOW, bytesOf(line), 7), line).not.toBeNull();
    createPair()(line);
  }
});

test.each([
  'sshd[12]: Failed password for illegal user x from 192.0.2.2 port 22 ssh2',
  'sshd[12]: Failed password for from 192.0.2.2 port 22 ssh2',
  'sshd[12]: Accepted publickey for a b from 192.0.2.2 port 22 ssh2: RSA SHA256:a',
  'sshd[12]: Accepted publickey for root from 192.0.2.2 port 22 ssh2: RSA SHA256:a from 192.0.2.3 port 1 ssh2',
  'sshd[12]: Connection closed by x 192.0.2.2 port 22 [preauth]',
  'sshd[12]: Connection closed by invalid user x from192.0.2.2 port 22 [preauth]',
  'sshd[12]: Disconnecting: Too many authentication failures [preauth]',
  'sshd[1]: D: Too many authentication failures [preauth]',
  'sshd[12]: error: maximum authentication attempts exceeded for ssh2 [preauth]',
  'sshd[12]: Failed password for root from 192.0.2.2 port 22 ssh2 ',
  'sshd[12]: Failed hostbased for root from 192.0.2.2 port 22 ssh2: RSA SHA256:a',
  'sshd[12]: Accepted publickey for root from 192.0.2.2 port 22 ssh2: RSA-CERT SHA256:a ID x from 192.0.2.3 port 1 ssh2',
  'sshd[12]: Failed password for root from 192.0.2.256 port 22 ssh2',
  'sshd[12]: Failed password for root from 192.0.2.2 port 70000 ssh2',
  'sshd[12]: Failed password for root from example.com port 22 ssh2',
  'sshd[12]: Invalid user x from 2001:db8:: port 22: y',
  'sshd[1234567890]: Invalid user x from 192.0.2.2 port 22',
  'sshd: Invalid user x from 192.0.2.2 port 22',
  'su[12]: Invalid user x from 192.0.2.2 port 22',
  'sshd[12]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=192.0.2.1  user=a b',
])('leaves to others %s', (text) => {
  const line = HEADS[0] + text;
  const lane = createFastLane(createZoneClock('UTC'), null);
  expect(lane.read(line, NOW, bytesOf(line), 7)).toBeNull();
  createPair()(line);
});

test('every sample line is read the same, in one row and under every head', () => {
  const compare = createPair();
  const lines = sampleLines();
  expect(lines.length).toBeGreaterThan(500);
  for (const line of lines) compare(line);
  const compareFrequent = createPair();
  for (const head of HEADS) for (const text of FREQUENT) compareFrequent(head + text);
});

const PIECES = [
  ...['sshd', 'sshd-session', '[12]', '[', ']', ': ', ':', ' ', '  ', 'root', 'a', '-CERT', '\t', '\r', '\0'],
  ...['Failed ', 'Accepted ', 'password', 'publickey', 'none', 'hostbased', ' for ', 'invalid user ', 'illegal user '],
  ...[
    ' from ',
    '192.0.2.1',
    '192.0.2.2',
    '2001:db8::1',
    '::ffff:192.0.2.9',
    '2001:db8::',
    ' port ',
    '22',
    '0',
    '65536',
  ],
  ...[' ssh2', ' ssh1: ruser ', ': ED25519 SHA256:x', ' [preauth]', 'authenticating user ', 'user ', 'UNKNOWN'],
  ...[
    'Connection closed by ',
    'Disconnected from ',
    'Disconnecting ',
    'error: ',
    ': Too many authentication failures',
    'Invalid user ',
    ' rhost=',
    '  user=',
    ' ruser=',
    'from',
    'port',
  ],
];

test('mutated lines are read the same', () => {
  const piece = fc.constantFrom(...PIECES);
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), cut: fc.nat(12), piece });
  fc.assert(
    fc.property(
      fc.array(fc.record({ head: fc.constantFrom(...HEADS), text: fc.constantFrom(...FREQUENT), now: fc.nat(2) }), {
        minLength: 1,
        maxLength: 4,
      }),
      fc.array(change, { maxLength: 3 }),
      fc.constantFrom(null, null, 'sshd', 'jellyfin'),
      (lines, changes, program) => {
        const compare = createPair(program);
        for (const { head, text, now } of lines) {
          const nowMs = NOW + now * 400 * 86_400_000;
          compare(head + text, nowMs);
          let line = head + text;
          for (const { at, cut, piece: inserted } of changes) {
            const from = Math.floor(at * line.length);
            line = line.slice(0, from) + inserted + line.slice(from + cut);
          }
          compare(line, nowMs);
        }
      },
    ),
    { numRuns: Number(process.env.FAST_LANE_RUNS ?? 3000) },
  );
});

test('a line that ends with its bytes, and bytes of the line before, do not mislead', () => {
  const line = `${HEADS[0]}${FREQUENT[0]}`;
  const lane = createFastLane(createZoneClock('UTC'), null);
  const bytes = Buffer.from(line);
  expect(lane.read(line, NOW, bytes, 0)).not.toBeNull();
  const cut = line.slice(0, -1);
  expect(lane.read(cut, NOW, bytes, 0)).toBeNull();
  expect(bytes.includes(LF)).toBe(false);
});

test('under a header of columns a line is a row', () => {
  const slow = createDecode({ timezone: 'UTC', program: null });
  const fast = createDecode({ timezone: 'UTC', program: null });
  for (const line of ['#Fields: date time c-ip', `${HEADS[0]}${FREQUENT[0]}`])
    expect(whole(fast.decode(line, NOW, bytesOf(line), 7))).toBe(whole(slow.decode(line, NOW)));
});

function sampleLines(): string[] {
  return readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.samples.yaml'))
    .flatMap((name) => linesIn(parse(readFileSync(join(import.meta.dirname, name), 'utf8'))));
}

function linesIn(value: unknown): string[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'line' && typeof each === 'string' ? [each] : linesIn(each),
  );
}
