/** What the guide and the example configuration tell people to write is understood, and makes the source it should. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import { configSchema } from '../config/schema.ts';
import { silentLog } from '../kit/log.ts';
import { sourcesOf } from '../sources-in-use.ts';
import { sourceSettings } from './all-settings.ts';

const guide = readFileSync(join(import.meta.dirname, '../../docs/guides/sources.md'), 'utf8');
const blocks = [...guide.matchAll(/```yaml\n(sources:[\s\S]*?)```/g)].map((found) => found[1]!);
const context = { log: silentLog, now: Date.now };

it.each(blocks.map((block) => [block.split('\n')[1]!.trim(), block] as const))('understands %s', (_, block) => {
  const { sources } = parseConfig(block, 'guide');
  expect(sources).not.toBe('auto');
});

it('speaks of every kind', () => {
  const kinds = [
    'file',
    'journald',
    'syslog',
    'docker-files',
    'docker',
    'kubernetes',
    'http',
    'socket',
    'command',
    'stdin',
    'cloudtrail',
    'nats',
    'kafka',
  ];
  const unknown = sourceSettings.safeParse({ type: 'none' }).error!.issues[0] as {
    readonly options?: readonly unknown[];
  };
  if (unknown.options !== undefined) expect([...unknown.options].sort()).toEqual([...kinds].sort());
  for (const kind of kinds) expect(guide).toMatch(new RegExp(`type: ${kind}\\b|\`${kind}\``));
});

it('inline examples are understood, too', () => {
  const inline = [...guide.matchAll(/`(\{ type: [^`]+\})`/g)].map((found) => found[1]!);
  expect(inline.length).toBeGreaterThan(1);
  for (const each of inline) parseConfig(`sources: [${each}]`, 'guide');
});

it('refuses two sources of one name', () => {
  const command = { type: 'command', run: ['/bin/true'] };
  const of = (...sources: object[]) => sourcesOf(configSchema.parse({ sources }), context);
  expect(() => of(command, command)).toThrow('there are two of command:true');
  expect(of(command, { ...command, name: 'other' }).sources).toHaveLength(2);
});
