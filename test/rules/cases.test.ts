/** Every `*.cases.yml` beside the bundled rules: lines that make a rule speak, lines that must not, and imitations that must blame nobody else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../src/config/schema.ts';
import type { Detection } from '../../src/model/detection.ts';
import { BUNDLED_RULES, buildPipeline, type Pipeline } from '../../src/pipeline.ts';

interface Case {
  readonly name: string;
  readonly lines: readonly string[];
  readonly program?: string;
  /** How often each line is repeated; `{n}` in it counts from 1. */
  readonly times?: number;
  /** Names of rules that must speak, and about whom. */
  readonly fires?: Readonly<Record<string, string>>;
  /** Names of rules that must not speak. */
  readonly silent?: readonly string[];
  /** Nobody of these may be blamed by any rule. */
  readonly innocent?: readonly string[];
}

const NOW = Date.parse('2026-11-24T23:00:00Z');
const files = readdirSync(BUNDLED_RULES, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.cases.yml'),
);

function detectionsOf(pipeline: Pipeline, each: Case): Detection[] {
  const decode = pipeline.decoderOf({ id: 'case', program: each.program ?? null, timezone: 'UTC' });
  const found: Detection[] = [];
  let offset = 0;
  for (let n = 1; n <= (each.times ?? 1); n++) {
    for (const line of each.lines) {
      const text = line.replaceAll('{n}', String(n)).replaceAll('{s}', String(n % 60).padStart(2, '0'));
      const event = decode.decode(text, NOW);
      expect(event, text).not.toBeNull();
      pipeline.detector.detect(event!, { source: 'case', generation: 'g', offset: offset++, text }, found);
    }
  }
  return found;
}

const ids = new Map(
  buildPipeline(configSchema.parse({}), { persist: false }).rules.rules.map((rule) => [
    rule.rule.name ?? rule.info.id,
    rule.info.id,
  ]),
);
for (const each of buildPipeline(configSchema.parse({}), { persist: false }).rules.correlations)
  ids.set(each.rule.name ?? each.info.id, each.info.id);
const tried = new Set<string>();

for (const file of files) {
  const { cases } = parse(readFileSync(join(BUNDLED_RULES, file), 'utf8')) as { cases: Case[] };
  describe(file, () => {
    it.each(cases.map((each) => [each.name, each] as const))('%s', (_, each) => {
      const found = detectionsOf(buildPipeline(configSchema.parse({}), { persist: false }), each);
      for (const [rule, entity] of Object.entries(each.fires ?? {})) {
        expect(ids.has(rule), rule).toBe(true);
        const mine = found.filter((detection) => detection.rule.id === ids.get(rule));
        expect(
          mine.map((detection) => Object.values(detection.entity)[0]),
          rule,
        ).toContain(entity);
        tried.add(rule);
      }
      for (const rule of each.silent ?? [])
        expect(
          found.filter((detection) => detection.rule.id === ids.get(rule)),
          rule,
        ).toEqual([]);
      for (const who of each.innocent ?? [])
        expect(found.filter((detection) => Object.values(detection.entity).includes(who))).toEqual([]);
    });
  });
}

it('has a case in which each alerting rule speaks', () => {
  const pipeline = buildPipeline(configSchema.parse({}), { persist: false });
  const alerting = [
    ...pipeline.rules.rules.filter((rule) => rule.alerts).map((rule) => rule.rule.name),
    ...pipeline.rules.correlations.map((each) => each.rule.name),
  ];
  expect(alerting.filter((name) => !tried.has(name ?? ''))).toEqual([]);
});
