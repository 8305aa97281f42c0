/** Settings of the sources on this machine: files and the journal. */
import { z } from 'zod';
import { lineShape, silenceShape } from './syslog/settings.ts';

/** `type: file`. */
export const fileSettings = z.strictObject({
  type: z.literal('file'),
  path: z
    .string()
    .min(1)
    .describe(
      'The log file, or a pattern for files that come and go: /var/log/**/*.log, with *, ?, [a-z], {a,b} and **; - is standard input.',
    ),
  exclude: z.array(z.string().min(1)).max(256).optional().describe('Patterns of paths that are not read.'),
  max_files: z
    .number()
    .int()
    .min(1)
    .max(16_384)
    .optional()
    .describe('Files of a pattern followed at once, the newest first; 1024 by default.'),
  ...lineShape,
  from: z.enum(['start', 'end']).default('end').describe('Where a file that was never read before begins.'),
  ...silenceShape,
});

/** `type: journald`. */
export const journaldSettings = z.strictObject({
  type: z.literal('journald'),
  command: z.array(z.string()).min(1).default(['journalctl']).describe('How journalctl is called.'),
  units: z.array(z.string()).default([]).describe('Only these units; all when empty.'),
  ...silenceShape,
});
