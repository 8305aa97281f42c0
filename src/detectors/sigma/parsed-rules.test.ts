/** What was parsed when the program was made is what parsing gives. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseSigma } from './parse.ts';
import { parsedBefore } from './parsed-rules.ts';
import { readRuleFiles } from './read-files.ts';

const files = readRuleFiles([join(import.meta.dirname, '..', '..', '..', 'rules')]);

it('gives every bundled file as the parser does, but those about which it has something to say', () => {
  for (const { path, text } of files) {
    let odd = false;
    const rules = parseSigma(text, path, () => {
      odd = true;
    });
    expect(parsedBefore(text, path), path).toEqual(odd ? null : rules);
  }
});

it('knows nothing of a file that was changed', () => {
  expect(parsedBefore(`${files[0]!.text}\n`, files[0]!.path)).toBeNull();
});
