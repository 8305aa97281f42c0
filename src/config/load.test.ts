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
  ['sources:\n  - type: file\n    pth: /x\n', 'CONFIG'],
  ['decisions: {ban: soon}\n', 'write a number and s, m, h, d or w'],
  ['mode: [\n', 'CONFIG_YAML'],
])('refuses %j', (text, expected) => {
  expect(faults(text).join('\n')).toContain(expected);
});

it('reports several faults at once', () => {
  expect(faults('moed: x\nlanguage: de\n')).toHaveLength(2);
});
