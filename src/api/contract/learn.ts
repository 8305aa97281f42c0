/** Contract of what was learned: models, their thresholds and drift, what people called normal. */
import { z } from 'zod';
import type { Route } from './shapes.ts';

/** One model. */
export const model = z.object({
  id: z
    .string()
    .describe(
      '`address/hour` for behaviour, `line/sshd` for the make of a program’s lines, `session/sshd` for their order, `own/NAME` for a model of yours.',
    ),
  kind: z.enum(['behaviour', 'line', 'session', 'own']),
  entity: z.string().describe('address, user, host or service; the program for a line model.'),
  window: z.enum(['minute', 'hour', 'day']).nullable(),
  state: z.enum(['learning', 'ready', 'broken']),
  fault: z.string().nullable().describe('Why it does not work.'),
  needed: z.number().nullable().describe('Rows after which it may speak, where that is what it waits for.'),
  rows: z.number().describe('Rows (windows or lines) learned.'),
  judged: z.number().describe('Rows looked at.'),
  threshold: z.number().nullable().describe('Score that one usual row in a thousand reaches; null while unknown.'),
  drift: z
    .number()
    .nullable()
    .describe('0: the newest rows are like those learned; 1: all lie beyond nine tenths of them.'),
  changes: z.number().describe('Times a changed world was taken over.'),
  scores: z.array(z.number()).describe('The newest scores, oldest first, at most 60.'),
  features: z
    .array(z.object({ name: z.string(), usual: z.number(), high: z.number() }))
    .describe('What a row is measured by: the middle and the upper end (98 of 100) of what is usual.'),
});

/** All that was learned. */
export const models = z.object({
  enabled: z.boolean(),
  learning: z.boolean().describe('True while behaviour, habits and new messages are only learned.'),
  hours: z.number().describe('Hours with lines so far.'),
  hoursNeeded: z.number(),
  toldToday: z.number(),
  budget: z.number().describe('Most alerts of a day.'),
  held: z.number().describe('Findings since the start that were not told: over the budget or told before.'),
  users: z.object({ known: z.number(), hours: z.number() }),
  normal: z.array(z.string()).describe('What people called normal here.'),
  items: z.array(model),
});

/** Routes of learning. */
export const learnRoutes = {
  models: {
    method: 'GET',
    path: '/models',
    role: 'viewer',
    tag: 'models',
    summary: 'What was learned: state, rows, thresholds, drift, newest scores',
    response: models,
  },
  setNormal: {
    method: 'POST',
    path: '/models/normal',
    role: 'operator',
    tag: 'models',
    summary: 'Remember that an address, user, host or program is normal here, or no longer',
    body: z.strictObject({ entity: z.string().min(1).max(300), normal: z.boolean() }),
    response: z.object({ normal: z.array(z.string()) }),
  },
} as const satisfies Record<string, Route>;
