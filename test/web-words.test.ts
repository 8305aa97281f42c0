/** The dashboard's words: both languages have the same parameters, and no text is empty. */
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
