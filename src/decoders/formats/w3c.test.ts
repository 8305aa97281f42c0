/** Columns that a header names, how values are cut, and what is no line of this format. */
import { expect, it } from 'vitest';
import { toEcs } from '../../model/log-event.ts';
import { createDecode } from '../decode.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

function decodeAll(...lines: string[]) {
  const decoder = createDecode({ timezone: 'UTC', program: null, persist: false });
  return lines.map((line) => {
    const event = decoder.decode(line, NOW);
    return event === null ? null : toEcs(event);
  });
}

it('reads the columns that the header names, until the next header', () => {
  const [first, header, request, second, other] = decodeAll(
    '#Software: Microsoft Internet Information Services 10.0',
    '#Fields: date time c-ip cs-username cs-method cs-uri-stem sc-status cs(User-Agent)',
    '2026-11-24 10:00:00 203.0.113.7 EXAMPLE\\anna GET /a 404 curl/8+(x)',
    '#Fields: time c-ip cs-method cs-uri sc-status',
    '10:00:01 203.0.113.8 GET /b?c=1 200',
  );
  expect([first, header, second]).toEqual([null, null, null]);
  expect(request).toMatchObject({
    '@timestamp': '2026-11-24T10:00:00.000Z',
    'source.ip': '203.0.113.7',
    'user.name': 'anna',
    'user.domain': 'EXAMPLE',
    'url.path': '/a',
    'http.response.status_code': 404,
    'user_agent.original': 'curl/8 (x)',
  });
  expect(other).toMatchObject({ 'source.ip': '203.0.113.8', 'url.path': '/b', 'url.query': 'c=1' });
});

it('reads quoted values where a proxy writes them, but never where the count is right without', () => {
  const fields = '#Fields: date time c-ip cs-method cs-uri cs(User-Agent) sc-status';
  const [, quoted, plain, short] = decodeAll(
    fields,
    '2026-11-24 10:00:00 203.0.113.7 GET http://example.com/a "Mozilla 5.0 198.51.100.99" 200',
    '2026-11-24 10:00:00 203.0.113.7 GET /"a b" 200',
    '2026-11-24 10:00:00 203.0.113.7 GET',
  );
  expect(quoted).toMatchObject({ 'source.ip': '203.0.113.7', 'user_agent.original': 'Mozilla 5.0 198.51.100.99' });
  expect(plain).toMatchObject({ 'source.ip': '203.0.113.7', 'user_agent.original': 'b"' });
  expect(short?.['http.request.method']).toBeUndefined();
});

it('leaves syslog behind a stamp with a blank alone', () => {
  const [event] = decodeAll(
    '2026-11-24 10:00:01 fe80 sshd[12]: Failed password for root from 203.0.113.7 port 22 ssh2',
  );
  expect(event).toMatchObject({ 'event.action': 'ssh-login', 'source.ip': '203.0.113.7' });
});

it('lets no header rename the words of a log of another form', () => {
  const line = 'Nov 24 08:48:18 web sshd[7]: Failed password for 198.51.100.99 from 203.0.113.7 port 22 ssh2';
  for (const first of ['x y z', 'date time z', 'x y time']) {
    const header = `#Fields: ${first} cs-host b c d e c-ip f g h i j`;
    expect(header.split(' ').length - 1).toBe(line.split(' ').length);
    expect(decodeAll(header, line)[1]?.['source.ip']).toBe('203.0.113.7');
  }
});
