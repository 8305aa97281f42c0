/** Servers that number their connections: a refusal takes its peer from the line that named it, and from no other connection. */
import { expect, it } from 'vitest';
import { createDecode } from './decode.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

function sourcesOf(lines: readonly string[]): unknown[] {
  const decode = createDecode({ timezone: 'UTC', program: null });
  return lines.map((line) => decode.decode(line, NOW)?.fields['source.ip']);
}

it('slapd: the peer of the connection that was refused', () => {
  expect(
    sourcesOf([
      'Nov 24 08:00:00 h slapd[1]: conn=7 fd=1 ACCEPT from IP=203.0.113.7:44 (IP=0.0.0.0:389)',
      'Nov 24 08:00:01 h slapd[1]: conn=8 fd=1 ACCEPT from IP=192.0.2.9:44 (IP=0.0.0.0:389)',
      'Nov 24 08:00:02 h slapd[1]: conn=7 op=0 RESULT tag=97 err=49 text=',
      'Nov 24 08:00:02 h slapd[1]: conn=9 op=0 RESULT tag=97 err=49 text=',
    ]),
  ).toEqual(['203.0.113.7', '192.0.2.9', '203.0.113.7', undefined]);
});

it('charon: the peer of the exchange that failed', () => {
  expect(
    sourcesOf([
      'Nov 24 08:00:00 h charon[1]: 06[NET] <a|83> sending packet: from 192.0.2.2[4500] to 203.0.113.7[28808] (1172 bytes)',
      'Nov 24 08:00:00 h charon[1]: 06[NET] <a|84> received packet: from 192.0.2.9[28808] to 192.0.2.2[4500] (1172 bytes)',
      'Nov 24 08:00:01 h charon[1]: 06[IKE] <a|83> EAP-MS-CHAPv2 verification failed, retry (1)',
      'Nov 24 08:00:01 h charon[1]: 06[IKE] <a|85> EAP-MS-CHAPv2 verification failed, retry (1)',
    ]),
  ).toEqual(['203.0.113.7', '192.0.2.9', '203.0.113.7', undefined]);
});

it('a process of another program with the same number has no peer from there', () => {
  expect(
    sourcesOf([
      'Nov 24 08:00:00 h slapd[1]: conn=7 fd=1 ACCEPT from IP=203.0.113.7:44 (IP=0.0.0.0:389)',
      'Nov 24 08:00:02 h sshd[7]: fatal: Read from socket failed: Connection reset by peer [preauth]',
    ]),
  ).toEqual(['203.0.113.7', undefined]);
});

it('MongoDB before 3.6: the refusal names nobody, the line that opened the connection does', () => {
  const decode = createDecode({ timezone: 'UTC', program: 'mongod' });
  const sources = [
    'I NETWORK  [initandlisten] connection accepted from 203.0.113.7:4711 #12 (1 connection now open)',
    'I NETWORK  [initandlisten] connection accepted from 192.0.2.9:4711 #13 (2 connections now open)',
    'I ACCESS   [conn12] Failed to authenticate root@admin with mechanism MONGODB-CR: AuthenticationFailed key mismatch',
    '[conn14] Failed to authenticate root@admin with mechanism MONGODB-CR: AuthenticationFailed key mismatch',
  ].map((line) => decode.decode(`2026-11-24T08:48:18.110+0000 ${line}`, NOW)?.fields['source.ip']);
  expect(sources).toEqual(['203.0.113.7', '192.0.2.9', '203.0.113.7', undefined]);
});

it('MongoDB before 3.6: a refusal whose connection was not seen to open counts where it ends, once', () => {
  const decode = createDecode({ timezone: 'UTC', program: 'mongod' });
  const events = [
    '[conn12] Failed to authenticate root@admin with mechanism MONGODB-CR: AuthenticationFailed key mismatch',
    '[conn13] end connection 192.0.2.9:4711 (1 connection now open)',
    '[conn12] end connection 203.0.113.7:4711 (0 connections now open)',
    '[conn12] end connection 192.0.2.9:4711 (0 connections now open)',
  ].map((line) => decode.decode(`2026-11-24T08:48:18.110+0000 ${line}`, NOW)!.fields);
  expect(events.map((fields) => [fields['source.ip'], fields['event.outcome']])).toEqual([
    [undefined, 'failure'],
    ['192.0.2.9', undefined],
    ['203.0.113.7', 'failure'],
    ['192.0.2.9', undefined],
  ]);
});
