/** Settings of anomaly detection. */
import { z } from 'zod';
import { durationSetting } from '../../kit/duration.ts';

/** Declared once. */
export const anomalySettings = z.strictObject({
  enabled: z.boolean().default(true).describe('Learn what lines are usual here, and tell of unusual ones. Never bans.'),
  alerts_per_day: z.number().int().min(0).max(1000).default(5).describe('Most anomaly alerts in a day: the budget.'),
  learn_lines: z
    .number()
    .int()
    .min(256)
    .default(5000)
    .describe('Lines of a program to learn from before it may be called unusual.'),
  learn_hours: z
    .number()
    .int()
    .min(1)
    .max(24 * 60)
    .default(24)
    .describe('Hours with lines before behaviour, habits and new messages are told of; logs on disk count.'),
  with_rule: z
    .enum(['nothing', 'raise', 'ban'])
    .default('raise')
    .describe(
      'What it does to a rule’s detection that its address is unusual: raise the level by one; ban also lets rules that only tell ban, from high on.',
    ),
  lines_per_source: z
    .number()
    .int()
    .min(1)
    .default(500)
    .describe('Most lines an hour that one address may teach a learned model, so that nobody makes himself the usual.'),
  retrain: durationSetting
    .default(24 * 3600)
    .describe('How old, on the log’s clock, a model may grow before it is grown anew from the newest sample.'),
  learn_from_history: z
    .boolean()
    .default(true)
    .describe('At the first start, learn from the end of the logs on disk instead of waiting for new lines.'),
});

/** Parsed settings. */
export type AnomalySettings = z.infer<typeof anomalySettings>;
