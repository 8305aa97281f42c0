/** Settings of anomaly detection. */
import { z } from 'zod';
import { durationSetting } from '../../kit/duration.ts';
import { KINDS, LEVELS, WINDOW_FEATURES } from './window-features.ts';

/** A model that somebody brings. */
const ownModelSetting = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/, 'letters, digits, _ and - only')
    .describe('What alerts and `bekci models list` call it.'),
  file: z.string().min(1).describe('An ONNX file with one input, [rows, features] of 32-bit floats.'),
  of: z.enum(KINDS).default('address').describe('Whose windows it judges.'),
  window: z.enum(LEVELS).default('hour').describe('How long the windows are.'),
  features: z
    .array(z.enum(WINDOW_FEATURES))
    .min(1)
    .max(64)
    .default([...WINDOW_FEATURES])
    .describe('What its columns are, in their order; all features when not given. `bekci models rows` prints them.'),
  output: z.string().min(1).optional().describe('The output that holds one score a row; the last one when not given.'),
  stranger: z.enum(['higher', 'lower']).default('higher').describe('Whether higher or lower scores are stranger.'),
});

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
  sequences: z
    .boolean()
    .default(false)
    .describe(
      'Also learn in which order the messages of a session come, with a small neural network in a thread of its own: some 50 MB of memory and a minute of one core a day.',
    ),
  sequence_sessions: z
    .number()
    .int()
    .min(30)
    .max(100_000)
    .default(100)
    .describe('Sessions of a program before the order of its messages may be called unusual.'),
  models: z
    .array(ownModelSetting)
    .max(16)
    .default([])
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'two models have the same name')
    .describe('Models of your own as ONNX files; they need `onnxruntime-node` installed beside bekci.'),
  onnx_runtime: z
    .string()
    .min(1)
    .default('onnxruntime-node')
    .describe('The runtime of these models: its name as a package, or the path of its entry.'),
});

/** Parsed settings. */
export type AnomalySettings = z.infer<typeof anomalySettings>;
