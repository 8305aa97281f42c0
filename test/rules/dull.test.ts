/** Most of a quiet server's log is passed over by its bytes. One bundled rule that asks too little would undo that without a word. */
import { expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { programDecoders } from '../../src/decoders/all.ts';
import { PAM_OPENINGS } from '../../src/decoders/programs/pam.ts';
import { buildPipeline } from '../../src/pipeline.ts';

test('no bundled rule asks about the most frequent messages', () => {
  const { rules } = buildPipeline(configSchema.parse({}), { persist: false });
  const openings = [...PAM_OPENINGS, ...programDecoders.flatMap(({ openings }) => openings ?? [])];
  expect(openings.length).toBeGreaterThan(5);
  expect(
    openings.filter(({ kind, action, category, outcome }) => rules.wants(kind, action, category, outcome)),
  ).toEqual([]);
});
