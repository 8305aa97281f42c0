/** What the source saw of a sender stands over what the sender writes. */
import { expect, test } from 'vitest';
import { createDecode } from './decode.ts';
import { withOrigin } from './origin.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const decodeWith = (host: string | null) =>
  withOrigin(createDecode({ timezone: 'UTC', program: null, persist: false }), {
    fields: { 'log.source.address': '192.0.2.7' },
    host,
  });

test('the sender’s address is the host; the claimed one is only kept', () => {
  const { decode } = decodeWith('192.0.2.7');
  const of = (claimed: string) =>
    decode(`<38>Nov 24 08:48:18 ${claimed} sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2`, NOW);
  expect(of('web')).toMatchObject({
    host: '192.0.2.7',
    fields: { 'source.ip': '203.0.113.7', 'log.syslog.hostname': 'web' },
  });
  expect(of('10.0.0.1')?.fields['log.syslog.hostname']).toBe('10.0.0.1');
  expect(of('web')?.fields['log.syslog.hostname']).toBe('web');
});

test('a line cannot name its own sender', () => {
  const { decode } = decodeWith('192.0.2.7');
  const event = decode(
    '{"time":"2026-11-24T08:48:18Z","log.source.address":"203.0.113.9","log":{"source":{"address":"203.0.113.9"}},"message":"x"}',
    NOW,
  );
  expect(event?.fields['log.source.address']).toBe('192.0.2.7');
});

test('a relay’s word is believed', () => {
  expect(decodeWith(null).decode('<38>Nov 24 08:48:18 web sshd[9]: x', NOW)).toMatchObject({ host: 'web' });
});

test('a wrapped line without a stamp has the time of its wrapper', () => {
  const { decode } = createDecode({ timezone: 'UTC', program: 'sshd', persist: false });
  const event = decode(
    '2026-11-23T08:00:00.123456789Z stderr F Failed password for root from 203.0.113.7 port 22 ssh2',
    NOW,
  );
  expect(event).toMatchObject({ time: Date.parse('2026-11-23T08:00:00.123Z'), fields: { 'source.ip': '203.0.113.7' } });
});
