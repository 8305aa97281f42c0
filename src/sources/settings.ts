/** Settings of the sources on this machine: files and the journal. */
import { z } from 'zod';
import { lineShape } from './syslog/settings.ts';

/** `type: file`. */
export const fileSettings = z.strictObject({
  type: z.literal('file'),
  path: z.string().min(1).describe('The log file.'),
  ...lineShape,
  from: z.enum(['start', 'end']).default('end').describe('Where a file that was never read before begins.'),
});

/** `type: journald`. */
export const journaldSettings = z.strictObject({
  type: z.literal('journald'),
  command: z.array(z.string()).min(1).default(['journalctl']).describe('How journalctl is called.'),
  units: z.array(z.string()).default([]).describe('Only these units; all when empty.'),
});
