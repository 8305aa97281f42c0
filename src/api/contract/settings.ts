/** Contract of the settings: the configuration's file, checked, shown as a difference, written, its parts tried out. */
import { z } from 'zod';
import { fault, type Route } from './shapes.ts';

const wish = z.union([
  z.strictObject({
    values: z.record(z.string(), z.unknown()).describe('The file’s values; secrets as stars are kept.'),
  }),
  z.strictObject({ text: z.string().max(600_000).describe('The file’s text; secrets as stars are kept.') }),
]);

/** What would come of a change. */
const outcome = z.object({
  ok: z.boolean(),
  faults: z.array(fault),
  text: z.string().describe('The new text, secrets as stars.'),
  diff: z.array(z.object({ kind: z.enum(['same', 'added', 'removed', 'gap']), text: z.string() })),
});

/** Routes of the settings. */
export const settingsRoutes = {
  settings: {
    method: 'GET',
    path: '/settings',
    role: 'admin',
    tag: 'settings',
    summary: 'The configuration’s file, secrets as stars, with its JSON Schema',
    response: z.object({
      path: z.string(),
      exists: z.boolean(),
      writable: z.boolean(),
      revision: z.string(),
      text: z.string(),
      values: z.record(z.string(), z.unknown()),
      schema: z.record(z.string(), z.unknown()),
      pending: z.boolean().describe('The file says something that takes effect at the next start only.'),
      notifiers: z.array(z.string()),
      responders: z.array(z.string()),
    }),
  },
  checkSettings: {
    method: 'POST',
    path: '/settings/check',
    role: 'admin',
    tag: 'settings',
    summary: 'What would a change bring about? Nothing is written',
    body: wish,
    response: outcome,
  },
  writeSettings: {
    method: 'PUT',
    path: '/settings',
    role: 'admin',
    tag: 'settings',
    summary: 'Writes a change with a backup; nothing is written while there are faults',
    body: z.strictObject({ wish, revision: z.string().max(100).describe('Of the file as it was read.') }),
    response: outcome.extend({ written: z.boolean(), backup: z.string().nullable(), revision: z.string() }),
  },
  testSetting: {
    method: 'POST',
    path: '/settings/test',
    role: 'admin',
    tag: 'settings',
    summary: 'Sends a real test message through a notifier of the file, or asks a responder whether it can work',
    body: z.strictObject({ kind: z.enum(['notifier', 'responder']), index: z.number().int().min(0).max(1000) }),
    response: z.object({
      ok: z.boolean(),
      ms: z.number(),
      problem: z.string().nullable(),
      hint: z.string().nullable(),
    }),
  },
} as const satisfies Record<string, Route>;
