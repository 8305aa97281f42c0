/** Every `*.samples.yaml` beside a decoder: lines that decode to given fields, and hostile lines that must blame nobody else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { toEcs } from '../model/log-event.ts';
import { createDecode } from './decode.ts';

interface Sample {
  readonly line: string;
  readonly program?: string;
  /** Fields the event must have; null for one it must not have. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const NOW = Date.parse('2026-11-24T12:00:00Z');
const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.samples.yaml'),
);

function ecsOf(sample: Sample): Record<string, unknown> | null {
  const event = createDecode({ timezone: 'UTC', program: sample.program ?? null }).decode(sample.line, NOW);
  return event === null ? null : toEcs(event);
}

for (const file of files) {
  const { samples, hostile } = parse(readFileSync(join(import.meta.dirname, file), 'utf8')) as {
    samples: Sample[];
    hostile?: Sample[];
  };
  describe(file, () => {
    it.each([...samples, ...(hostile ?? [])].map((sample) => [sample.line.slice(0, 100), sample] as const))(
      '%s',
      (_, sample) => {
        const event = ecsOf(sample);
        expect(event).not.toBeNull();
        for (const [name, value] of Object.entries(sample.fields))
          expect([name, event![name] ?? null]).toEqual([name, value]);
      },
    );
  });
}
