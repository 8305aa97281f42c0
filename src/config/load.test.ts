/** The example parses, and faults say where they are and what was meant. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ConfigError } from './config-error.ts';
import { parseConfig } from './load.ts';

function faults(text: string): string[] {
  try {
    parseConfig(text, 'x.yaml');
    return [];
  } catch (error) {
    return (error as ConfigError).all.map(
      (each) => `${each.at?.line}:${each.at?.column} ${each.code} ${each.message} | ${each.hint}`,
    );
  }
}

it('parses the example configuration', () => {
  const config = parseConfig(
    readFileSync(join(import.meta.dirname, '../../config/bekci.example.yaml'), 'utf8'),
    'example',
  );
  expect(config.rules.overrides.ssh_bruteforce).toEqual({ threshold: 5, timespan: 600, ban: 600 });
  expect(config.decisions.ceiling).toBe(604_800);
});

it('gives defaults for an empty file', () => {
  expect(parseConfig('', 'x.yaml')).toMatchObject({
    mode: 'observe',
    sources: 'auto',
    http: { listen: '127.0.0.1:8787' },
  });
});

it.each([
  ['mode: attack\n', '1:1 CONFIG_VALUE'],
  [
    'decisions:\n  escalaton: 2\n',
    '2:3 CONFIG_UNKNOWN_KEY unknown key `decisions.escalaton` | did you mean `escalation`?',
  ],
  ['moed: observe\n', '1:1 CONFIG_UNKNOWN_KEY unknown key `moed` | did you mean `mode`?'],
  [
    'sources:\n  - type: file\n    paht: /x\n',
    '3:5 CONFIG_UNKNOWN_KEY unknown key `sources.0.paht` | did you mean `path`?',
  ],
  // Of a misspelt `type` the word, of a misspelt key for it the key.
  ['sources:\n  - type: syslg\n    listen: 1.2.3.4:5\n', '2:5 CONFIG_VALUE `sources.0.type`: '],
  ['notifiers:\n  - type: slak\n    webhook: x\n', '| did you mean `slack`?'],
  [
    'notifiers:\n  - tpye: slack\n    webhook: x\n',
    '2:5 CONFIG_UNKNOWN_KEY unknown key `notifiers.0.tpye` | did you mean `type`?',
  ],
  [
    'responders:\n  - type: nftables\n    tabel: x\n',
    '3:5 CONFIG_UNKNOWN_KEY unknown key `responders.0.tabel` | did you mean `table`?',
  ],
  [
    'language: tr\nsources:\n  - type: file\n    paht: /x\n',
    '4:5 CONFIG_UNKNOWN_KEY bilinmeyen anahtar: `sources.0.paht` | şunu mu demek istediniz: `path`?',
  ],
  ['mode: obsrve\n', '| did you mean `observe`?'],
  ['decisions:\n  cap: 1\n', '| see `bekci config explain` for the keys there are'],
  ['decisions: {ban: soon}\n', 'write a number and s, m, h, d or w'],
  ['mode: [\n', 'CONFIG_YAML'],
])('refuses %j', (text, expected) => {
  expect(faults(text).join('\n')).toContain(expected);
});

it('reports several faults at once', () => {
  expect(faults('moed: x\nlanguage: de\n')).toHaveLength(2);
});
