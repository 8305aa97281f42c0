/** Who is taken for the source behind proxies, and who is never blamed. */
import { describe, expect, it } from 'vitest';
import { parseNetwork } from '../kit/cidr.ts';
import { createDecode } from './decode.ts';

const NOW = Date.parse('2026-11-24T09:00:00Z');
const trusted = ['192.0.2.0/28', '2001:db8:f::/48'].map((text) => parseNetwork(text)!);

function sourceOf(line: string, proxies = trusted): unknown {
  const decode = createDecode({ timezone: 'UTC', program: null, persist: false, proxies });
  return decode.decode(line, NOW)?.fields['source.ip'];
}

const nginx = (peer: string, chain: string): string =>
  `${peer} - - [24/Nov/2026:08:48:18 +0000] "GET / HTTP/1.1" 200 15 "-" "Mozilla/5.0 (X11; Linux x86_64)" "${chain}"`;
const json = (values: Record<string, unknown>): string =>
  JSON.stringify({ time: '2026-11-24T08:48:18Z', method: 'GET', status: 200, ...values });

describe('behind proxies', () => {
  it.each([
    ['one proxy', nginx('192.0.2.1', '203.0.113.7'), '203.0.113.7'],
    ['two of ours', nginx('192.0.2.1', '203.0.113.7, 192.0.2.9'), '203.0.113.7'],
    ['what the client made up stands left', nginx('192.0.2.1', '198.51.100.9, 203.0.113.7'), '203.0.113.7'],
    ['an unlisted peer is not believed', nginx('203.0.113.7', '198.51.100.9'), '203.0.113.7'],
    ['no chain', nginx('192.0.2.1', '-'), '192.0.2.1'],
    ['rubbish', nginx('192.0.2.1', '198.51.100.9, <script>'), '192.0.2.1'],
    ['rubbish before a proxy of ours', nginx('192.0.2.1', '198.51.100.9, x, 192.0.2.9'), '192.0.2.9'],
    ['an address with a port', nginx('192.0.2.1', '203.0.113.7:4711'), '203.0.113.7'],
    ['leading zeros are no address', nginx('192.0.2.1', '203.000.113.007'), '192.0.2.1'],
    ['only proxies of ours', nginx('192.0.2.1', '192.0.2.3'), '192.0.2.3'],
    ['an IPv6 client', nginx('2001:db8:f::1', '2001:DB8:1::7'), '2001:db8:1::7'],
    ['an IPv4 client in IPv6', nginx('192.0.2.1', '::ffff:203.0.113.7'), '203.0.113.7'],
    ['RFC 7239', nginx('192.0.2.1', 'for=198.51.100.9, for=203.0.113.7;proto=https;by=192.0.2.1'), '203.0.113.7'],
    ['RFC 7239, quoted', nginx('192.0.2.1', 'for=\\x22[2001:db8:1::7]:4711\\x22'), '2001:db8:1::7'],
    ['RFC 7239, a comma in quotes', nginx('192.0.2.1', 'for=\\x22_a, 198.51.100.9\\x22'), '192.0.2.1'],
    ['RFC 7239, hidden', nginx('192.0.2.1', 'for=unknown'), '192.0.2.1'],
    [
      'Apache, chain first, then the peer',
      '198.51.100.9, 203.0.113.7 192.0.2.1 - - [24/Nov/2026:08:48:18 +0000] "GET / HTTP/1.1" 200 15 "-" "x"',
      '203.0.113.7',
    ],
    [
      'Apache, one hop, then the peer',
      '203.0.113.7 192.0.2.1 - - [24/Nov/2026:08:48:18 +0000] "GET / HTTP/1.1" 200 15 "-" "x"',
      '203.0.113.7',
    ],
    [
      'Apache, chain first, an unlisted peer',
      '198.51.100.9, 198.51.100.8 203.0.113.7 - - [24/Nov/2026:08:48:18 +0000] "GET / HTTP/1.1" 200 15 "-" "x"',
      '203.0.113.7',
    ],
    [
      'Apache, chain first, no peer',
      '198.51.100.9, 203.0.113.7, 192.0.2.9 - - [24/Nov/2026:08:48:18 +0000] "GET / HTTP/1.1" 200 15 "-" "x"',
      '203.0.113.7',
    ],
    ['JSON', json({ remote_addr: '192.0.2.1', x_forwarded_for: '198.51.100.9, 203.0.113.7' }), '203.0.113.7'],
    ['JSON, unlisted peer', json({ remote_addr: '203.0.113.7', x_forwarded_for: '198.51.100.9' }), '203.0.113.7'],
    ['JSON, real ip', json({ remote_addr: '192.0.2.1', x_real_ip: '203.0.113.7' }), '203.0.113.7'],
    ['JSON, real ip of an unlisted peer', json({ remote_addr: '203.0.113.7', real_ip: '198.51.100.9' }), '203.0.113.7'],
    [
      'JSON, Caddy',
      json({ request: { remote_ip: '192.0.2.1', headers: { 'X-Forwarded-For': ['203.0.113.7'] } } }),
      '203.0.113.7',
    ],
    [
      'JSON, a header sent twice',
      json({ request: { remote_ip: '192.0.2.1', headers: { 'X-Forwarded-For': ['198.51.100.9', '203.0.113.7'] } } }),
      '203.0.113.7',
    ],
  ])('%s', (_, line, expected) => {
    expect(sourceOf(line)).toBe(expected);
  });

  it('believes nobody while no proxy is listed', () => {
    expect(sourceOf(nginx('192.0.2.1', '203.0.113.7'), [])).toBe('192.0.2.1');
    expect(sourceOf(json({ remote_addr: '192.0.2.1', x_forwarded_for: '203.0.113.7' }), [])).toBe('192.0.2.1');
  });

  it('is not made to work by a very long chain', () => {
    const started = performance.now();
    for (let n = 0; n < 100; n++) sourceOf(nginx('192.0.2.1', '198.51.100.9, '.repeat(20_000)));
    expect(performance.now() - started).toBeLessThan(5000);
    expect(sourceOf(nginx('192.0.2.1', '198.51.100.9, '.repeat(20_000)))).toBe('192.0.2.1');
  });
});

it('refused keys are one failure when the connection ends without a login, for sshd and sshd-session', () => {
  for (const program of ['sshd', 'sshd-session']) {
    const decode = createDecode({ timezone: 'UTC', program: null, persist: true });
    const actions = (port: number): unknown[] =>
      Array.from({ length: 6 }, (_, n) => {
        const line = `2026-11-24T08:20:0${n}Z web ${program}[900]: Failed publickey for alice from 203.0.113.7 port ${port} ssh2: ED25519 SHA256:abc${n}`;
        return decode.decode(line, NOW)?.fields['event.action'];
      });
    expect(actions(5022)).toEqual(Array(6).fill('ssh-key-offer'));
    const end = (text: string): unknown =>
      decode.decode(`2026-11-24T08:20:08Z web ${program}[900]: ${text} [preauth]`, NOW)?.fields['event.action'];
    expect(end('Connection closed by authenticating user alice 203.0.113.7 port 5022')).toBe('ssh-login');
    expect(end('Connection closed by authenticating user alice 203.0.113.7 port 5022')).toBe('ssh-preauth-close');
    expect(end('Connection closed by authenticating user bob 203.0.113.7 port 5024')).toBe('ssh-preauth-close');
    expect(actions(5023)[0]).toBe('ssh-key-offer');
    const again = createDecode({ timezone: 'UTC', program: null, persist: true });
    again.restore(decode.drainDirty().flatMap(({ key, value }) => (value === null ? [] : [{ key, value }])));
    const later = `2026-11-24T08:20:09Z web ${program}[900]: Connection closed by authenticating user alice 203.0.113.7 port 5023 [preauth]`;
    expect(again.decode(later, NOW)?.fields['event.action']).toBe('ssh-login');
  }
});
