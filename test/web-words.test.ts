/** The dashboard's words: both languages have the same parameters, and no text is empty. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { en } from '../web/src/words/en.ts';
import { tr } from '../web/src/words/tr.ts';

it('has every text in both languages, with the same parameters', () => {
  const parameters = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();
  const odd = (Object.keys(en) as (keyof typeof en)[]).flatMap((key) => {
    const [english, turkish] = [parameters(en[key]).join(' '), parameters(tr[key]).join(' ')];
    return english === turkish && tr[key] !== '' ? [] : [`${key}: ${english} / ${turkish}`];
  });
  expect(odd).toEqual([]);
  expect(Object.keys(tr).length).toBe(Object.keys(en).length);
});

it('has words for everything that goes into the record of who did what', () => {
  const src = join(import.meta.dirname, '..', 'src');
  const text = readdirSync(src, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    .map((name) => readFileSync(join(src, name), 'utf8'))
    .join('\n');
  const noted = [...text.matchAll(/\bnote\(\s*(?:call|store|\{[^\n]*\}), '([a-zA-Z.-]+)'/g)].map(
    ([, action]) => action!,
  );
  expect(noted.length).toBeGreaterThan(25);
  expect([...new Set(noted)].filter((action) => !Object.hasOwn(en, `audit.do.${action}`))).toEqual([]);
});
