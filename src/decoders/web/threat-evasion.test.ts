/** Attacks written so that a filter misses them, and what people write that looks alike. One parameter value each. */
import { expect, it } from 'vitest';
import { createDecode } from '../decode.ts';

const { decode } = createDecode({ timezone: 'UTC', program: null });

function classesOf(value: string, referrer = '-'): unknown {
  const target = `/x?q=${encodeURIComponent(value)}`;
  return decode(`192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET ${target} HTTP/1.1" 200 1 "${referrer}" "x"`, 0)
    ?.fields['threat.web'];
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

it.each([
  ['/e?c/pa*wd', 'command-injection'],
  ['/bi[n]/ls', 'command-injection'],
  ['/etc/[!q]asswd', 'command-injection'],
  [';c$@at /e$@tc/hosts', 'command-injection'],
  ['8.8.8.8;n``c -h', 'command-injection'],
  ["w'h'oami", 'command-injection'],
  ['{,ifconfig,}', 'command-injection'],
  [';X=cat;$X', 'command-injection'],
  ['() { :; }; echo', 'command-injection'],
  [':(){ :|:& };:', 'command-injection'],
  ['if not exist c:\\x echo y', 'command-injection'],
  ['1;.shell id', 'command-injection'],
  ['~+/x', 'command-injection'],
  ['uni/**/on sel/**/ect 1,2', 'sqli'],
  ["'un'||'ion' select 1", 'sqli'],
  ['x’ or ‘1’=‘1', 'sqli'],
  [base64("' or 1=1 union select 1,2 -- "), 'sqli'],
  [base64('<script>alert(1)</script>'), 'xss'],
  ['$\\{jndi:ldap://198.51.100.9/a\\}', 'jndi'],
  ['a[constructor][prototype]=1', 'code-injection'],
  ['while(!false){}', 'code-injection'],
  ['!!python/object/apply:os.system ["id"]', 'code-injection'],
  ['/./././././etc', 'path-traversal'],
  ['http://localtest.me/', 'ssrf'],
  ['unix:/var/run/x|http://a/', 'ssrf'],
])('%s is %s', (value, threat) => {
  expect(classesOf(value)).toContain(threat);
});

it.each([
  '"python"',
  "p's and q's",
  'R&D; git',
  '/items/*/price',
  '/app/[slug]/page',
  'x > 5 and y < 3',
  'union select committee',
  'it’s Anna’s',
  "rock'n'roll",
  'what is $HOME',
  '$5 and $10',
  'how to "find" files (*.pdf)',
  'if x then y else z',
  '50% off; type code SAVE',
  '6\'2" tall',
  base64('a sentence that says nothing at all'),
  Buffer.from([1, 2, 3, 250, 251, 252, 253, 254, 255, 0, 1, 2, 3, 4]).toString('base64'),
])('%s is nothing', (value) => {
  expect(classesOf(value)).toBeUndefined();
});

it('a session of another site is an attack, a site that carries its own is not', () => {
  const line = (target: string, referrer: string): string =>
    `192.0.2.7 - - [24/Nov/2026:10:00:00 +0000] "GET ${target} HTTP/1.1" 200 1 "${referrer}" "x"`;
  const classes = (text: string): unknown => decode(text, 0)?.fields['threat.web'];
  expect(classes(line('/a?PHPSESSID=1', 'http://evil.example.net/'))).toEqual(['session-fixation']);
  expect(classes(line('/a?PHPSESSID=1', '-'))).toBeUndefined();
  expect(classes(line('/a?PHPSESSID=1', 'http://shop.example.org/?PHPSESSID=1'))).toBeUndefined();
  expect(classes(`shop.example.org:80 ${line('/a?PHPSESSID=1', 'http://www.shop.example.org/')}`)).toBeUndefined();
});

it('a request written as a record becomes a web event', () => {
  const event = decode(
    '{"time":"2026-11-24T10:00:00Z","remote_addr":"203.0.113.7","method":"GET","uri":"/i?id=1+union+select+1,2","status":404,"user_agent":"x"}',
    0,
  );
  expect(event?.kind.category).toBe('webserver');
  expect(event?.fields).toMatchObject({ 'source.ip': '203.0.113.7', 'url.path': '/i', 'threat.web': ['sqli'] });
});
