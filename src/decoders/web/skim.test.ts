/** What is remembered of lines passed over: never more than was judged, however much of it there is. */
import { expect, it } from 'vitest';
import { createDecode } from '../decode.ts';
import { createWebSkim } from './skim.ts';

/** A skim to which only paths with `wanted` in them matter, and how many parts it asked about. */
function skimmer(): { passes(text: string): boolean; judged(): number } {
  let judged = 0;
  const decode = createDecode({ timezone: 'UTC', program: 'nginx' });
  const skim = createWebSkim((_part, event) => {
    judged++;
    return String(event.fields['url.path']).includes('wanted') === false;
  }, decode);
  const buffer = Buffer.alloc(2048);
  return {
    passes: (text) => skim(buffer, 3, 3 + buffer.write(text, 3, 'latin1')),
    judged: () => judged,
  };
}

function lineOf(path: string, browser = 'Mozilla/5.0'): string {
  return `192.0.2.1 - - [24/Nov/2026:08:48:18 +0000] "GET ${path} HTTP/1.1" 200 1234 "-" "${browser}"`;
}

it('passes over what came before at any place in a word, and nothing that differs in one byte', () => {
  const skim = skimmer();
  for (let length = 0; length < 24; length++) {
    const path = `/${'a'.repeat(length)}`;
    for (let time = 0; time < 3; time++) skim.passes(lineOf(path));
    expect(skim.passes(lineOf(path)), path).toBe(true);
    for (let at = 1; at <= length; at++)
      expect(skim.passes(lineOf(`${path.slice(0, at)}b${path.slice(at + 1)}`)), path).toBe(false);
    expect(skim.passes(lineOf(path, `Mozilla/5.${length + 1}`)), path).toBe(false);
  }
});

it('sends a line with an escaped quote down the whole way, wherever that stands', () => {
  const skim = skimmer();
  for (let length = 0; length < 24; length++)
    for (const slashes of ['\\"', '\\x22', '\\'])
      for (let time = 0; time < 4; time++) expect(skim.passes(lineOf(`/${'a'.repeat(length)}${slashes}`))).toBe(false);
});

it('forgets when its room is full, and still knows what is wanted', () => {
  const skim = skimmer();
  const pad = 'x'.repeat(300);
  for (let time = 0; time < 3; time++) skim.passes(lineOf('/first'));
  for (let number = 0; number < 6000; number++) {
    const wanted = number % 3 === 0;
    const line = lineOf(`/${pad}/${wanted ? 'wanted' : 'dull'}/${number}`);
    skim.passes(line);
    // A busy site between them, or the skim would rest as remembering does not pay.
    for (let time = 0; time < 3; time++) skim.passes(lineOf('/first'));
    expect(skim.passes(line), line).toBe(!wanted);
    expect(skim.passes(line), line).toBe(!wanted);
  }
  // The page of all was judged again, but seldom: not one of the parts fell out between two looks.
  expect(skim.judged()).toBeGreaterThan(6001);
  expect(skim.judged()).toBeLessThan(6030);
});
